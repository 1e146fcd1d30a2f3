//! Machines are known by their names alone: to each other, to Kubernetes, to
//! the flake.

use std::collections::HashMap;

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let mut hosts: HashMap<&str, _> =
        cluster.hosts.iter().map(|host| (host.name.as_str(), &host.name)).collect();
    for host in cluster.renamed_hosts() {
        let name = &host.host_name;
        if let Some(other) = hosts.insert(name.as_str(), name) {
            let message = format!("`{name}` is the name of two hosts");
            log.push(
                Diagnostic::new(Code::DuplicateName, name.span(), message)
                    .related(other.span(), "the other one")
                    .help("write another `host_name`"),
            );
        }
    }
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
