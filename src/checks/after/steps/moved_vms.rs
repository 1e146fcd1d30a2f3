//! What a VM keeps is on its host, and does not go with it to another one.

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};
use crate::previous::Previous;

pub(super) fn check(cluster: &Cluster, previous: &Previous<'_>, log: &mut Vec<Diagnostic>) {
    for vm in &cluster.vms {
        let host = &cluster.host_of(vm).name;
        let last = previous.vms.get(vm.name.as_str()).and_then(|vm| vm.host);
        if let Some(last) = last.filter(|last| *last != host.as_str()) {
            let message = format!(
                "`{}` would move from `{last}` to `{host}`, and its images and keys stay where they are",
                vm.name
            );
            log.push(Diagnostic::new(Code::MovedVm, vm.name.span(), message).help(format!(
                "stop it and copy `/var/lib/microvms/{}` before it starts there",
                vm.name
            )));
        }
    }
}
