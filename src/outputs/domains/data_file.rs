//! The data files, and what they have in common.

use serde::Serialize;

use crate::input::types::{Name, RelPath, Role};
use crate::text::words;

words! {
    /// A file of plain data, by its name: machines and modules are made of it, and it
    /// tells later what was rendered last.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum DataFile {
        /// The bridge, the network outside and the VLANs.
        Network = "network.nix",
        /// The physical machines.
        Hosts = "hosts.nix",
        /// The MicroVMs, and the Kubernetes cluster.
        Vms = "vms.nix",
        /// The index of the others.
        Index = "default.nix",
    }
}

impl DataFile {
    /// Its path in the folder of the data files.
    pub fn below(self, folder: &RelPath) -> RelPath {
        folder.join(self.word())
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
