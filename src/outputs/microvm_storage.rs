//! `microvm-storage.nix`: the directories of the MicroVMs on their host, and how
//! it stops them.

use serde::Serialize;

use super::output::Output;
use crate::cluster::Cluster;
use crate::input::types::Hypervisor;
use crate::render::{Kind, Template, template};

/// The values of the template.
#[derive(Serialize)]
struct Context {
    /// Whether a host name is not that of a table.
    renamed: bool,
    has_persist: bool,
    has_shares: bool,
    join_shares: bool,
    qemu: bool,
}

const TEMPLATE: Template<Context> = template!("modules/nixos/microvm-storage.nix", Kind::Module);

pub(super) const OUTPUT: Output = Output {
    name: "microvm-storage",
    path: "modules/nixos/microvm-storage.nix",
    wanted: |_| true,
    templates: &[TEMPLATE.source()],
    files: |cluster, path| {
        let qemu = *cluster.hypervisor == Hypervisor::Qemu;
        let (has_persist, has_shares) = (has_persist(cluster), has_shares(cluster));
        let join_shares = cluster.has_units();
        let renamed = cluster.renamed_hosts().next().is_some();
        let context = Context { renamed, has_persist, has_shares, join_shares, qemu };
        vec![TEMPLATE.file(path.clone(), &context)]
    },
};

/// Whether any VM keeps a directory beyond what its role needs.
pub(super) fn has_persist(cluster: &Cluster) -> bool {
    cluster.vms.iter().any(|vm| !vm.persist.is_empty())
}

/// Whether any VM has shares besides that of its data.
pub(super) fn has_shares(cluster: &Cluster) -> bool {
    cluster.vms.iter().any(|vm| vm.shares.iter().any(|share| share.name.is_some()))
}
