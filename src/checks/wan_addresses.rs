//! A host's fixed address outside is one of the network outside.

use super::subnet::{Misplaced, misplaced};
use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let Some((subnet, gateway)) = &cluster.network.wan else { return };
    // Where the router is outside too, the range is what is wrong.
    if misplaced(**gateway, **subnet, None).is_some() {
        return;
    }
    for host in &cluster.hosts {
        let Some(ip) = &host.wan_address else { continue };
        if let Some(why) = misplaced(**ip, **subnet, Some(**gateway)) {
            let message = format!(
                "the address `{ip}` of the host `{}` {} `{subnet}`, the range of the WAN",
                host.name,
                why.verb()
            );
            let found = Diagnostic::new(why.code(), ip.span(), message);
            let found = match why {
                Misplaced::Gateway => found.related(gateway.span(), "the gateway"),
                _ => found.related(subnet.span(), "the range"),
            };
            log.push(
                found
                    .help("write a free address of the range, or leave `wan_address` out for DHCP"),
            );
        }
    }
}

/// Without the network there is no prefix and no router for the address.
pub(super) fn missing(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    if cluster.network.wan.is_some() {
        return;
    }
    if let Some((host, ip)) =
        cluster.hosts.iter().find_map(|host| Some((host, host.wan_address.as_ref()?)))
    {
        let message = format!(
            "the host `{}` has the address `{ip}` outside, and the network there is not described",
            host.name
        );
        log.push(Diagnostic::new(Code::MissingWan, ip.span(), message).help(
            "add `[network.wan]` with its `subnet` and `gateway`, or leave `wan_address` out for DHCP",
        ));
    }
}
