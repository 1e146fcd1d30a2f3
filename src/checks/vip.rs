//! kube-vip announces an address that nothing else has, by ARP, which reaches
//! one VLAN.

use std::net::Ipv4Addr;

use super::free::FreeAddresses;
use super::place;
use super::subnet::misplaced;
use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};
use crate::input::types::Name;
use crate::source::Span;

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let Some(vip) = &cluster.vip else { return };
    let Some(first) = cluster.control_planes().next() else { return };
    let vlan = cluster.vlan_of(first);
    if let Some(other) = cluster.control_planes().find(|vm| vm.vlan != first.vlan) {
        let message = format!(
            "`vip` cannot move between `{}` on the VLAN `{}` and `{}` on `{}`",
            first.name,
            vlan.name,
            other.name,
            cluster.vlan_of(other).name
        );
        log.push(
            Diagnostic::new(Code::Vip, vip.span(), message)
                .related(other.name.span(), "on another VLAN")
                .help(format!("write `vlan = \"{}\"` for every control plane", vlan.name)),
        );
        return;
    }
    if let Some(why) = misplaced(**vip, *vlan.subnet, Some(*vlan.gateway)) {
        let message = format!(
            "`vip` `{vip}` {} `{}`, the range of the control planes' VLAN `{}`",
            why.verb(),
            vlan.subnet,
            vlan.name
        );
        log.push(
            Diagnostic::new(why.code(), vip.span(), message)
                .related(vlan.subnet.span(), "the range")
                .help(FreeAddresses::of(cluster).help(first.vlan, "vip")),
        );
    } else if let Some((holder, place)) = holder(cluster, **vip) {
        let message = format!("the address `{vip}` of `vip` is that of `{holder}`");
        log.push(
            Diagnostic::new(Code::DuplicateAddress, vip.span(), message)
                .related(place, "first used here")
                .help(FreeAddresses::of(cluster).help(first.vlan, "vip")),
        );
    }
}

/// The machine that has an address, and where that is said.
fn holder(cluster: &Cluster, ip: Ipv4Addr) -> Option<(&Name, Option<Span>)> {
    let hosts = cluster
        .hosts
        .iter()
        .flat_map(|host| host.addresses.values().map(move |own| (&host.name, own)));
    let vms = cluster.vms.iter().map(|vm| (&vm.name, &vm.ip));
    let (name, own) = hosts.chain(vms).find(|(_, own)| ***own == ip)?;
    Some((&name.value, place(own, name)))
}
