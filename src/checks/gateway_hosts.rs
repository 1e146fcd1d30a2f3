//! One host holds the gateway addresses: two would answer for the same ones.

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let mut gateways = cluster.hosts.iter().filter(|host| *host.gateway);
    let Some(first) = gateways.next() else { return };
    for host in gateways {
        let message = format!(
            "the hosts `{}` and `{}` are both the gateway of the VLANs",
            first.name, host.name
        );
        log.push(
            Diagnostic::new(Code::SeveralGateways, host.gateway.span(), message)
                .related(first.gateway.span(), "the other one")
                .help("leave `gateway` out here"),
        );
    }
}
