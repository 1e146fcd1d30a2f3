//! What may open connections into a VLAN is another VLAN, or the network outside.

use crate::cluster::{Cluster, Vlan};
use crate::diagnostic::{Code, Diagnostic};
use crate::text::{closest, listed};

/// The network outside, unless a VLAN has this name.
const WAN: &str = "wan";

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let vlans = &cluster.network.vlans;
    for from in vlans.iter().flat_map(|vlan| &vlan.allow_from) {
        let known = || vlans.iter().map(|vlan: &Vlan| vlan.name.as_str()).chain([WAN]);
        if known().any(|name| name == from.as_str()) {
            continue;
        }
        let found = Diagnostic::new(
            Code::UnknownReference,
            from.span(),
            format!("there is no VLAN `{from}`"),
        );
        log.push(match closest(from.as_str(), known()) {
            Some(near) => found.help(format!("did you mean `{near}`?")),
            None => found.help(format!("there is {}", listed(&known().collect::<Vec<_>>(), 10))),
        });
    }
}
