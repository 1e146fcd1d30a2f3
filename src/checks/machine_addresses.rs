//! A machine's address is one of its VLAN's that machines may have.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::free::FreeAddresses;
use super::place;
use super::subnet::{Misplaced, misplaced};
use crate::cluster::{Cluster, Vlan, VlanId};
use crate::diagnostic::{Code, Diagnostic};
use crate::input::Spanned;
use crate::input::types::Name;

/// An address on a VLAN.
struct Address<'a> {
    ip: &'a Spanned<Ipv4Addr>,
    owner: &'a Spanned<Name>,
    /// The key that sets it.
    key: &'a str,
    /// A VM can also be on another VLAN.
    is_vm: bool,
    misplaced: Option<Misplaced>,
}

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let mut free = FreeAddresses::of(cluster);
    for (id, addresses) in addresses(cluster) {
        let vlan = cluster.network.vlan(id);
        if let Some(found) = wrong_range(vlan, &addresses) {
            log.push(found);
            continue;
        }
        for address in addresses {
            if let Some(why) = address.misplaced {
                let help = address.help(cluster, id, why, &mut free);
                log.push(address.report(vlan, why).help(help));
            }
        }
    }
}

/// The addresses on each VLAN.
fn addresses(cluster: &Cluster) -> BTreeMap<VlanId, Vec<Address<'_>>> {
    let mut addresses: BTreeMap<VlanId, Vec<Address<'_>>> = BTreeMap::new();
    for host in &cluster.hosts {
        for (id, ip) in &host.addresses {
            let vlan = cluster.network.vlan(*id);
            // The gateway itself may say so.
            let gateway = (!*host.gateway).then_some(*vlan.gateway);
            addresses.entry(*id).or_default().push(Address {
                ip,
                owner: &host.name,
                key: vlan.name.as_str(),
                is_vm: false,
                misplaced: misplaced(**ip, *vlan.subnet, gateway),
            });
        }
    }
    for vm in &cluster.vms {
        let vlan = cluster.vlan_of(vm);
        addresses.entry(vm.vlan).or_default().push(Address {
            ip: &vm.ip,
            owner: &vm.name,
            key: "ip",
            is_vm: true,
            misplaced: misplaced(*vm.ip, *vlan.subnet, Some(*vlan.gateway)),
        });
    }
    addresses
}

/// Where several addresses were written and none is in the range, the range is
/// the mistake.
fn wrong_range(vlan: &Vlan, addresses: &[Address<'_>]) -> Option<Diagnostic> {
    let written: Vec<Ipv4Addr> = addresses
        .iter()
        .filter(|address| address.ip.is_written())
        .map(|address| (address.misplaced == Some(Misplaced::Outside)).then_some(**address.ip))
        .collect::<Option<_>>()?;
    let [first, _, ..] = written[..] else { return None };
    let message = format!(
        "none of the {} addresses on the VLAN `{}` is in its range `{}`",
        written.len(),
        vlan.name,
        vlan.subnet
    );
    let other = Ipv4Net::new(first, vlan.subnet.prefix_len()).ok()?.trunc();
    let help = if written.iter().all(|ip| other.contains(ip)) {
        format!("write `subnet = \"{other}\"`, which has them")
    } else {
        "write a `subnet` that has them".to_owned()
    };
    let example = addresses.iter().find(|address| address.ip.is_written())?;
    Some(
        Diagnostic::new(Code::OutsideSubnet, vlan.subnet.span(), message)
            .related(example.ip.span(), "one of them")
            .help(help),
    )
}

impl Address<'_> {
    fn report(&self, vlan: &Vlan, why: Misplaced) -> Diagnostic {
        let message = format!(
            "the address `{}` of `{}` {} `{}`, the range of the VLAN `{}`",
            self.ip,
            self.owner,
            why.verb(),
            vlan.subnet,
            vlan.name
        );
        let found = Diagnostic::new(why.code(), place(self.ip, self.owner), message);
        match why {
            Misplaced::Gateway => found.related(vlan.gateway.span(), "the gateway"),
            _ => found.related(vlan.subnet.span(), "the range"),
        }
    }

    fn help(
        &self,
        cluster: &Cluster,
        vlan: VlanId,
        why: Misplaced,
        free: &mut FreeAddresses<'_>,
    ) -> String {
        let like = match why {
            Misplaced::Outside => free.take_like(**self.ip, vlan),
            Misplaced::Network | Misplaced::Broadcast | Misplaced::Gateway => None,
        };
        let Some(like) = like else { return free.help(vlan, self.key) };
        let like = format!("`{} = \"{like}\"`, which is free", self.key);
        let other = cluster.network.vlans.iter().find(|vlan| vlan.subnet.contains(&**self.ip));
        match other.filter(|_| self.is_vm) {
            Some(other) => {
                format!("write `vlan = \"{}\"`, whose range has the address, or {like}", other.name)
            }
            None => format!("write {like}"),
        }
    }
}
