//! `system.stateVersion` says how the data on a machine was laid out when it was
//! installed; an upgrade leaves it alone.

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};
use crate::previous::Previous;

pub(super) fn check(cluster: &Cluster, previous: &Previous<'_>, log: &mut Vec<Diagnostic>) {
    let now = &cluster.state_version;
    if let Some(last) = previous.state_version.filter(|last| *last != now.as_str()) {
        let message = format!(
            "the state version would change from {last} to {now}, and is what the machines were installed with"
        );
        log.push(Diagnostic::new(Code::ChangedStateVersion, now.span(), message).help(format!(
            "write `state_version = \"{last}\"` in `[cluster]`; `nixos` alone is the upgrade"
        )));
    }
}
