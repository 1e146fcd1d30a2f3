//! cAdvisor knows no virtiofs, so the kubelet does not start where its state or
//! containerd's is a share; overlayfs cannot write to one, and etcd's writes
//! would wait for the host.

use std::path::Path;

use crate::cluster::{Cluster, Vm};
use crate::diagnostic::{Code, Diagnostic};
use crate::input::types::AbsPath;

const STATE: [&str; 3] = ["/var/lib/kubelet", "/var/lib/containerd", "/var/lib/etcd"];

/// Whether a directory is state of a node, or a part of it.
pub(super) fn has(vm: &Vm, path: &AbsPath) -> bool {
    vm.is_node() && STATE.iter().any(|state| Path::new(path.as_str()).starts_with(state))
}

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    for vm in &cluster.vms {
        let shares = vm.shares.iter().map(|share| (&share.mount, share.table()));
        let persist = vm.persist.iter().map(|mount| (mount, "persist".to_owned()));
        for (mount, key) in shares.chain(persist) {
            if has(vm, mount) {
                let message = format!(
                    "`{mount}` of the node `{}` would be a virtiofs share, which its state cannot live on",
                    vm.name
                );
                log.push(Diagnostic::new(Code::NodeState, mount.span(), message).help(format!(
                    "take it out of `{key}`: a node has block volumes for its state"
                )));
            }
        }
    }
}
