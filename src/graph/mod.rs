//! Pictures of a cluster: boxes in boxes, so that sixty machines are as readable
//! as three. Each format is one file.

mod dot;
mod html;
mod marks;
mod mermaid;
mod svg;

pub use dot::dot;
pub use html::html;
pub use marks::{Mark, Marks};
pub use mermaid::mermaid;
pub use svg::svg;

use crate::cluster::{Cluster, Host, Vlan, Vm};
use crate::input::types::{GpuMode, Role};
use crate::outputs;

/// What a box stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The network outside, or one inside the cluster.
    Network,
    /// A physical machine.
    Host,
    /// A VLAN on a host's bridge.
    Vlan,
    /// A MicroVM that is a control plane.
    ControlPlane,
    /// A MicroVM that is a worker.
    Worker,
    /// A MicroVM beside the cluster.
    Machine,
    /// A GPU.
    Gpu,
    /// What runs on the cluster.
    Workload,
    /// What the marks mean.
    Legend,
}

impl Kind {
    /// Every kind of a cluster.
    const ALL: [Self; 8] = [
        Self::Network,
        Self::Host,
        Self::Vlan,
        Self::ControlPlane,
        Self::Worker,
        Self::Machine,
        Self::Gpu,
        Self::Workload,
    ];

    /// Its name in styles.
    const fn word(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Host => "host",
            Self::Vlan => "vlan",
            Self::ControlPlane => "control-plane",
            Self::Worker => "worker",
            Self::Machine => "machine",
            Self::Gpu => "gpu",
            Self::Workload => "workload",
            Self::Legend => "legend",
        }
    }

    /// Whether boxes lie in it.
    const fn is_frame(self) -> bool {
        matches!(self, Self::Host | Self::Vlan | Self::Legend)
    }
}

/// A box.
#[derive(Debug)]
pub struct Card {
    kind: Kind,
    title: String,
    lines: Vec<String>,
    mark: Option<Mark>,
    cost: Option<&'static str>,
    inside: Vec<Card>,
}

impl Card {
    fn new(kind: Kind, title: impl Into<String>, lines: Vec<String>) -> Self {
        Self { kind, title: title.into(), lines, mark: None, cost: None, inside: Vec::new() }
    }

    /// Its title and lines, with what the plan does to it.
    fn text(&self) -> Vec<String> {
        let title = match (self.mark, self.cost) {
            (Some(mark), Some(cost)) => format!("{} ({}: {cost})", self.title, mark.word()),
            (Some(mark), None) => format!("{} ({})", self.title, mark.word()),
            (None, _) => self.title.clone(),
        };
        std::iter::once(title).chain(self.lines.iter().cloned()).collect()
    }
}

/// A whole cluster: its networks, then its hosts.
#[derive(Debug)]
pub struct Picture {
    title: String,
    networks: Vec<Card>,
    hosts: Vec<Card>,
    /// What the marks mean, where there can be some.
    legend: Vec<Card>,
}

impl Picture {
    /// The picture of a cluster, with what a plan does to it. A marked machine that
    /// the cluster does not have is one that goes.
    pub fn of(cluster: &Cluster, marks: Option<&Marks>) -> Self {
        let hosts = cluster.hosts.iter().enumerate();
        let mut hosts: Vec<Card> =
            hosts.map(|(at, host)| host_card(cluster, marks, at, host)).collect();
        if let Some(marks) = marks {
            for card in &mut hosts {
                mark(card, marks);
            }
            let removed = marks.machines.iter().filter(|(_, it)| it.mark == Mark::Removed);
            for (name, machine) in removed {
                let mut card = Card::new(Kind::Machine, name, Vec::new());
                card.mark = Some(Mark::Removed);
                match hosts.iter().position(|host| Some(&host.title) == machine.host.as_ref()) {
                    Some(at) => hosts[at].inside.push(card),
                    None => hosts.push(card),
                }
            }
        }
        Self {
            title: format!(
                "{}: Kubernetes {}, NixOS {}",
                cluster.name, cluster.kubernetes, cluster.release.name
            ),
            networks: networks(cluster),
            hosts,
            legend: marks.map(|_| legend()).into_iter().collect(),
        }
    }

    /// Its boxes, one row after the other.
    fn rows(&self) -> [&[Card]; 3] {
        [&self.networks, &self.legend, &self.hosts]
    }
}

fn mark(card: &mut Card, marks: &Marks) {
    if matches!(card.kind, Kind::Host | Kind::ControlPlane | Kind::Worker | Kind::Machine)
        && let Some(machine) = marks.machines.get(&card.title)
    {
        (card.mark, card.cost) = (Some(machine.mark), machine.cost);
    }
    for inner in &mut card.inside {
        mark(inner, marks);
    }
}

fn legend() -> Card {
    let mut card = Card::new(Kind::Legend, "what rendering changes", Vec::new());
    card.inside = Mark::ALL
        .map(|mark| Card { mark: Some(mark), ..Card::new(Kind::Machine, "machine", Vec::new()) })
        .into();
    card
}

fn networks(cluster: &Cluster) -> Vec<Card> {
    let outside = match &cluster.network.wan {
        Some((subnet, gateway)) => vec![subnet.to_string(), format!("gateway {gateway}")],
        None => vec!["addresses by DHCP".to_owned()],
    };
    let mut api = vec![cluster.endpoint.to_string()];
    if let Some(vip) = &cluster.vip {
        api.push(format!("kube-vip moves {vip}"));
    }
    vec![
        Card::new(Kind::Network, "network outside", outside),
        Card::new(Kind::Network, "API server", api),
        Card::new(
            Kind::Network,
            "pods",
            vec![cluster.pod_cidr.to_string(), format!("{}, VXLAN", *cluster.cni)],
        ),
        Card::new(Kind::Network, "services", vec![cluster.service_cidr.to_string()]),
    ]
}

fn host_card(cluster: &Cluster, marks: Option<&Marks>, at: usize, host: &Host) -> Card {
    let outside = host.wan_address.as_ref().map_or("DHCP".to_owned(), ToString::to_string);
    let role = if *host.role == Role::Worker { "worker on bare metal" } else { "carries MicroVMs" };
    let mut card = Card::new(
        Kind::Host,
        host.name.as_str(),
        vec![
            format!("{role}, {outside}"),
            format!("{} in the bridge {}", host.uplink, cluster.network.bridge),
        ],
    );
    let vlans = cluster.network.vlans.iter().enumerate();
    card.inside = vlans.filter_map(|vlan| vlan_card(cluster, marks, (at, host), vlan)).collect();
    if let Some(gpu) = host.gpu.as_ref().filter(|gpu| *gpu.mode != GpuMode::None) {
        let user = match (&*gpu.mode, &gpu.vm) {
            (GpuMode::Passthrough, Some(vm)) => format!("passed through to {vm}"),
            _ => "used by the host".to_owned(),
        };
        card.inside.push(Card::new(Kind::Gpu, format!("GPU {}", gpu.model), vec![user]));
    }
    if let Some(port) = outputs::ollama_port_on(cluster, &host.name) {
        let lines = vec![format!("node port {port}")];
        card.inside.push(Card::new(Kind::Workload, "Ollama", lines));
    }
    card
}

/// The VLAN on a host, unless nothing there is on it.
fn vlan_card(
    cluster: &Cluster,
    marks: Option<&Marks>,
    (host_at, host): (usize, &Host),
    (at, vlan): (usize, &Vlan),
) -> Option<Card> {
    let own = host.addresses.get(&at);
    let mut lines = vec![vlan.subnet.to_string()];
    if *host.gateway {
        lines.push(format!("{} gateway", vlan.gateway));
    }
    if let Some(ip) = own {
        let node = if host.node_ip() == Some(**ip) { " node" } else { "" };
        lines.push(format!("{ip}{node}"));
    }
    let vms: Vec<Card> = cluster.vms_on(host_at).filter(|vm| vm.vlan == at).map(vm_card).collect();
    let shown = *host.gateway || own.is_some() || !vms.is_empty();
    let mut card = Card::new(Kind::Vlan, format!("VLAN {} {}", vlan.id, vlan.name), lines);
    card.mark = marks.and_then(|marks| marks.vlans.get(vlan.name.as_str()).copied());
    card.inside = vms;
    shown.then_some(card)
}

fn vm_card(vm: &Vm) -> Card {
    let (kind, role) = match *vm.role {
        Role::ControlPlane => (Kind::ControlPlane, ", control plane"),
        Role::Worker => (Kind::Worker, ", worker"),
        Role::None => (Kind::Machine, ""),
    };
    let mut lines = vec![format!("{}{role}", vm.ip), format!("{} vCPU, {}", vm.vcpu, vm.memory)];
    lines.extend(vm.volumes.iter().map(|volume| format!("{} {}", volume.name, volume.size)));
    lines.extend(vm.storage.as_ref().map(|storage| storage.mount.to_string()));
    Card::new(kind, vm.name.as_str(), lines)
}
