//! The cluster with every reference followed and every value decided. Values
//! still know where they were written, so that checks can point there.

mod demand;
mod derive;
mod host;
mod modules;
mod network;
mod node;
pub mod reserved;
mod resolve;
pub mod rocm;
mod select;
mod vm;

pub use demand::Demand;
pub use derive::natural;
pub use host::{Gpu, Hardware, Host, HostId, User};
pub use network::{Network, Vlan, VlanId};
pub use node::{Deployment, Labels, Node};
pub use resolve::resolve;
pub use select::Candidate;
pub use vm::{Share, Vm, Volume, share_name};

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use crate::input::nixos::Options;
use crate::input::schema::OutputTable;
use crate::input::types::{
    AbsPath, BridgeNetfilter, Cni, DnsName, Endpoint, Firewall, FlakeRef, Formation, Formatter,
    GpuMode, Hypervisor, Level, Lint, Minor, Name, OneLine, RelPath, Role, Secrets,
};
use crate::input::workloads::WorkloadsTable;
use crate::input::{Map, Spanned};
use crate::release::Release;

/// The directory in a host's memory with what every node reads to join, below `/run` and
/// as a share.
pub const JOIN: &str = "k8s-join";
/// The one with what control planes read besides: it makes a control plane, so no worker
/// has it.
pub const JOIN_CONTROL: &str = "k8s-join-control";
/// The one with a link to what the first control plane applies.
pub const FORMATION: &str = "k8s-formation";

/// A cluster.
#[derive(Debug)]
pub struct Cluster {
    /// The name of the file it was read from.
    pub source: String,
    /// Its name.
    pub name: Spanned<Name>,
    /// The NixOS release of every machine.
    pub release: Spanned<&'static Release>,
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
    /// The program that firewalls are made with.
    pub firewall: Spanned<Firewall>,
    /// The hypervisor that runs the MicroVMs.
    pub hypervisor: Spanned<Hypervisor>,
    /// Where nodes reach the API server.
    pub endpoint: Spanned<Endpoint>,
    /// The address that kube-vip moves between the control planes.
    pub vip: Option<Spanned<Ipv4Addr>>,
    /// The control plane that creates the cluster, where it is written.
    pub first_control_plane: Option<Spanned<Name>>,
    /// Whether it is created with its Secrets encrypted.
    pub encrypt_secrets: Spanned<bool>,
    /// Whether it is created with an audit log.
    pub audit: Spanned<bool>,
    /// Who forms it.
    pub formation: Spanned<Formation>,
    /// What brings the files with secrets to the nodes.
    pub secrets: Spanned<Secrets>,
    /// Whether a host decrypts them for its MicroVMs.
    pub host_decrypts: Spanned<bool>,
    /// File with the join token on a joining node.
    pub join_token_file: Spanned<AbsPath>,
    /// File with the hash of the cluster's CA on a joining node.
    pub ca_cert_hash_file: Spanned<AbsPath>,
    /// File with the certificate key on a joining control plane.
    pub certificate_key_file: Spanned<AbsPath>,
    /// File with the keys of encrypted Secrets on a joining control plane.
    pub encryption_config_file: Spanned<AbsPath>,
    /// The formatter that lays out the Nix files.
    pub formatter: Formatter,
    /// The folder of the user's templates, below that of the file.
    pub templates: Spanned<RelPath>,
    /// The bridge and its VLANs.
    pub network: Network,
    /// The hosts by name.
    pub hosts: Vec<Host>,
    /// The MicroVMs: control planes, workers, then the others, each by name.
    pub vms: Vec<Vm>,
    /// The workloads that the user wants to run in it.
    pub workloads: WorkloadsTable,
    /// The settings of outputs.
    pub outputs: Map<Name, OutputTable>,
    /// How the user has findings count.
    pub lints: Map<Lint, Spanned<Level>>,
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

    /// The hosts whose host name is not that of their table.
    pub fn renamed_hosts(&self) -> impl Iterator<Item = &Host> {
        self.hosts.iter().filter(|host| host.host_name != host.name)
    }

    /// The host that carries a VM.
    #[expect(clippy::indexing_slicing, reason = "an id is a place among these hosts")]
    pub fn host_of(&self, vm: &Vm) -> &Host {
        &self.hosts[vm.host.0]
    }

    /// The `nixos` tables of all machines that have one.
    pub fn nixos_tables(&self) -> impl Iterator<Item = &Options> {
        let vms = self.vms.iter().map(|vm| &vm.nixos);
        let tables = vms.chain(self.hosts.iter().map(|host| &host.nixos));
        tables.filter(|table| !table.is_empty())
    }

    /// The host that is the VLANs' gateway, unless another machine is.
    pub fn gateway(&self) -> Option<&Host> {
        self.hosts.iter().find(|host| *host.gateway)
    }

    /// The VLAN of a VM.
    pub fn vlan_of(&self, vm: &Vm) -> &Vlan {
        self.network.vlan(vm.vlan)
    }

    /// Whether several control planes share the API.
    pub fn is_ha(&self) -> bool {
        self.control_planes().nth(1).is_some()
    }

    /// The secrets that a node of this role reads to join, by the names that
    /// `10-init.sh --token` gives them, and the files that they are in.
    pub fn join_secrets(&self, role: Role) -> Vec<(&'static str, &AbsPath)> {
        let mut secrets = vec![
            ("joinToken", &self.join_token_file.value),
            ("caCertHash", &self.ca_cert_hash_file.value),
        ];
        if role == Role::ControlPlane {
            secrets.push(("certificateKey", &self.certificate_key_file.value));
            secrets.push(("encryptionConfig", &self.encryption_config_file.value));
        }
        secrets
    }

    /// Whether units form it.
    pub fn has_units(&self) -> bool {
        *self.formation == Formation::Units
    }

    /// Whether directories of the only host bring the nodes what they read to join.
    pub fn shares_join_secrets(&self) -> bool {
        let only_host = self.hosts.len() == 1 && self.nodes().nth(1).is_some();
        self.has_units() && only_host && *self.secrets == Secrets::None
    }

    /// Whether a node's secrets are decrypted for it. An only control plane has nothing
    /// to join.
    pub fn decrypts_for(&self, node: &Node<'_>) -> bool {
        *self.secrets != Secrets::None && (node.role == Role::Worker || self.is_ha())
    }

    /// Whether a VM's host decrypts its secrets and shares them with it.
    pub fn shares_secrets_with(&self, vm: &Vm) -> bool {
        *self.host_decrypts && vm.node().is_some_and(|it| self.decrypts_for(&it))
    }

    /// The GPU that is passed through to a VM.
    pub fn passed_gpu(&self, vm: &Vm) -> Option<&Gpu> {
        let gpu = self.host_of(vm).gpu.as_ref()?;
        let its = *gpu.mode == GpuMode::Passthrough && gpu.vm.as_ref() == Some(&vm.name);
        its.then_some(gpu)
    }

    /// The MicroVMs that a host carries.
    pub fn vms_on(&self, host: &Host) -> impl Iterator<Item = &Vm> {
        let host = host.id;
        self.vms.iter().filter(move |vm| vm.host == host)
    }
}
