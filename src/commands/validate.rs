//! `nixgen validate`: cluster.toml only.

use super::config::ConfigFile;
use super::prepare::load;
use super::{Outcome, Output, Status};
use crate::cli::Global;
use crate::text::count;

pub(super) fn run(global: &Global, output: &mut Output) -> Outcome {
    let file = ConfigFile::open(global)?;
    let cluster = load(&file, global, output)?.cluster;
    output.note(&format!(
        "{} is valid: {}, {}, {}",
        global.config.display(),
        count(cluster.hosts.len(), "host"),
        count(cluster.vms.len(), "MicroVM"),
        count(cluster.nodes().count(), "node"),
    ));
    Ok(Status::Done)
}
