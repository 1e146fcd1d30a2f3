//! A volume that is named after a node's own, on a machine without that state:
//! most often what another role left behind.

use crate::cluster::{Cluster, Vm};
use crate::diagnostic::{Code, Diagnostic};
use crate::input::types::Role;

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    for vm in &cluster.vms {
        for volume in &vm.volumes {
            let user = match volume.name.as_str() {
                "etcd" if *vm.role != Role::ControlPlane => "control planes",
                "kubelet" | "containerd" if *vm.role == Role::None => "nodes",
                _ => continue,
            };
            let message = format!(
                "`{}` is {}, and only {user} use a volume `{}`",
                vm.name,
                kind(vm),
                volume.name
            );
            log.push(
                Diagnostic::new(Code::UnusedVolume, volume.name.span(), message)
                    .related(vm.role.span(), "its role")
                    .help("leave it out, or give it another name, with its own `mount`"),
            );
        }
    }
}

fn kind(vm: &Vm) -> &'static str {
    match *vm.role {
        Role::ControlPlane => "a control plane",
        Role::Worker => "a worker",
        Role::None => "no node",
    }
}
