//! kubeadm upgrades by one minor at a time, and never back: etcd's data and the
//! objects in it are not read by an older API server.

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};
use crate::input::types::Minor;
use crate::previous::Previous;

pub(super) fn check(cluster: &Cluster, previous: &Previous<'_>, log: &mut Vec<Diagnostic>) {
    let Some(last) = previous.kubernetes else { return };
    let now = *cluster.kubernetes;
    let found = |code, message: String| Diagnostic::new(code, cluster.kubernetes.span(), message);
    let next = Minor::new(last.number().saturating_add(1));
    if now < last {
        let message = format!("Kubernetes would go back from {last} to {now}");
        log.push(found(Code::KubernetesDowngrade, message).help(format!(
            "write `kubernetes = \"{last}\"`: only a snapshot of etcd brings a cluster back to an older version"
        )));
    } else if now > next {
        let message = format!(
            "Kubernetes would go from {last} to {now}, and kubeadm upgrades one minor at a time"
        );
        let from = if cluster.release.carries(next) {
            ""
        } else {
            " with a nixpkgs that has it as `kubernetes_nixpkgs`"
        };
        log.push(found(Code::SkippedMinor, message).help(format!(
            "write `kubernetes = \"{next}\"`{from}, and upgrade every node before the next step"
        )));
    }
}
