//! The data files, and what they have in common.

use serde::Serialize;

use crate::input::types::{Name, RelPath, Role};

/// A file of plain data: machines and modules are made of it, and it tells later
/// what was rendered last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataFile {
    /// The bridge, the network outside and the VLANs.
    Network,
    /// The physical machines.
    Hosts,
    /// The MicroVMs, and the Kubernetes cluster.
    Vms,
    /// The index of the others.
    Index,
}

impl DataFile {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Network, Self::Hosts, Self::Vms, Self::Index];

    /// Its path in the folder of the data files.
    pub fn below(self, folder: &RelPath) -> RelPath {
        folder.join(match self {
            Self::Network => "network.nix",
            Self::Hosts => "hosts.nix",
            Self::Vms => "vms.nix",
            Self::Index => "default.nix",
        })
    }
}

/// An attribute set under its name.
#[derive(Serialize)]
pub(super) struct Named<'a, T> {
    pub(super) name: &'a Name,
    pub(super) data: T,
}

#[expect(clippy::trivially_copy_pass_by_ref)] // serde passes a reference
pub(super) fn is_no_node(role: &Role) -> bool {
    *role == Role::None
}
