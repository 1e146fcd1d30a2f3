//! `network.nix`: the bridge, the network outside and the VLANs.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use serde::Serialize;

use super::data_file::Named;
use crate::cluster::{Cluster, Vlan};
use crate::input::types::{InterfaceName, Name, RelPath};
use crate::render::{Kind, Planned, Template, template};

/// The values of the template.
#[derive(Serialize)]
pub(super) struct Context<'a> {
    cluster: &'a Name,
    bridge: &'a InterfaceName,
    wan: Option<Wan>,
    dns: Vec<Ipv4Addr>,
    vlans: Vec<Named<'a, VlanData<'a>>>,
}

pub(super) const TEMPLATE: Template<Context<'_>> = template!("lib/domains/network.nix", Kind::Data);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Wan {
    network: Ipv4Net,
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<Ipv4Addr>,
    gateway: Ipv4Addr,
    prefix_length: u8,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VlanData<'a> {
    id: u16,
    network: Ipv4Net,
    gateway: Ipv4Addr,
    host: Ipv4Addr,
    prefix_length: u8,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allow_from: Vec<&'a Name>,
}

pub(super) fn file<'a>(cluster: &'a Cluster, path: RelPath) -> Planned {
    let default = cluster.hosts.first();
    let vlan = |vlan: &'a Vlan| VlanData {
        id: *vlan.tag,
        network: *vlan.subnet,
        gateway: *vlan.gateway,
        // The default host's own address, or the one that it answers at.
        host: default
            .and_then(|host| host.addresses.get(&vlan.id))
            .map_or(*vlan.gateway, |address| **address),
        prefix_length: vlan.subnet.prefix_len(),
        allow_from: vlan.allow_from.iter().map(|name| &name.value).collect(),
    };
    let vlans = cluster.network.vlans.iter();
    let context = Context {
        cluster: &cluster.name,
        bridge: &cluster.network.bridge,
        wan: cluster.network.wan.as_ref().map(|(subnet, gateway)| Wan {
            network: **subnet,
            host: default.and_then(|host| host.wan_address.as_ref()).map(|address| **address),
            gateway: **gateway,
            prefix_length: subnet.prefix_len(),
        }),
        dns: cluster.network.dns.iter().map(|server| **server).collect(),
        vlans: vlans.map(|it| Named { name: &it.name, data: vlan(it) }).collect(),
    };
    TEMPLATE.file(path, &context)
}
