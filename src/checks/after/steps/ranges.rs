//! What `kubeadm init` built a cluster on: nodes have their ranges of pods, and
//! services their addresses and names, for good.

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};
use crate::previous::Previous;

pub(super) fn check(cluster: &Cluster, previous: &Previous<'_>, log: &mut Vec<Diagnostic>) {
    let values = [
        ("pod_cidr", previous.pod_cidr, cluster.pod_cidr.to_string(), cluster.pod_cidr.span()),
        (
            "service_cidr",
            previous.service_cidr,
            cluster.service_cidr.to_string(),
            cluster.service_cidr.span(),
        ),
        (
            "dns_domain",
            previous.dns_domain,
            cluster.dns_domain.to_string(),
            cluster.dns_domain.span(),
        ),
    ];
    for (key, last, now, span) in values {
        if let Some(last) = last.filter(|last| *last != now) {
            let message = format!(
                "`{key}` would change from `{last}` to `{now}`, and the cluster is built on it"
            );
            log.push(
                Diagnostic::new(Code::ChangedClusterRange, span, message).help(format!(
                    "write `{key} = \"{last}\"`: only a new cluster can have another"
                )),
            );
        }
    }
}
