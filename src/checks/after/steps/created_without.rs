//! `kubeadm init` tells the API servers what to read, once. A cluster that runs goes
//! on with what it was told then.

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};
use crate::previous::Previous;

pub(super) fn check(cluster: &Cluster, previous: &Previous<'_>, log: &mut Vec<Diagnostic>) {
    if previous.control_planes.is_empty() {
        return;
    }
    for (key, what, now, last) in [
        (
            "encrypt_secrets",
            "encrypted Secrets",
            &cluster.encrypt_secrets,
            previous.encrypt_secrets,
        ),
        ("audit", "audit log", &cluster.audit, previous.audit),
    ] {
        if **now && !last {
            let message = format!("a cluster that runs gets no {what} by a switch");
            log.push(Diagnostic::new(Code::CreatedWithout, now.span(), message).help(format!(
                "the runbook tells how it does (\"in a cluster that runs\"), or write `{key} = false`"
            )));
        }
    }
}
