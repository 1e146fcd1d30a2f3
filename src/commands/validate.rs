//! `nixgen validate`: cluster.toml only.

use super::{Failure, Output, Status, load};
use crate::cli::Global;

pub(super) fn run(global: &Global, output: &mut Output) -> Result<Status, Failure> {
    let cluster = load(&global.config, output)?;
    output.note(&format!(
        "{} is valid: {} hosts, {} MicroVMs, {} of them and of the hosts are nodes",
        global.config.display(),
        cluster.hosts.len(),
        cluster.vms.len(),
        cluster.nodes().count(),
    ));
    Ok(Status::Done)
}
