//! `system.stateVersion` says how the data on a machine was laid out when it was
//! installed; an upgrade leaves it alone.

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};
use crate::previous::Previous;

pub(super) fn check(cluster: &Cluster, previous: &Previous<'_>, log: &mut Vec<Diagnostic>) {
    let now = &cluster.state_version;
    let data = previous.state_version.map(|last| ("the state version".to_owned(), last));
    let modules = previous.state_versions.iter();
    let modules =
        modules.map(|(path, last)| (format!("the state version that `{path}` sets"), *last));
    let mut said = data.into_iter().chain(modules);
    let Some((what, last)) = said.find(|(_, last)| *last != now.as_str()) else { return };
    let message = format!(
        "{what} would change from {last} to {now}, and is what the machines were installed with"
    );
    log.push(Diagnostic::new(Code::ChangedStateVersion, now.span(), message).help(format!(
        "write `state_version = \"{last}\"` in `[cluster]`; `nixos` alone is the upgrade"
    )));
}
