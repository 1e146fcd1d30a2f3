//! The address of a control plane is in its certificates, and etcd's members
//! know each other by theirs.

use crate::checks::place;
use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};
use crate::previous::Previous;

pub(super) fn check(cluster: &Cluster, previous: &Previous<'_>, log: &mut Vec<Diagnostic>) {
    for name in &previous.control_planes {
        let vm = cluster.control_planes().find(|vm| vm.name.as_str() == *name);
        let last = previous.vms.get(name).and_then(|vm| vm.ip);
        let (Some(vm), Some(last)) = (vm, last) else {
            continue;
        };
        if vm.ip.to_string() != last {
            let message = format!(
                "the control plane `{name}` would move from `{last}` to `{}`, and etcd and its \
                 certificates know it by its address",
                vm.ip
            );
            log.push(
                Diagnostic::new(Code::ControlPlaneAddress, place(&vm.ip, &vm.name), message)
                    .help(format!(
                        "write `ip = \"{last}\"`; to renumber one of several, `kubeadm reset` it and let it join anew"
                    )),
            );
        }
    }
}
