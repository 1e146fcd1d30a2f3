//! No two machines have one address. The gateway's and `vip` have rules of
//! their own.

use std::fmt;
use std::net::Ipv4Addr;

use super::claim::{Claim, Older, clashes};
use super::free::FreeAddresses;
use crate::cluster::{Cluster, Host, VlanId, Vm};
use crate::diagnostic::{Code, Diagnostic};

#[derive(Clone, Copy)]
enum Holder<'a> {
    Vm(&'a Vm),
    /// On a VLAN.
    Host(&'a Host, VlanId),
    /// In the network outside.
    Outside(&'a Host),
}

impl fmt::Display for Holder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vm(vm) => write!(f, "`{}`", vm.name),
            Self::Host(host, _) | Self::Outside(host) => write!(f, "the host `{}`", host.name),
        }
    }
}

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let mut free = FreeAddresses::of(cluster);
    clashes(claims(cluster), Older::Written, |first, second| {
        let (ip, holder, other) = (second.key, second.by, first.by);
        let message = if second.written {
            format!("the address `{ip}` of {holder} is that of {other}")
        } else {
            format!("the address `{ip}`, which follows from the name {holder}, is that of {other}")
        };
        let help = match holder {
            Holder::Vm(vm) => free.help(vm.vlan, "ip"),
            Holder::Host(_, vlan) => {
                let help = free.help(vlan, cluster.network.vlan(vlan).name.as_str());
                format!("in `addresses`, {help}")
            }
            Holder::Outside(_) => "give each host a `wan_address` of its own".to_owned(),
        };
        log.push(
            Diagnostic::new(Code::DuplicateAddress, second.span.clone(), message)
                .related(first.span.clone(), first.label())
                .help(help),
        );
    });
}

fn claims(cluster: &Cluster) -> Vec<Claim<Ipv4Addr, Holder<'_>>> {
    let mut claims = Vec::with_capacity(cluster.vms.len());
    for host in &cluster.hosts {
        for (vlan, ip) in &host.addresses {
            if *ip != cluster.network.vlan(*vlan).gateway {
                claims.push(Claim::new(ip.value, Holder::Host(host, *vlan), ip, &host.name));
            }
        }
        if let Some(ip) = &host.wan_address {
            claims.push(Claim::new(ip.value, Holder::Outside(host), ip, &host.name));
        }
    }
    for vm in &cluster.vms {
        // Taken from the gateway, not from another machine.
        if vm.ip != cluster.vlan_of(vm).gateway {
            claims.push(Claim::new(vm.ip.value, Holder::Vm(vm), &vm.ip, &vm.name));
        }
    }
    claims
}
