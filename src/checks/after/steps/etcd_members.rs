//! etcd goes on while a majority of its members is there. One that just
//! disappears still counts.

use crate::checks::place;
use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};
use crate::previous::Previous;
use crate::text::listed;

pub(super) fn check(cluster: &Cluster, previous: &Previous<'_>, log: &mut Vec<Diagnostic>) {
    let members = &previous.control_planes;
    let is_left = |member: &&&str| cluster.control_planes().any(|vm| vm.name.as_str() == **member);
    let gone: Vec<&str> = members.iter().filter(|member| !is_left(member)).copied().collect();
    let [first, ..] = gone[..] else { return };
    let (count, left) = (members.len(), members.len() - gone.len());
    // One that became a worker has a place; one that is gone has none.
    let role = cluster
        .vms
        .iter()
        .find(|vm| vm.name.as_str() == first)
        .and_then(|vm| place(&vm.role, &vm.name));
    let names = listed(&gone, super::NAMED);
    log.push(if left * 2 > count {
        let message = format!(
            "etcd loses {names}: of its {count} members {left} would be left, and it still counts {count}"
        );
        Diagnostic::new(Code::EtcdMember, role, message).help(format!(
            "before it is gone, run `kubeadm reset` on it, which takes it out of etcd, and \
             `kubectl delete node {first}`"
        ))
    } else {
        let message = match count {
            1 => format!("etcd loses its only member, {names}"),
            _ => format!("etcd loses {names}: of its {count} members {left} would be left, no majority"),
        };
        Diagnostic::new(Code::EtcdQuorum, role, message).help(
            "take away one control plane at a time, each with `kubeadm reset` on it first; a \
             cluster that goes on without its etcd is a new one",
        )
    });
}
