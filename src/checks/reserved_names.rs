//! Names that are taken: every machine already is `localhost`, to itself, and three
//! attributes of a hive are not machines.

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};
use crate::outputs::FLAKE;

/// What Colmena takes for something else.
const OF_COLMENA: [&str; 3] = ["defaults", "meta", "network"];

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let hosts = cluster.hosts.iter().map(|host| (&host.name, &host.deployment));
    let vms = cluster.vms.iter().map(|vm| (&vm.name, &vm.deployment));
    let has_hive = FLAKE.is_rendered(cluster);
    let host_names = cluster.renamed_hosts().map(|host| (&host.host_name, &host.deployment));
    for (name, deployment) in hosts.chain(vms).chain(host_names) {
        let (why, instead) = if name.as_str() == "localhost" {
            ("which every machine calls itself", "write another name")
        } else if has_hive && deployment.colmena && OF_COLMENA.contains(&name.as_str()) {
            (
                "which Colmena keeps for itself",
                "write another name, or leave it out of Colmena by `deployment.colmena = false`",
            )
        } else {
            continue;
        };
        let message = format!("no machine can be called `{name}`, {why}");
        log.push(Diagnostic::new(Code::ReservedName, name.span(), message).help(instead));
    }
}
