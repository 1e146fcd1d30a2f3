//! What `kubeadm init` built a cluster on: nodes have their ranges of pods, and
//! services their addresses and names, for good.

use super::Previous;
use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};
use crate::nix::attrs::Value;

pub(super) fn check(cluster: &Cluster, previous: &Previous<'_>, log: &mut Vec<Diagnostic>) {
    let values = [
        ("pod_cidr", "podCidr", cluster.pod_cidr.to_string(), cluster.pod_cidr.span()),
        (
            "service_cidr",
            "serviceCidr",
            cluster.service_cidr.to_string(),
            cluster.service_cidr.span(),
        ),
        ("dns_domain", "dnsDomain", cluster.dns_domain.to_string(), cluster.dns_domain.span()),
    ];
    for (key, name, now, span) in values {
        let last = previous.k8s(name).and_then(Value::text);
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
