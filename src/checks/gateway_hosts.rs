//! One host holds the gateway addresses: two would answer for the same ones. An
//! only host is it unless it says otherwise; of several one has to be named, or
//! a second one would take the router of the first away without a word.

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

pub(super) fn missing(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let [_, _, ..] = cluster.hosts[..] else { return };
    let silent = cluster.hosts.iter().find(|host| !host.gateway.is_written());
    let Some(host) = silent.filter(|_| cluster.gateway().is_none()) else { return };
    let message =
        format!("none of the {} hosts is said to be the gateway of the VLANs", cluster.hosts.len());
    log.push(Diagnostic::new(Code::UnnamedGateway, host.name.span(), message).help(
        "add `gateway = true` to the host that routes for them, or `gateway = false` to every \
             host where another machine does",
    ));
}
