//! A node labels itself when it joins, and the kubelet refuses to start with a
//! label in Kubernetes' own domains but for a few.

use crate::cluster::{Cluster, Labels};
use crate::diagnostic::{Code, Diagnostic};
use crate::input::types::{LabelKey, Name};

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let hosts = cluster.hosts.iter().map(|host| (&host.name.value, &host.labels));
    let vms = cluster.vms.iter().map(|vm| (&vm.name.value, &vm.labels));
    for (name, labels) in hosts.chain(vms) {
        one(name, labels, log);
    }
}

fn one(name: &Name, labels: &Labels, log: &mut Vec<Diagnostic>) {
    for (key, value) in labels.iter().filter(|(key, _)| is_reserved(key)) {
        let message = format!("the node `{name}` may not give itself the label `{key}`");
        let own = key.as_str().rsplit('/').next().unwrap_or_default();
        log.push(
            Diagnostic::new(Code::ReservedLabel, value.span(), message)
                .help(format!("write `{own}`, or set it with kubectl after the node has joined")),
        );
    }
}

fn is_reserved(key: &LabelKey) -> bool {
    let Some((domain, name)) = key.as_str().split_once('/') else { return false };
    let within = |parent: &str| {
        domain.strip_suffix(parent).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    let place = domain == "topology.kubernetes.io" && matches!(name, "region" | "zone");
    let allowed = place || within("node.kubernetes.io") || within("kubelet.kubernetes.io");
    !allowed && (within("kubernetes.io") || within("k8s.io"))
}
