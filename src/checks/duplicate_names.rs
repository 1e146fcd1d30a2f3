//! Machines are known by their names alone: to each other, to Kubernetes, to
//! the flake.

use std::collections::HashMap;

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let hosts: HashMap<&str, _> =
        cluster.hosts.iter().map(|host| (host.name.as_str(), &host.name)).collect();
    for vm in &cluster.vms {
        if let Some(host) = hosts.get(vm.name.as_str()) {
            let message = format!("`{host}` is the name of a host and of a VM");
            log.push(
                Diagnostic::new(Code::DuplicateName, vm.name.span(), message)
                    .related(host.span(), "the host")
                    .help(format!("rename the VM, to `{host}-vm` for example")),
            );
        }
    }
}
