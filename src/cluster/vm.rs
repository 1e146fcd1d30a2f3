//! The MicroVMs.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::host::HostId;
use super::network::VlanId;
use super::node::{Deployment, Labels, Node};
use crate::input::Spanned;
use crate::input::nixos::Options;
use crate::input::types::{
    AbsPath, DiskFormat, FsType, InterfaceName, Mac, Name, PortName, RelPath, Role, Size, Taint,
};

/// A MicroVM.
#[derive(Debug)]
pub struct Vm {
    /// Its name, which is its host name and node name.
    pub name: Spanned<Name>,
    /// Its role.
    pub role: Spanned<Role>,
    /// The host that carries it.
    pub host: HostId,
    /// Its VLAN.
    pub vlan: VlanId,
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
    /// Directories of the host that it mounts: first that of its data, if it has one.
    pub shares: Vec<Share>,
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
pub struct Share {
    /// Its name; the data's has none.
    pub name: Option<Spanned<Name>>,
    /// Where the VM sees it.
    pub mount: Spanned<AbsPath>,
    /// Where the host keeps it.
    pub source: Spanned<AbsPath>,
    /// Whether the VM may not write to it.
    pub read_only: bool,
}

impl Share {
    /// The tag by which the VM finds it.
    pub fn tag(&self) -> &str {
        self.name.as_ref().map_or("data", |name| name.as_str())
    }

    /// Its table in `cluster.toml`, below that of its VM.
    pub fn table(&self) -> String {
        self.name.as_ref().map_or("storage".to_owned(), |name| format!("shares.{name}"))
    }
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

    /// The directory of the host with its data.
    pub fn storage(&self) -> Option<&Share> {
        self.shares.iter().find(|share| share.name.is_none())
    }

    /// Whether it is a node of the cluster.
    pub fn is_node(&self) -> bool {
        *self.role != Role::None
    }
}

/// The name of a directory that survives a reboot, on the host and as the tag of
/// its share: its path, so that it is found again whatever else is kept.
pub fn share_name(mount: &AbsPath) -> String {
    mount.as_str().trim_start_matches('/').replace('/', "-")
}
