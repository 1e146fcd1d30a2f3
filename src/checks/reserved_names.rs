//! Every machine already is `localhost`, to itself.

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let hosts = cluster.hosts.iter().map(|host| &host.name);
    let vms = cluster.vms.iter().map(|vm| &vm.name);
    for name in hosts.chain(vms).filter(|name| name.as_str() == "localhost") {
        let message = "no machine can be called `localhost`, which every machine calls itself";
        log.push(
            Diagnostic::new(Code::ReservedName, name.span(), message).help("write another name"),
        );
    }
}
