//! A router is in the range that it routes.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::subnet::misplaced;
use crate::cluster::Cluster;
use crate::diagnostic::Diagnostic;
use crate::input::Spanned;

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    for vlan in &cluster.network.vlans {
        let what = format!("the VLAN `{}`", vlan.name);
        let first = vlan.subnet.hosts().next();
        let help = first.map_or_else(String::new, |ip| format!(": it is then `{ip}`"));
        let help = format!("leave `gateway` out{help}");
        log.extend(one(&what, &vlan.gateway, &vlan.subnet, help));
    }
    if let Some((subnet, gateway)) = &cluster.network.wan {
        let help = "write the router's address, or correct `subnet`".to_owned();
        log.extend(one("the WAN", gateway, subnet, help));
    }
}

fn one(
    what: &str,
    gateway: &Spanned<Ipv4Addr>,
    subnet: &Spanned<Ipv4Net>,
    help: String,
) -> Option<Diagnostic> {
    let why = misplaced(**gateway, **subnet, None)?;
    let message = format!("the gateway `{gateway}` {} `{subnet}`, the range of {what}", why.verb());
    let found = Diagnostic::new(why.code(), gateway.span(), message);
    Some(found.related(subnet.span(), "the range").help(help))
}
