//! `k8s-join-secrets.nix`: the files that a node reads to join, as sops-nix or agenix
//! put them there, and those that a host shares with its MicroVMs.

use serde::Serialize;

use super::output::Output;
use crate::cluster::{Cluster, Host, Vm};
use crate::input::types::{AbsPath, Role, Secrets};
use crate::render::{Kind, Template, template};

/// The values of the template.
#[derive(Serialize)]
struct Context<'a> {
    /// Whether a host name is not that of a table.
    renamed: bool,
    secrets: Secrets,
    /// Whether they are shared with the MicroVMs.
    share: bool,
    root: String,
    /// Each by its name, with its file on the node.
    every: Vec<(&'static str, &'a AbsPath)>,
    /// Those of control planes besides.
    control_planes: Vec<(&'static str, &'a AbsPath)>,
}

const TEMPLATE: Template<Context<'_>> =
    template!("modules/nixos/k8s-join-secrets.nix", Kind::Module);

pub(super) const OUTPUT: Output = Output {
    name: "join-secrets",
    path: "modules/nixos/k8s-join-secrets.nix",
    wanted: |cluster| {
        cluster.hosts.iter().any(|host| is_on_host(cluster, host))
            || cluster.vms.iter().any(|vm| is_on_vm(cluster, vm))
    },
    templates: &[TEMPLATE.source()],
    files: |cluster, path| {
        let [every, control_planes] = files(cluster);
        let root = path.root();
        let share = cluster.vms.iter().any(|vm| cluster.shares_secrets_with(vm));
        let renamed = cluster.renamed_hosts().next().is_some();
        let secrets = *cluster.secrets;
        let context = Context { renamed, secrets, share, root, every, control_planes };
        vec![TEMPLATE.file(path.clone(), &context)]
    },
};

/// The files of every node, and those of control planes besides.
pub(super) fn files(cluster: &Cluster) -> [Vec<(&'static str, &AbsPath)>; 2] {
    let every = cluster.join_secrets(Role::Worker);
    let mut control_planes = cluster.join_secrets(Role::ControlPlane);
    control_planes.retain(|secret| cluster.is_ha() && !every.contains(secret));
    [every, control_planes]
}

/// Whether a host decrypts any: its own, or those of its MicroVMs.
pub(super) fn is_on_host(cluster: &Cluster, host: &Host) -> bool {
    host.node().is_some_and(|node| cluster.decrypts_for(&node))
        || cluster.vms_on(host).any(|vm| cluster.shares_secrets_with(vm))
}

/// Whether a MicroVM decrypts its own.
pub(super) fn is_on_vm(cluster: &Cluster, vm: &Vm) -> bool {
    let decrypts = vm.node().is_some_and(|node| cluster.decrypts_for(&node));
    decrypts && !cluster.shares_secrets_with(vm)
}
