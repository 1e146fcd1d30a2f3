//! The commands for the running cluster when machines are gone from the
//! description, and what of them stays on disk.

use std::collections::{BTreeSet, HashSet};

use crate::cluster::Cluster;
use crate::previous::{Previous, PreviousVm};
use crate::render::shell_word_if_needed as quoted;

/// For each machine that is gone, the commands in their order, to be copied.
pub(super) fn steps(cluster: &Cluster, previous: &Previous<'_>) -> Vec<String> {
    let nodes: HashSet<&str> = cluster.nodes().map(|node| node.name.as_str()).collect();
    let vms: HashSet<&str> = cluster.vms.iter().map(|vm| vm.name.as_str()).collect();
    let gone_nodes: BTreeSet<&str> =
        previous.nodes().filter(|name| !nodes.contains(name)).collect();
    let gone_vm = |name: &str| previous.vms.get(name).filter(|_| !vms.contains(name));
    let gone_vms = previous.vms.keys().copied().filter(|name| gone_vm(name).is_some());
    let names: BTreeSet<&str> = gone_nodes.iter().copied().chain(gone_vms).collect();
    let steps = names.into_iter().map(|name| {
        let gone = format!("{name} is gone from the description. To take it out of what runs:");
        let mut lines = vec![gone];
        if gone_nodes.contains(name) {
            lines.extend(of_node(name, cluster, previous));
        }
        lines.extend(gone_vm(name).into_iter().flat_map(|vm| of_vm(name, vm)));
        lines.join("\n  ")
    });
    steps.collect()
}

/// How a node is taken out of the Kubernetes cluster.
fn of_node(name: &str, cluster: &Cluster, previous: &Previous<'_>) -> Vec<String> {
    let Some(first) = cluster.control_planes().next().map(|vm| &vm.name) else { return Vec::new() };
    let node = quoted(name);
    let mut lines = vec![
        format!("# on {first}, as root"),
        "export KUBECONFIG=/etc/kubernetes/admin.conf".to_owned(),
        format!("kubectl drain {node} --ignore-daemonsets --delete-emptydir-data"),
        format!("# on {name}, as root, while the others run"),
        "kubeadm reset --force".to_owned(),
        format!("# on {first}, as root"),
        format!("kubectl delete node {node}"),
    ];
    if previous.control_planes.contains(&name) {
        lines.extend([
            format!(
                "# the reset took {name} out of etcd; if it could not, with its ID from the list:"
            ),
            format!("{ETCDCTL} member list"),
            format!("{ETCDCTL} member remove \"$ID\""),
        ]);
    }
    lines
}

/// `etcdctl` on a control plane, as root.
const ETCDCTL: &str = "etcdctl --endpoints https://127.0.0.1:2379 \
                       --cacert /etc/kubernetes/pki/etcd/ca.crt \
                       --cert /etc/kubernetes/pki/etcd/server.crt \
                       --key /etc/kubernetes/pki/etcd/server.key";

/// How a VM is stopped, and what its host keeps of it.
fn of_vm(name: &str, vm: &PreviousVm<'_>) -> Vec<String> {
    let folder = format!("/var/lib/microvms/{name}");
    let elsewhere = vm.written.iter().copied();
    let elsewhere = elsewhere.filter(|source| !source.starts_with(&format!("{folder}/")));
    let kept: Vec<String> = std::iter::once(folder.as_str()).chain(elsewhere).map(quoted).collect();
    vec![
        format!("# on {}, as root", vm.host.unwrap_or("its host")),
        format!("systemctl stop {}", quoted(&format!("microvm@{name}.service"))),
        "# its images and directories stay there until you delete them:".to_owned(),
        format!("# rm -r {}", kept.join(" ")),
    ]
}
