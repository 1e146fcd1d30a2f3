//! `nixgen validate`: cluster.toml only.

use super::config::ConfigFile;
use super::prepare::load;
use super::{Failure, Output, Status};
use crate::cli::Global;

pub(super) fn run(global: &Global, output: &mut Output) -> Result<Status, Failure> {
    let file = ConfigFile::open(global)?;
    let cluster = load(&file, global, output)?.cluster;
    let count = |number: usize, what: &str| {
        format!("{number} {what}{}", if number == 1 { "" } else { "s" })
    };
    output.note(&format!(
        "{} is valid: {}, {}, {}",
        global.config.display(),
        count(cluster.hosts.len(), "host"),
        count(cluster.vms.len(), "MicroVM"),
        count(cluster.nodes().count(), "node"),
    ));
    Ok(Status::Done)
}
