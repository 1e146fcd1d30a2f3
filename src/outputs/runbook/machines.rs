//! The machines as the page's tables and commands need them.

use serde::Serialize;

use crate::cluster::{Cluster, Deployment, Host, Node, Vm};
use crate::input::types::{DiskFormat, FsType, Role, System, Taint};
use crate::outputs::kubeadm;

/// A line of the table of nodes.
#[derive(Serialize)]
pub(super) struct Row {
    name: String,
    role: &'static str,
    ip: String,
    machine: String,
    labels: Vec<String>,
    taints: Vec<String>,
}

/// A VLAN in the table of networks, with its router.
#[derive(Serialize)]
pub(super) struct VlanRow {
    name: String,
    subnet: String,
    gateway: String,
    /// The host that is the router, unless another machine is.
    router: Option<String>,
}

/// An entry of `~/.ssh/config`.
#[derive(Serialize)]
pub(super) struct Machine {
    name: String,
    /// Its host name, where that is another.
    host_name: Option<String>,
    address: String,
    user: String,
    jump: Option<String>,
    /// Whether only DHCP knows its address.
    by_dhcp: bool,
}

/// The steps of a host.
#[derive(Serialize)]
pub(super) struct HostSteps {
    name: String,
    sudo: bool,
    is_node: bool,
    /// Whether the VLANs have no router while it is down.
    is_gateway: bool,
    /// The systemd units of the nodes among its VMs.
    node_units: Vec<String>,
    control_plane_units: Vec<String>,
    worker_units: Vec<String>,
    takes_down: TakesDown,
    /// The nodes to empty before it goes down.
    drain: Vec<String>,
}

/// The part of the cluster that is gone while a host is.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum TakesDown {
    /// Every node.
    Cluster,
    /// The control planes elsewhere are no majority.
    Api,
    /// Its own nodes only.
    Nodes,
}

/// Nodes of one platform, which run the same programs.
#[derive(Serialize)]
pub(super) struct Platform {
    system: System,
    nodes: Vec<String>,
}

/// A volume to show on how one grows.
#[derive(Serialize)]
pub(super) struct GrownVolume {
    vm: String,
    host: String,
    image: String,
    format: DiskFormat,
    fs: FsType,
    mount: String,
    device: String,
}

/// Nodes of one role, which join with the same secrets.
#[derive(Serialize)]
pub(super) struct NodeGroup {
    nodes: Vec<String>,
    sudo: &'static str,
    secrets: Vec<Secret>,
}

#[derive(Serialize)]
struct Secret {
    name: &'static str,
    file: String,
}

/// The word before a command that needs root.
pub(super) fn sudo(deployment: &Deployment) -> &'static str {
    if deployment.target_user == "root" { "" } else { "sudo " }
}

impl Row {
    pub(super) fn all(cluster: &Cluster) -> Vec<Self> {
        let vms = cluster.vms.iter().filter_map(|vm| {
            let host = &cluster.host_of(vm).name;
            let machine = format!("MicroVM on {host}, {} vCPU, {}", vm.vcpu, vm.memory);
            Some(Self::of(&vm.node()?, machine))
        });
        let hosts = cluster.hosts.iter().filter_map(Host::node);
        vms.chain(hosts.map(|node| Self::of(&node, "bare metal".to_owned()))).collect()
    }

    fn of(node: &Node<'_>, machine: String) -> Self {
        let is_control_plane = node.role == Role::ControlPlane;
        let given = Taint::of_control_planes().to_string();
        let declared = node.taints.iter().map(ToString::to_string);
        Self {
            name: node.name.to_string(),
            role: if is_control_plane { "control plane" } else { "worker" },
            ip: node.ip.to_string(),
            machine,
            labels: kubeadm::labels(node),
            taints: is_control_plane.then_some(given).into_iter().chain(declared).collect(),
        }
    }
}

impl VlanRow {
    pub(super) fn all(cluster: &Cluster) -> Vec<Self> {
        let router = cluster.gateway().map(|host| host.name.to_string());
        let vlans = cluster.network.vlans.iter().map(|vlan| Self {
            name: vlan.name.to_string(),
            subnet: vlan.subnet.to_string(),
            gateway: vlan.gateway.to_string(),
            router: router.clone(),
        });
        vlans.collect()
    }
}

impl Machine {
    pub(super) fn all(cluster: &Cluster) -> Vec<Self> {
        let of = |name: &dyn ToString, deployment: &Deployment, jump| Self {
            name: name.to_string(),
            host_name: None,
            address: deployment.target_host.clone(),
            user: deployment.target_user.clone(),
            jump,
            by_dhcp: false,
        };
        let hosts = cluster.hosts.iter().map(|host| Self {
            host_name: Some(host.host_name.to_string()).filter(|name| *name != host.name.as_str()),
            by_dhcp: host.deployment.target_host == host.host_name.as_str(),
            ..of(&host.name, &host.deployment, None)
        });
        let vms = cluster.vms.iter().filter(|vm| vm.is_node()).map(|vm| {
            // Only its own address lies behind the host.
            let own = vm.deployment.target_host == vm.ip.to_string();
            let jump = own.then(|| cluster.host_of(vm).name.to_string());
            of(&vm.name, &vm.deployment, jump)
        });
        hosts.chain(vms).collect()
    }
}

impl HostSteps {
    pub(super) fn all(cluster: &Cluster) -> Vec<Self> {
        cluster.hosts.iter().map(|host| Self::of(cluster, host)).collect()
    }

    fn of(cluster: &Cluster, host: &Host) -> Self {
        let nodes: Vec<&Vm> = cluster.vms_on(host).filter(|vm| vm.is_node()).collect();
        let units = |wanted: &dyn Fn(Role) -> bool| -> Vec<String> {
            let vms = nodes.iter().filter(|vm| wanted(*vm.role));
            vms.map(|vm| format!("microvm@{}", vm.name)).collect()
        };
        let own = host.node().map(|node| node.name.to_string());
        let elsewhere = cluster.control_planes().filter(|vm| vm.host != host.id).count();
        let on_it = nodes.len() + usize::from(own.is_some());
        let takes_down = if on_it == cluster.nodes().count() {
            TakesDown::Cluster
        } else if elsewhere * 2 <= cluster.control_planes().count() {
            TakesDown::Api
        } else {
            TakesDown::Nodes
        };
        // What has nowhere else to go is not moved.
        let moving = nodes.iter().filter(|vm| match takes_down {
            TakesDown::Cluster => false,
            TakesDown::Api => *vm.role == Role::Worker,
            TakesDown::Nodes => true,
        });
        Self {
            name: host.name.to_string(),
            sudo: !sudo(&host.deployment).is_empty(),
            is_node: own.is_some(),
            is_gateway: *host.gateway,
            node_units: units(&|_| true),
            control_plane_units: units(&|role| role == Role::ControlPlane),
            worker_units: units(&|role| role == Role::Worker),
            drain: moving.map(|vm| vm.name.to_string()).chain(own).collect(),
            takes_down,
        }
    }
}

impl GrownVolume {
    /// The kubelet's of a VM, as the adapters make and mount it.
    pub(super) fn of_kubelet(cluster: &Cluster, vm: &Vm) -> Option<Self> {
        let volume = vm.volumes.iter().find(|volume| volume.name.as_str() == "kubelet")?;
        let (name, (end, by)) = (
            &volume.name,
            match *volume.format {
                DiskFormat::Qcow2 => ("qcow2", "id/virtio-"),
                DiskFormat::Raw => ("img", "label/"),
            },
        );
        Some(Self {
            vm: vm.name.to_string(),
            host: cluster.host_of(vm).name.to_string(),
            image: format!("/var/lib/microvms/{}/{name}.{end}", vm.name),
            format: *volume.format,
            fs: *volume.fs,
            mount: volume.mount.to_string(),
            device: format!("/dev/disk/by-{by}{name}"),
        })
    }
}

impl Platform {
    pub(super) fn all(cluster: &Cluster) -> Vec<Self> {
        let vms = cluster.vms.iter().filter(|vm| vm.is_node());
        let vms = vms.map(|vm| (*cluster.host_of(vm).system, vm.name.to_string()));
        let hosts = cluster.hosts.iter().filter(|host| host.node().is_some());
        let hosts = hosts.map(|host| (*host.system, host.name.to_string()));
        let mut platforms: Vec<Self> = Vec::new();
        for (system, node) in vms.chain(hosts) {
            match platforms.iter_mut().find(|platform| platform.system == system) {
                Some(platform) => platform.nodes.push(node),
                None => platforms.push(Self { system, nodes: vec![node] }),
            }
        }
        platforms
    }
}

impl NodeGroup {
    /// The nodes behind the first ones: control planes, then workers.
    pub(super) fn after(cluster: &Cluster, skipped: usize) -> Vec<Self> {
        let vms = cluster.vms.iter().filter(|vm| vm.is_node());
        let vms = vms.map(|vm| (vm.name.to_string(), *vm.role, &vm.deployment));
        let hosts = cluster.hosts.iter().filter(|host| host.node().is_some());
        let hosts = hosts.map(|host| (host.host_name.to_string(), *host.role, &host.deployment));
        let every: Vec<_> = vms.chain(hosts).skip(skipped).collect();
        [Role::ControlPlane, Role::Worker]
            .into_iter()
            .map(|wanted| {
                let nodes = every.iter().filter(|(_, role, _)| *role == wanted);
                let secrets = cluster.join_secrets(wanted).into_iter();
                Self {
                    // One word for the whole loop: root may use it too.
                    sudo: nodes.clone().map(|(.., how)| sudo(how)).max().unwrap_or_default(),
                    nodes: nodes.map(|(name, ..)| name.clone()).collect(),
                    secrets: secrets
                        .map(|(name, file)| Secret { name, file: file.to_string() })
                        .collect(),
                }
            })
            .filter(|group| !group.nodes.is_empty())
            .collect()
    }
}
