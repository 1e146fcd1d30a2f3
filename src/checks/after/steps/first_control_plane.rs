//! `kubeadm init` ran on one machine, once. Another that runs it makes a second,
//! empty cluster behind the same address.

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};
use crate::previous::Previous;

pub(super) fn check(cluster: &Cluster, previous: &Previous<'_>, log: &mut Vec<Diagnostic>) {
    let (Some(first), Some(last)) = (cluster.control_planes().next(), previous.first_control_plane)
    else {
        return;
    };
    let is_left = |name: &str| cluster.control_planes().any(|vm| vm.name.as_str() == name);
    let has_joined = previous.control_planes.contains(&first.name.as_str());
    if first.name.as_str() == last || (has_joined && !is_left(last)) {
        return;
    }
    // Of a cluster that lost all of them nothing is left to join.
    let joined = previous.control_planes.iter().copied();
    let Some(right) = [last].into_iter().chain(joined).find(|name| is_left(name)) else { return };
    let span = cluster.first_control_plane.as_ref().unwrap_or(&first.name).span();
    let message =
        format!("the cluster would be created on `{}`, and has been on `{last}`", first.name);
    log.push(Diagnostic::new(Code::FirstControlPlane, span, message).help(format!(
        "write `first_control_plane = \"{right}\"` in `[cluster]`: the others join the cluster that it has"
    )));
}
