//! The physical machines.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::network::VlanId;
use super::node::{Deployment, Labels, Node};
use super::rocm::{self, Kernels};
use crate::input::Spanned;
use crate::input::nixos::Options;
use crate::input::types::{
    AbsPath, FsType, GpuMode, HardwareMac, InterfaceName, Loader, Name, OneLine, PciAddress,
    RelPath, Role, Size, SshKey, System, Taint, UserName,
};

/// The place of a host among those of its cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostId(pub(super) usize);

/// A physical machine.
#[derive(Debug)]
pub struct Host {
    /// Its place among the hosts.
    pub id: HostId,
    /// The name of its table, by which data, modules and flakes call it.
    pub name: Spanned<Name>,
    /// Its host name, which is its node's name too.
    pub host_name: Spanned<Name>,
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
    /// The hardware address of that interface.
    pub uplink_mac: Option<Spanned<HardwareMac>>,
    /// Its address outside, or DHCP.
    pub wan_address: Option<Spanned<Ipv4Addr>>,
    /// Whether it is the VLANs' gateway.
    pub gateway: Spanned<bool>,
    /// Its VLAN as a node.
    pub vlan: Option<Spanned<VlanId>>,
    /// Its own addresses by VLAN.
    pub addresses: BTreeMap<VlanId, Spanned<Ipv4Addr>>,
    /// Whether it keeps its swap as a node.
    pub swap: Spanned<bool>,
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
    /// The platform of its host.
    pub system: System,
    /// The chip.
    pub model: Spanned<OneLine>,
    /// The chip that the user has ROCm told instead, or `none`.
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
    /// File on the host with the hash of its password.
    pub hashed_password_file: Option<Spanned<AbsPath>>,
}

impl Gpu {
    /// The version of the chip that ROCm is told it were, if it has to be another.
    pub fn passes_for(&self) -> Option<&str> {
        match &self.hsa_override {
            Some(written) => Some(written.as_str()).filter(|version| *version != "none"),
            None => match rocm::kernels(self.model.as_str())? {
                Kernels::Like(version) => Some(version),
                Kernels::Own | Kernels::None => None,
            },
        }
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
            name: &self.host_name,
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
