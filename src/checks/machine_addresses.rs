//! A machine's address is one of its VLAN's that machines may have.

use std::net::Ipv4Addr;

use super::free::FreeAddresses;
use super::place;
use super::subnet::{Misplaced, misplaced};
use crate::cluster::Cluster;
use crate::diagnostic::Diagnostic;
use crate::input::Spanned;
use crate::input::types::Name;

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let mut free = FreeAddresses::of(cluster);
    for host in &cluster.hosts {
        for (vlan, ip) in &host.addresses {
            let key = cluster.network.vlans[*vlan].name.as_str();
            let address = Address { ip, vlan: *vlan, owner: &host.name, key, host: true };
            // The gateway itself may say so.
            log.extend(address.check(cluster, !*host.gateway, &mut free));
        }
    }
    for vm in &cluster.vms {
        let address =
            Address { ip: &vm.ip, vlan: vm.vlan, owner: &vm.name, key: "ip", host: false };
        log.extend(address.check(cluster, true, &mut free));
    }
}

struct Address<'a> {
    ip: &'a Spanned<Ipv4Addr>,
    vlan: usize,
    owner: &'a Spanned<Name>,
    key: &'a str,
    host: bool,
}

impl Address<'_> {
    fn check(
        &self,
        cluster: &Cluster,
        not_gateway: bool,
        free: &mut FreeAddresses<'_>,
    ) -> Option<Diagnostic> {
        let (ip, vlan) = (self.ip, &cluster.network.vlans[self.vlan]);
        let gateway = not_gateway.then_some(*vlan.gateway);
        let why = misplaced(**ip, *vlan.subnet, gateway)?;
        let message = format!(
            "the address `{ip}` of `{}` {} `{}`, the range of the VLAN `{}`",
            self.owner,
            why.verb(),
            vlan.subnet,
            vlan.name
        );
        let found = Diagnostic::new(why.code(), place(ip, self.owner), message);
        let found = match why {
            Misplaced::Gateway => found.related(vlan.gateway.span(), "the gateway"),
            _ => found.related(vlan.subnet.span(), "the range"),
        };
        Some(found.help(self.help(cluster, why, free)))
    }

    fn help(&self, cluster: &Cluster, why: Misplaced, free: &mut FreeAddresses<'_>) -> String {
        let other = cluster.network.vlans.iter().find(|vlan| vlan.subnet.contains(&**self.ip));
        if let (Misplaced::Outside, Some(other), false) = (why, other, self.host) {
            let like = free.take_like(**self.ip, self.vlan);
            let like = like.map_or_else(String::new, |ip| format!(", or `ip = \"{ip}\"`"));
            return format!("write `vlan = \"{}\"`, which has this address{like}", other.name);
        }
        if let (Misplaced::Outside, Some(ip)) = (why, free.take_like(**self.ip, self.vlan)) {
            return format!("write `{} = \"{ip}\"`, which is free", self.key);
        }
        free.help(self.vlan, self.key)
    }
}
