//! What the diagram shows: each host with its bridge, its VLANs and the
//! machines on them. A line break in a label is one.

use std::fmt::Write as _;

use serde::Serialize;

use crate::cluster::{Cluster, Host, Vlan, Vm};
use crate::input::types::{GpuMode, Role};
use crate::outputs::ollama;

#[derive(Serialize)]
pub(super) struct Topology {
    outside: String,
    hosts: Vec<HostBox>,
}

#[derive(Serialize)]
struct HostBox {
    title: String,
    uplink: String,
    bridge: String,
    vlans: Vec<VlanBox>,
    gpu: Option<String>,
    ollama: Option<String>,
}

#[derive(Serialize)]
struct VlanBox {
    label: String,
    vms: Vec<String>,
}

impl Topology {
    pub(super) fn of(cluster: &Cluster) -> Self {
        let outside = match &cluster.network.wan {
            Some((subnet, gateway)) => format!("WAN {subnet}\ngateway {gateway}"),
            None => "network outside".to_owned(),
        };
        let hosts = cluster.hosts.iter().enumerate();
        Self { outside, hosts: hosts.map(|(at, host)| HostBox::of(cluster, at, host)).collect() }
    }
}

impl HostBox {
    fn of(cluster: &Cluster, at: usize, host: &Host) -> Self {
        let outside = host.wan_address.as_ref().map_or("DHCP".to_owned(), ToString::to_string);
        let gpu = host.gpu.as_ref().and_then(|gpu| match *gpu.mode {
            GpuMode::Host => Some(format!("GPU {}", gpu.model)),
            GpuMode::Passthrough => Some(format!("GPU {}\npassed through", gpu.model)),
            GpuMode::None => None,
        });
        let ollama = cluster.ollama.as_ref().filter(|ollama| {
            ollama::gpus(cluster, ollama).iter().any(|(node, _)| node.name == &host.name)
        });
        let vlans = cluster.network.vlans.iter().enumerate();
        Self {
            title: format!("{}, bare metal, {outside}", host.name),
            uplink: host.uplink.to_string(),
            bridge: cluster.network.bridge.to_string(),
            vlans: vlans
                .filter_map(|(index, vlan)| VlanBox::of(cluster, (at, host), (index, vlan)))
                .collect(),
            gpu,
            ollama: ollama.map(|ollama| format!("Ollama pod\nnode port {}", ollama.node_port)),
        }
    }
}

impl VlanBox {
    /// The VLAN on a host, unless nothing there is on it.
    fn of(cluster: &Cluster, host: (usize, &Host), vlan: (usize, &Vlan)) -> Option<Self> {
        let ((host_at, host), (vlan_at, vlan)) = (host, vlan);
        let mut label = format!("VLAN {} {}", vlan.id, vlan.name);
        let own = host.addresses.get(&vlan_at);
        if *host.gateway {
            let _ = write!(label, "\n{} gateway", vlan.gateway);
        }
        if let Some(ip) = own {
            let is_node_ip = host.node().is_some_and(|node| node.ip == **ip);
            let _ = write!(label, "\n{ip}{}", if is_node_ip { " node" } else { "" });
        }
        let vms = cluster.vms_on(host_at).filter(|vm| vm.vlan == vlan_at);
        let vms: Vec<String> = vms.map(vm_label).collect();
        (*host.gateway || own.is_some() || !vms.is_empty()).then_some(Self { label, vms })
    }
}

fn vm_label(vm: &Vm) -> String {
    let role = match *vm.role {
        Role::ControlPlane => "\ncontrol plane",
        Role::Worker => "\nworker",
        Role::None => "",
    };
    format!("{}\n{}{role}", vm.name, vm.ip)
}
