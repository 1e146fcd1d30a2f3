//! What `kubeadm` asks of a machine before it starts, and what a kubelet needs.

use crate::cluster::{Cluster, Vm};
use crate::diagnostic::{Code, Diagnostic};
use crate::input::types::{Role, Size};

/// kubeadm's own limits for a control plane.
const CONTROL_PLANE: (u16, Size) = (2, Size::from_mib(1700));
/// Below it there is nothing left for pods.
const WORKER: (u16, Size) = (1, Size::gib(1));

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    for vm in &cluster.vms {
        let (vcpu, memory) = match *vm.role {
            Role::ControlPlane => CONTROL_PLANE,
            Role::Worker => WORKER,
            Role::None => (1, Size::from_mib(1)),
        };
        if *vm.vcpu < vcpu {
            let message = format!("{} has {} vCPU, it needs {vcpu}", subject(vm), vm.vcpu);
            let found = Diagnostic::new(Code::Sizing, vm.vcpu.span(), message);
            log.push(found.help(format!("write `vcpu = {vcpu}` or more")));
        }
        if *vm.memory < memory {
            let message = format!("{} has {} of memory, it needs {memory}", subject(vm), vm.memory);
            let found = Diagnostic::new(Code::Sizing, vm.memory.span(), message);
            log.push(found.help("write `memory = \"4GiB\"`, which leaves room for pods"));
        }
    }
}

fn subject(vm: &Vm) -> String {
    match *vm.role {
        Role::ControlPlane => format!("the control plane `{}`", vm.name),
        Role::Worker => format!("the worker `{}`", vm.name),
        Role::None => format!("`{}`", vm.name),
    }
}
