//! The cluster with every reference followed and every value decided. Values
//! still know where they were written, so that checks can point there.

mod derive;
mod modules;
mod resolve;
mod select;

pub use derive::natural;
pub use resolve::resolve;
pub use select::Candidate;

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use crate::input::nixos::Options;
use crate::input::schema::OutputTable;
use crate::input::types::{
    AbsPath, BridgeNetfilter, Cni, DiskFormat, DnsName, Endpoint, Firewall, FlakeRef, Formatter,
    FsType, GpuAccess, GpuMode, Hypervisor, Image, InterfaceName, LabelKey, LabelValue, Level,
    Lint, Loader, Mac, Minor, Name, OneLine, PciAddress, PortName, RelPath, Role, Size, SshKey,
    System, Taint, UserName,
};
use crate::input::{Map, Spanned};
use crate::release::Release;

/// Labels of a node.
pub type Labels = BTreeMap<LabelKey, Spanned<LabelValue>>;

/// A cluster.
#[derive(Debug)]
pub struct Cluster {
    /// The name of the file it was read from.
    pub source: String,
    /// Its name.
    pub name: Spanned<Name>,
    /// The NixOS release of every machine.
    pub release: &'static Release,
    /// `system.stateVersion` of every machine.
    pub state_version: Spanned<OneLine>,
    /// The Kubernetes minor.
    pub kubernetes: Spanned<Minor>,
    /// A nixpkgs for Kubernetes alone.
    pub kubernetes_nixpkgs: Option<Spanned<FlakeRef>>,
    /// Addresses of pods.
    pub pod_cidr: Spanned<Ipv4Net>,
    /// Addresses of services.
    pub service_cidr: Spanned<Ipv4Net>,
    /// The DNS domain of services.
    pub dns_domain: Spanned<DnsName>,
    /// The network plugin.
    pub cni: Spanned<Cni>,
    /// How a node on a bridge host treats `br_netfilter`.
    pub bridge_netfilter: Spanned<BridgeNetfilter>,
    /// Whether flannel uses nftables.
    pub flannel_nftables: Spanned<bool>,
    /// What firewalls are made with.
    pub firewall: Spanned<Firewall>,
    /// What runs the MicroVMs.
    pub hypervisor: Spanned<Hypervisor>,
    /// Where nodes reach the API server.
    pub endpoint: Spanned<Endpoint>,
    /// The address that kube-vip moves between the control planes.
    pub vip: Option<Spanned<Ipv4Addr>>,
    /// File with the join token on a joining node.
    pub join_token_file: Spanned<AbsPath>,
    /// File with the hash of the cluster's CA on a joining node.
    pub ca_cert_hash_file: Spanned<AbsPath>,
    /// File with the certificate key on a joining control plane.
    pub certificate_key_file: Spanned<AbsPath>,
    /// What lays out the Nix files.
    pub formatter: Formatter,
    /// The folder of the user's templates, below that of the file.
    pub templates: Spanned<RelPath>,
    /// The bridge and its VLANs.
    pub network: Network,
    /// The hosts by name.
    pub hosts: Vec<Host>,
    /// The MicroVMs: control planes, workers, then the others, each by name.
    pub vms: Vec<Vm>,
    /// The Ollama workload.
    pub ollama: Option<Ollama>,
    /// What the user says of outputs.
    pub outputs: Map<Name, OutputTable>,
    /// How the user has findings count.
    pub lints: Map<Lint, Spanned<Level>>,
}

/// The network of every host.
#[derive(Debug)]
pub struct Network {
    /// The bridge.
    pub bridge: Spanned<InterfaceName>,
    /// Name servers.
    pub dns: Vec<Spanned<Ipv4Addr>>,
    /// The range and router outside.
    pub wan: Option<(Spanned<Ipv4Net>, Spanned<Ipv4Addr>)>,
    /// The VLANs by name.
    pub vlans: Vec<Vlan>,
}

/// A VLAN.
#[derive(Debug)]
pub struct Vlan {
    /// Its name.
    pub name: Spanned<Name>,
    /// Its tag.
    pub id: Spanned<u16>,
    /// Its range.
    pub subnet: Spanned<Ipv4Net>,
    /// Its router.
    pub gateway: Spanned<Ipv4Addr>,
}

/// A physical machine.
#[derive(Debug)]
pub struct Host {
    /// Its name, which is its host name and node name.
    pub name: Spanned<Name>,
    /// Its processors, if it says how many.
    pub cpus: Option<Spanned<u16>>,
    /// Its memory, if it says how much.
    pub memory: Option<Spanned<Size>>,
    /// Its disk, if it says how large.
    pub disk: Option<Spanned<Size>>,
    /// Its platform.
    pub system: Spanned<System>,
    /// Its role: a worker, or no node.
    pub role: Spanned<Role>,
    /// The physical interface in the bridge.
    pub uplink: Spanned<InterfaceName>,
    /// Its address outside, or DHCP.
    pub wan_address: Option<Spanned<Ipv4Addr>>,
    /// Whether it is the VLANs' gateway.
    pub gateway: Spanned<bool>,
    /// Its VLAN as a node; an index into the VLANs.
    pub vlan: Option<Spanned<usize>>,
    /// Its own addresses by VLAN index.
    pub addresses: BTreeMap<usize, Spanned<Ipv4Addr>>,
    /// Its node's labels.
    pub labels: Labels,
    /// Its node's taints.
    pub taints: Vec<Spanned<Taint>>,
    /// Its GPU.
    pub gpu: Option<Gpu>,
    /// Its users by name.
    pub users: Vec<User>,
    /// How it boots.
    pub hardware: Hardware,
    /// More modules of the user's: those of its roles, then its own.
    pub extra_modules: Vec<Spanned<RelPath>>,
    /// More options of the user's: its own, then those of its roles.
    pub nixos: Options,
    /// For Colmena and scripts.
    pub deployment: Deployment,
}

/// File systems and boot loader of a host.
#[derive(Debug)]
pub enum Hardware {
    /// Written in `cluster.toml`.
    Boot {
        /// The boot loader.
        loader: Spanned<Loader>,
        /// The root device.
        root: Spanned<AbsPath>,
        /// The root file system.
        fs: Spanned<FsType>,
        /// The EFI system partition.
        esp: Spanned<AbsPath>,
    },
    /// A module of the user's.
    Module(Spanned<RelPath>),
}

/// A GPU.
#[derive(Debug)]
pub struct Gpu {
    /// Who uses it.
    pub mode: Spanned<GpuMode>,
    /// The chip.
    pub model: Spanned<OneLine>,
    /// What ROCm is told it were.
    pub hsa_override: Option<Spanned<OneLine>>,
    /// Its functions on the PCI bus, for passthrough.
    pub pci: Vec<Spanned<PciAddress>>,
    /// The MicroVM that gets it, for passthrough.
    pub vm: Option<Spanned<Name>>,
}

/// A user of a host.
#[derive(Debug)]
pub struct User {
    /// The login name.
    pub name: Spanned<UserName>,
    /// Whether it may become root.
    pub admin: Spanned<bool>,
    /// Its public keys.
    pub ssh_keys: Vec<Spanned<SshKey>>,
}

/// How scripts reach a machine.
#[derive(Debug)]
pub struct Deployment {
    /// The address or name.
    pub target_host: String,
    /// The user.
    pub target_user: String,
    /// Tags to select machines by.
    pub tags: Vec<Name>,
}

/// A MicroVM.
#[derive(Debug)]
pub struct Vm {
    /// Its name, which is its host name and node name.
    pub name: Spanned<Name>,
    /// Its role.
    pub role: Spanned<Role>,
    /// The host that carries it; an index into the hosts.
    pub host: usize,
    /// Its VLAN; an index into the VLANs.
    pub vlan: usize,
    /// Its address.
    pub ip: Spanned<Ipv4Addr>,
    /// Its MAC address.
    pub mac: Spanned<Mac>,
    /// Its interface on the host.
    pub tap: Spanned<InterfaceName>,
    /// Its vsock context id.
    pub vsock_cid: Spanned<u32>,
    /// Virtual processors.
    pub vcpu: Spanned<u16>,
    /// Memory.
    pub memory: Spanned<Size>,
    /// Block volumes by name.
    pub volumes: Vec<Volume>,
    /// A directory of the host with its data.
    pub storage: Option<Storage>,
    /// Further directories that survive a reboot.
    pub persist: Vec<Spanned<AbsPath>>,
    /// Ports by name.
    pub ports: BTreeMap<PortName, Spanned<u16>>,
    /// Its node's labels.
    pub labels: Labels,
    /// Its node's taints.
    pub taints: Vec<Spanned<Taint>>,
    /// Whether it starts with its host.
    pub autostart: bool,
    /// More modules of the user's: those of its roles, then its own.
    pub extra_modules: Vec<Spanned<RelPath>>,
    /// More options of the user's: its own, then those of its roles.
    pub nixos: Options,
    /// For Colmena and scripts.
    pub deployment: Deployment,
}

/// A block volume of a VM.
#[derive(Debug)]
pub struct Volume {
    /// Its name: also the image's name, serial number and label.
    pub name: Spanned<Name>,
    /// Its size.
    pub size: Spanned<Size>,
    /// The image's format.
    pub format: Spanned<DiskFormat>,
    /// Its file system.
    pub fs: Spanned<FsType>,
    /// Where it is mounted.
    pub mount: Spanned<AbsPath>,
}

/// A directory of the host that a VM mounts.
#[derive(Debug)]
pub struct Storage {
    /// Where the VM sees it.
    pub mount: Spanned<AbsPath>,
    /// Where the host keeps it.
    pub source: Spanned<AbsPath>,
}

/// The Ollama workload.
#[derive(Debug)]
pub struct Ollama {
    /// The image.
    pub image: Spanned<Image>,
    /// Labels of the nodes that may run it.
    pub node_selector: Labels,
    /// How it gets at the GPU.
    pub gpu_access: Spanned<GpuAccess>,
    /// The port on every node.
    pub node_port: Spanned<u16>,
    /// The most memory it may use.
    pub memory: Spanned<Size>,
    /// Where the node keeps the models.
    pub data: Spanned<AbsPath>,
}

/// A machine that is a node of the cluster.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a> {
    /// Its name.
    pub name: &'a Spanned<Name>,
    /// Its role.
    pub role: Role,
    /// Its address in the cluster.
    pub ip: Ipv4Addr,
    /// Its labels.
    pub labels: &'a Labels,
    /// Its taints.
    pub taints: &'a [Spanned<Taint>],
}

impl Cluster {
    /// The MicroVMs that are control planes; the first one initialises the cluster.
    pub fn control_planes(&self) -> impl Iterator<Item = &Vm> {
        self.vms.iter().filter(|vm| *vm.role == Role::ControlPlane)
    }

    /// Every node: control planes, workers among the MicroVMs, then hosts.
    pub fn nodes(&self) -> impl Iterator<Item = Node<'_>> {
        let vms = self.vms.iter().filter_map(Vm::node);
        vms.chain(self.hosts.iter().filter_map(Host::node))
    }

    /// The VLAN of a VM.
    pub fn vlan_of(&self, vm: &Vm) -> &Vlan {
        &self.network.vlans[vm.vlan]
    }

    /// Whether several control planes share the API.
    pub fn is_ha(&self) -> bool {
        self.control_planes().nth(1).is_some()
    }

    /// The GPU that is passed through to a VM.
    pub fn passed_gpu(&self, vm: &Vm) -> Option<&Gpu> {
        let gpu = self.hosts[vm.host].gpu.as_ref()?;
        let its = *gpu.mode == GpuMode::Passthrough && gpu.vm.as_ref() == Some(&vm.name);
        its.then_some(gpu)
    }

    /// The MicroVMs that a host carries, with the host's index.
    pub fn vms_on(&self, host: usize) -> impl Iterator<Item = &Vm> {
        self.vms.iter().filter(move |vm| vm.host == host)
    }
}

/// The name of a directory that survives a reboot, on the host and as the tag of
/// its share: its path, so that it is found again whatever else is kept.
pub fn share_name(mount: &AbsPath) -> String {
    mount.as_str().trim_start_matches('/').replace('/', "-")
}

impl Vm {
    /// The VM as a node, if it is one.
    pub fn node(&self) -> Option<Node<'_>> {
        (*self.role != Role::None).then(|| Node {
            name: &self.name,
            role: *self.role,
            ip: *self.ip,
            labels: &self.labels,
            taints: &self.taints,
        })
    }

    /// Whether it is a node of the cluster.
    pub fn is_node(&self) -> bool {
        *self.role != Role::None
    }
}

impl Host {
    /// The host's address in the cluster, if it is a node.
    pub fn node_ip(&self) -> Option<Ipv4Addr> {
        let vlan = self.vlan.as_ref()?;
        self.addresses.get(&vlan.value).map(|ip| ip.value)
    }

    /// The host as a node, if it is one.
    pub fn node(&self) -> Option<Node<'_>> {
        if *self.role == Role::None {
            return None;
        }
        Some(Node {
            name: &self.name,
            role: *self.role,
            ip: self.node_ip()?,
            labels: &self.labels,
            taints: &self.taints,
        })
    }

    /// The keys of the users who may become root.
    pub fn admin_keys(&self) -> impl Iterator<Item = &SshKey> {
        self.users
            .iter()
            .filter(|user| *user.admin)
            .flat_map(|user| user.ssh_keys.iter().map(|key| &key.value))
    }
}
