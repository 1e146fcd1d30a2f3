//! Some releases of NixOS are entered by a reboot: a switch would replace what
//! cannot be replaced while it runs.

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};
use crate::previous::Previous;
use crate::release::Release;

pub(super) fn check(cluster: &Cluster, previous: &Previous<'_>, log: &mut Vec<Diagnostic>) {
    let now = &cluster.release;
    let last = previous.nixos.and_then(Release::named);
    if let Some(last) = last.filter(|last| last.boots_into(now)) {
        let message = format!(
            "NixOS {} is entered from {} by a reboot, not by a switch",
            now.name, last.name
        );
        log.push(Diagnostic::new(Code::UnsafeSwitch, now.span(), message).help(
            "deploy with `nixos-rebuild boot` and reboot, as the runbook tells (\"Upgrade NixOS\")",
        ));
    }
}
