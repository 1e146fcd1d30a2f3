//! flannel exits where `br_netfilter` is not loaded, so a bare-metal node
//! without it never becomes ready.

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};
use crate::input::types::{BridgeNetfilter, Role};

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    if *cluster.bridge_netfilter != BridgeNetfilter::Off || *cluster.flannel_nftables {
        return;
    }
    if let Some(host) = cluster.hosts.iter().find(|host| *host.role == Role::Worker) {
        let message = format!(
            "flannel does not start on the bare-metal node `{}` without `br_netfilter`",
            host.name
        );
        log.push(
            Diagnostic::new(Code::BridgeStrategy, cluster.bridge_netfilter.span(), message)
                .related(host.role.span(), "a bare-metal node")
                .help(
                    "write `bridge_netfilter = \"per-bridge\"`, which keeps the module off the VMs' \
                     bridge; or add `flannel_nftables = true`, an experiment of flannel",
                ),
        );
    }
}
