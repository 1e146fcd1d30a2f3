//! The kernel of a host delivers to a vsock context id, of which the first
//! three and the last one are its own.

use super::claim::{Claim, Older, clashes};
use super::place;
use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};

const HELP: &str = "leave `vsock_cid` out: it then follows from the VM's address";

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let mut claims = Vec::with_capacity(cluster.vms.len());
    for vm in &cluster.vms {
        let cid = &vm.vsock_cid;
        if (3..u32::MAX).contains(&**cid) {
            claims.push(Claim::new((vm.host, **cid), vm, cid, &vm.name));
        } else {
            let message = format!(
                "the vsock CID {cid} of `{}` is reserved: a VM's is from 3 to 4294967294",
                vm.name
            );
            log.push(
                Diagnostic::new(Code::ReservedVsockCid, place(cid, &vm.name), message).help(HELP),
            );
        }
    }
    clashes(claims, Older::Implied, |first, second| {
        // Both follow from one address, which is reported as such.
        if !second.written {
            return;
        }
        let message = format!(
            "the vsock CID {} of `{}` is that of `{}` on the same host",
            second.key.1, second.by.name, first.by.name
        );
        log.push(
            Diagnostic::new(Code::DuplicateVsockCid, second.span.clone(), message)
                .related(first.span.clone(), first.label())
                .help(HELP),
        );
    });
}
