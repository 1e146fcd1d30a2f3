//! The cards of a cluster.

use super::card::{Card, CardKind};
use crate::cluster::{Cluster, Demand, Host, Vlan, Vm};
use crate::input::types::{GpuMode, Role};

/// The hosts that each VLAN is on.
pub(super) struct Spans<'c>(Vec<Vec<&'c str>>);

impl<'c> Spans<'c> {
    pub(super) fn of(cluster: &'c Cluster) -> Self {
        let names = |vlan: &Vlan| {
            let on = cluster.hosts.iter().filter(|host| is_on(cluster, host, vlan));
            on.map(|host| host.name.as_str()).collect()
        };
        Self(cluster.network.vlans.iter().map(names).collect())
    }

    /// The number of a VLAN, where it is on several hosts.
    fn number(&self, at: usize) -> Option<usize> {
        (self.0.get(at)?.len() > 1).then_some(at)
    }

    /// A card for each VLAN that is on several hosts: what is drawn in them is one network.
    fn cards(&self, cluster: &Cluster) -> Vec<Card> {
        /// So many hosts are named.
        const NAMED: usize = 4;

        let shared = cluster.network.vlans.iter().zip(&self.0).enumerate();
        let shared = shared.filter(|(.., (_, hosts))| hosts.len() > 1);
        let card = |(at, (vlan, hosts)): (usize, (&Vlan, &Vec<&str>))| {
            let on = match hosts.len() {
                ..=NAMED => format!("on {}", hosts.join(", ")),
                count => format!("on {count} hosts"),
            };
            let lines = vec![vlan.subnet.to_string(), on];
            Card { network: Some(at), ..Card::new(CardKind::Network, title(vlan), lines) }
        };
        shared.map(card).collect()
    }
}

pub(super) fn networks(cluster: &Cluster, spans: &Spans<'_>) -> Vec<Card> {
    let outside = match &cluster.network.wan {
        Some((subnet, gateway)) => vec![subnet.to_string(), format!("gateway {gateway}")],
        None => vec!["addresses by DHCP".to_owned()],
    };
    let mut api = vec![cluster.endpoint.to_string()];
    api.extend(cluster.vip.as_ref().map(|vip| format!("kube-vip moves {vip}")));
    let pods = vec![cluster.pod_cidr.to_string(), format!("{}, VXLAN", *cluster.cni)];
    let services = vec![cluster.service_cidr.to_string()];
    let all =
        [("network outside", outside), ("API server", api), ("pods", pods), ("services", services)];
    let all = all.map(|(title, lines)| Card::new(CardKind::Network, title, lines));
    all.into_iter().chain(spans.cards(cluster)).collect()
}

pub(super) fn hosts(cluster: &Cluster, demands: &[Demand<'_>], spans: &Spans<'_>) -> Vec<Card> {
    cluster.hosts.iter().map(|host| host_card(cluster, demands, spans, host)).collect()
}

fn host_card(cluster: &Cluster, demands: &[Demand<'_>], spans: &Spans<'_>, host: &Host) -> Card {
    let outside = host.wan_address.as_ref().map_or("DHCP".to_owned(), ToString::to_string);
    let role = if host.node().is_some() { "worker on bare metal" } else { "carries MicroVMs" };
    let lines = vec![
        format!("{role}, {outside}"),
        format!("{} in the bridge {}", host.uplink, cluster.network.bridge),
    ];
    let vlans = cluster.network.vlans.iter().enumerate();
    let vlans = vlans
        .filter(|(_, vlan)| is_on(cluster, host, vlan))
        .map(|(at, vlan)| Card { network: spans.number(at), ..vlan_card(cluster, host, vlan) });
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
    demands.iter().filter(|demand| demand.runs_on(&host.host_name)).map(|demand| {
        let lines = vec![match demand.node_port {
            Some(port) => format!("node port {port}"),
            None => "inside of the cluster".to_owned(),
        }];
        Card::new(CardKind::Workload, demand.title, lines)
    })
}

/// Whether anything on a host is on a VLAN.
fn is_on(cluster: &Cluster, host: &Host, vlan: &Vlan) -> bool {
    *host.gateway
        || host.addresses.contains_key(&vlan.id)
        || cluster.vms_on(host).any(|vm| vm.vlan == vlan.id)
}

fn title(vlan: &Vlan) -> String {
    format!("VLAN {} {}", vlan.tag, vlan.name)
}

fn vlan_card(cluster: &Cluster, host: &Host, vlan: &Vlan) -> Card {
    let mut lines = vec![vlan.subnet.to_string()];
    if *host.gateway {
        lines.push(format!("{} gateway", vlan.gateway));
    }
    if let Some(ip) = host.addresses.get(&vlan.id) {
        let node = if host.node_ip() == Some(**ip) { " node" } else { "" };
        lines.push(format!("{ip}{node}"));
    }
    let inside = cluster.vms_on(host).filter(|vm| vm.vlan == vlan.id).map(vm_card).collect();
    let card = Card::new(CardKind::Vlan, title(vlan), lines);
    Card { name: vlan.name.to_string(), inside, ..card }
}

fn vm_card(vm: &Vm) -> Card {
    let (kind, role) = match *vm.role {
        Role::ControlPlane => (CardKind::ControlPlane, ", control plane"),
        Role::Worker => (CardKind::Worker, ", worker"),
        Role::None => (CardKind::Machine, ""),
    };
    let mut sizes = vec![format!("{} vCPU, {}", vm.vcpu, vm.memory)];
    sizes.extend(vm.volumes.iter().map(|volume| format!("{} {}", volume.name, volume.size)));
    sizes.extend(vm.shares.iter().map(|share| share.mount.to_string()));
    Card { sizes, ..Card::new(kind, vm.name.as_str(), vec![format!("{}{role}", vm.ip)]) }
}
