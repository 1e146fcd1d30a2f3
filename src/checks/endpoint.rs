//! `controlPlaneEndpoint` goes into every certificate and kubeconfig, so it is
//! right from the start.

use std::net::Ipv4Addr;

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let endpoint = &cluster.endpoint;
    let host = endpoint.host();
    let found = |message| Diagnostic::new(Code::Endpoint, endpoint.span(), message);
    let Ok(ip) = host.parse::<Ipv4Addr>() else {
        // A name that only has digits and dots is an address gone wrong.
        if host.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
            let message = format!("`{host}` is neither an address nor a name");
            log.push(found(message).help("write the address of a control plane, or a DNS name"));
        }
        return;
    };
    // With several hosts a VLAN leaves them, and machines beside the file are on it.
    if cluster.hosts.len() > 1 {
        return;
    }
    let vlans = &cluster.network.vlans;
    let Some(vlan) = vlans.iter().find(|vlan| vlan.subnet.contains(&ip)) else { return };
    // A load balancer may be any machine.
    let known = cluster.vip.as_ref().is_some_and(|vip| **vip == ip)
        || vlans.iter().any(|vlan| *vlan.gateway == ip)
        || cluster.hosts.iter().any(|host| host.addresses.values().any(|own| **own == ip))
        || cluster.vms.iter().any(|vm| *vm.ip == ip);
    if !known {
        let message = format!("no machine has the endpoint's address `{ip}` on `{}`", vlan.name);
        let first = cluster.control_planes().next();
        let help = first.map_or_else(String::new, |vm| {
            format!("write `endpoint = \"{}:6443\"`, the address of `{}`", vm.ip, vm.name)
        });
        log.push(found(message).help(help));
    }
}

/// Several control planes share an address, or the nodes know one of them only.
pub(super) fn missing(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let mut control_planes = cluster.control_planes();
    let (first, Some(second)) = (control_planes.next(), control_planes.next()) else { return };
    if cluster.vip.is_some() || cluster.endpoint.is_written() {
        return;
    }
    let count = 2 + control_planes.count();
    let message = format!("{count} control planes have no address in common");
    let mut free = super::free::FreeAddresses::of(cluster);
    let vip = free.take(second.vlan).map_or_else(
        || "add a `vip` to `[cluster]`".to_owned(),
        |ip| format!("add `vip = \"{ip}\"` to `[cluster]`"),
    );
    log.push(
        Diagnostic::new(Code::MissingEndpoint, second.role.span(), message)
            .related(first.and_then(|vm| vm.role.span()), "the first one")
            .help(format!("{vip}, or the `endpoint` of a load balancer")),
    );
}
