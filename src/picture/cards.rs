//! The cards of a cluster.

use super::card::{Card, CardKind};
use crate::cluster::{Cluster, Demand, Host, Vlan, Vm};
use crate::input::types::{GpuMode, Role};

pub(super) fn networks(cluster: &Cluster) -> Vec<Card> {
    let outside = match &cluster.network.wan {
        Some((subnet, gateway)) => vec![subnet.to_string(), format!("gateway {gateway}")],
        None => vec!["addresses by DHCP".to_owned()],
    };
    let mut api = vec![cluster.endpoint.to_string()];
    api.extend(cluster.vip.as_ref().map(|vip| format!("kube-vip moves {vip}")));
    let pods = vec![cluster.pod_cidr.to_string(), format!("{}, VXLAN", *cluster.cni)];
    let services = vec![cluster.service_cidr.to_string()];
    [("network outside", outside), ("API server", api), ("pods", pods), ("services", services)]
        .map(|(title, lines)| Card::new(CardKind::Network, title, lines))
        .into()
}

pub(super) fn hosts(cluster: &Cluster, demands: &[Demand<'_>]) -> Vec<Card> {
    cluster.hosts.iter().map(|host| host_card(cluster, demands, host)).collect()
}

fn host_card(cluster: &Cluster, demands: &[Demand<'_>], host: &Host) -> Card {
    let outside = host.wan_address.as_ref().map_or("DHCP".to_owned(), ToString::to_string);
    let role = if host.node().is_some() { "worker on bare metal" } else { "carries MicroVMs" };
    let lines = vec![
        format!("{role}, {outside}"),
        format!("{} in the bridge {}", host.uplink, cluster.network.bridge),
    ];
    let vlans = cluster.network.vlans.iter().filter_map(|vlan| vlan_card(cluster, host, vlan));
    let inside = vlans.chain(gpu(host)).chain(workloads(demands, host)).collect();
    Card { inside, ..Card::new(CardKind::Host, host.name.as_str(), lines) }
}

fn gpu(host: &Host) -> Option<Card> {
    let gpu = host.gpu.as_ref()?;
    let user = match (&*gpu.mode, &gpu.vm) {
        (GpuMode::None, _) => return None,
        (GpuMode::Passthrough, Some(vm)) => format!("passed through to {vm}"),
        _ => "used by the host".to_owned(),
    };
    Some(Card::new(CardKind::Gpu, format!("GPU {}", gpu.model), vec![user]))
}

/// The workloads, where the host is a node that they compute on.
fn workloads(demands: &[Demand<'_>], host: &Host) -> impl Iterator<Item = Card> {
    demands.iter().filter(|demand| demand.runs_on(&host.name)).map(|demand| {
        let lines = vec![match demand.node_port {
            Some(port) => format!("node port {port}"),
            None => "inside of the cluster".to_owned(),
        }];
        Card::new(CardKind::Workload, demand.title, lines)
    })
}

/// The VLAN on a host, unless nothing there is on it.
fn vlan_card(cluster: &Cluster, host: &Host, vlan: &Vlan) -> Option<Card> {
    let address = host.addresses.get(&vlan.id);
    let mut lines = vec![vlan.subnet.to_string()];
    if *host.gateway {
        lines.push(format!("{} gateway", vlan.gateway));
    }
    if let Some(ip) = address {
        let node = if host.node_ip() == Some(**ip) { " node" } else { "" };
        lines.push(format!("{ip}{node}"));
    }
    let inside: Vec<Card> =
        cluster.vms_on(host).filter(|vm| vm.vlan == vlan.id).map(vm_card).collect();
    let is_used = *host.gateway || address.is_some() || !inside.is_empty();
    let title = format!("VLAN {} {}", vlan.tag, vlan.name);
    let card =
        Card { name: vlan.name.to_string(), inside, ..Card::new(CardKind::Vlan, title, lines) };
    is_used.then_some(card)
}

fn vm_card(vm: &Vm) -> Card {
    let (kind, role) = match *vm.role {
        Role::ControlPlane => (CardKind::ControlPlane, ", control plane"),
        Role::Worker => (CardKind::Worker, ", worker"),
        Role::None => (CardKind::Machine, ""),
    };
    let mut sizes = vec![format!("{} vCPU, {}", vm.vcpu, vm.memory)];
    sizes.extend(vm.volumes.iter().map(|volume| format!("{} {}", volume.name, volume.size)));
    sizes.extend(vm.storage.as_ref().map(|storage| storage.mount.to_string()));
    Card { sizes, ..Card::new(kind, vm.name.as_str(), vec![format!("{}{role}", vm.ip)]) }
}
