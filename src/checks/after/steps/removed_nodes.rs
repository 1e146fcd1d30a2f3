//! Kubernetes goes on expecting a node that is gone, until it is told.

use std::collections::HashSet;

use crate::checks::place;
use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};
use crate::previous::Previous;
use crate::text::listed;

pub(super) fn check(cluster: &Cluster, previous: &Previous<'_>, log: &mut Vec<Diagnostic>) {
    let nodes: HashSet<&str> = cluster.nodes().map(|node| node.name.as_str()).collect();
    let workers = previous.workers.iter().copied();
    let gone: Vec<&str> = workers.filter(|name| !nodes.contains(name)).collect();
    let [first, ..] = gone[..] else { return };
    let role = cluster
        .vms
        .iter()
        .find(|vm| vm.name.as_str() == first)
        .and_then(|vm| place(&vm.role, &vm.name));
    let message = format!("{} would no longer be part of the cluster", listed(&gone, super::NAMED));
    log.push(Diagnostic::new(Code::RemovedNode, role, message).help(format!(
        "before that, move its pods and take it out: `kubectl drain {first} --ignore-daemonsets \
         --delete-emptydir-data`, then `kubectl delete node {first}`"
    )));
}
