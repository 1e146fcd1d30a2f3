//! Ranges that machines can have addresses of.

use ipnet::Ipv4Net;

use super::subnet::has_room;
use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};
use crate::input::Spanned;

/// Blocks that are not for hosts (RFC 6890).
const SPECIAL: [([u8; 4], u8, &str); 4] = [
    ([0, 0, 0, 0], 8, "this network itself"),
    ([127, 0, 0, 0], 8, "the machine itself"),
    ([169, 254, 0, 0], 16, "one link, without a router"),
    ([224, 0, 0, 0], 3, "multicast and future use"),
];

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let vlans = cluster
        .network
        .vlans
        .iter()
        .map(|vlan| (format!("the VLAN `{}`", vlan.name), &vlan.subnet, true));
    let wan = cluster.network.wan.iter().map(|(net, _)| ("the WAN".to_owned(), net, true));
    let own = [("pod_cidr", &cluster.pod_cidr), ("service_cidr", &cluster.service_cidr)]
        .map(|(key, net)| (format!("`{key}`"), net, false));
    for (what, net, hosts) in vlans.chain(wan).chain(own) {
        let found = |message| Diagnostic::new(Code::UnusableSubnet, net.span(), message);
        if let Some(reserved) = reserved(net) {
            let message = format!("the range `{net}` of {what} is for {reserved}");
            log.push(found(message).help("write a private range, such as `10.0.20.0/24`"));
        } else if hosts && !has_room(**net) {
            let message =
                format!("the range `{net}` of {what} has no room for a gateway and a machine");
            let wider = Ipv4Net::new(net.network(), 24).map_or(**net, |net| net.trunc());
            log.push(found(message).help(format!("write `{wider}`, or at least a /30")));
        }
    }
}

fn reserved(net: &Spanned<Ipv4Net>) -> Option<&'static str> {
    SPECIAL.iter().find_map(|(octets, bits, purpose)| {
        let block = Ipv4Net::new((*octets).into(), *bits).ok()?;
        block.contains(&**net).then_some(*purpose)
    })
}
