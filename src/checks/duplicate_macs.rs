//! A switch delivers to a MAC address, so every VM has its own.

use super::claim::{Claim, Older, clashes};
use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let claims = cluster.vms.iter().map(|vm| Claim::new(*vm.mac, vm, &vm.mac, &vm.name)).collect();
    clashes(claims, Older::Implied, |first, second| {
        // Both follow from one address, which is reported as such.
        if !second.written {
            return;
        }
        let message = format!(
            "the MAC address `{}` of `{}` is that of `{}`",
            second.key, second.by.name, first.by.name
        );
        log.push(
            Diagnostic::new(Code::DuplicateMac, second.span.clone(), message)
                .related(first.span.clone(), first.label())
                .help("leave `mac` out: it then follows from the VM's address"),
        );
    });
}
