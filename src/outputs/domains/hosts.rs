//! `hosts.nix`: the physical machines.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde::Serialize;

use super::data_file::{Named, is_no_node};
use crate::cluster::{Cluster, Host};
use crate::input::types::{
    HardwareMac, Hypervisor, InterfaceName, LabelKey, LabelValue, Name, RelPath, Role, SshKey,
    System,
};
use crate::render::{Kind, Planned, Template, template};

/// The values of the template.
#[derive(Serialize)]
pub(super) struct Context<'a> {
    cluster: &'a Name,
    default: Option<&'a Name>,
    common: Common<'a>,
    /// The names of the tables whose host name is another, by that.
    by_host_name: BTreeMap<&'a Name, &'a Name>,
    hosts: Vec<Named<'a, HostData<'a>>>,
}

pub(super) const TEMPLATE: Template<Context<'_>> = template!("lib/domains/hosts.nix", Kind::Data);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Common<'a> {
    hypervisor: Hypervisor,
    nixos: &'a str,
    state_version: &'a str,
    platform: System,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HostData<'a> {
    hostname: &'a Name,
    username: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ssh_pub_key: Option<&'a SshKey>,
    admin_keys: Vec<&'a SshKey>,
    platform: System,
    #[serde(skip_serializing_if = "is_no_node")]
    role: Role,
    #[serde(skip_serializing_if = "Option::is_none")]
    vlan: Option<&'a Name>,
    uplink: &'a InterfaceName,
    #[serde(skip_serializing_if = "Option::is_none")]
    uplink_mac: Option<HardwareMac>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wan_address: Option<Ipv4Addr>,
    gateway: bool,
    addresses: BTreeMap<&'a Name, Ipv4Addr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    swap: Option<bool>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<&'a LabelKey, &'a LabelValue>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    taints: Vec<String>,
    deployment: HostDeployment<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HostDeployment<'a> {
    target_host: &'a str,
    target_user: &'a str,
    tags: &'a [Name],
    #[serde(skip_serializing_if = "Option::is_none")]
    colmena: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    build_on_target: Option<bool>,
}

pub(super) fn file<'a>(cluster: &'a Cluster, path: RelPath) -> Planned {
    let default = cluster.hosts.first();
    let host = |host: &'a Host| Named { name: &host.name, data: host_data(cluster, host) };
    let context = Context {
        cluster: &cluster.name,
        default: default.map(|host| &host.name.value),
        common: Common {
            hypervisor: *cluster.hypervisor,
            nixos: cluster.release.name,
            state_version: cluster.state_version.as_str(),
            platform: default.map_or(System::X86_64, |host| *host.system),
        },
        by_host_name: cluster
            .renamed_hosts()
            .map(|host| (&host.host_name.value, &host.name.value))
            .collect(),
        hosts: cluster.hosts.iter().map(host).collect(),
    };
    TEMPLATE.file(path, &context)
}

fn host_data<'a>(cluster: &'a Cluster, host: &'a Host) -> HostData<'a> {
    let network = &cluster.network;
    HostData {
        hostname: &host.host_name,
        username: &host.deployment.target_user,
        ssh_pub_key: host.admin_keys().next(),
        admin_keys: host.admin_keys().collect(),
        platform: *host.system,
        role: *host.role,
        vlan: host.vlan.as_ref().map(|vlan| &network.vlan(**vlan).name.value),
        uplink: &host.uplink,
        uplink_mac: host.uplink_mac.as_ref().map(|mac| **mac),
        wan_address: host.wan_address.as_ref().map(|address| **address),
        gateway: *host.gateway,
        addresses: host
            .addresses
            .iter()
            .map(|(vlan, address)| (&network.vlan(*vlan).name.value, **address))
            .collect(),
        swap: host.swap.then_some(true),
        labels: host.labels.iter().map(|(key, value)| (key, &value.value)).collect(),
        taints: host.taints.iter().map(ToString::to_string).collect(),
        deployment: HostDeployment {
            target_host: &host.deployment.target_host,
            target_user: &host.deployment.target_user,
            tags: &host.deployment.tags,
            colmena: (!host.deployment.colmena).then_some(false),
            build_on_target: host.deployment.build_on_target.then_some(true),
        },
    }
}
