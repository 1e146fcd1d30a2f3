//! `k8s-join-secrets.nix`: the files that a node reads to join, as sops-nix or agenix
//! put them there.

use serde::Serialize;

use super::output::Output;
use crate::cluster::{Cluster, Node};
use crate::input::types::{AbsPath, Role, Secrets};
use crate::render::{Kind, Template, template};

/// The values of the template.
#[derive(Serialize)]
struct Context<'a> {
    secrets: Secrets,
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
    wanted: |cluster| cluster.nodes().any(|node| declares(cluster, &node)),
    templates: &[TEMPLATE.source()],
    files: |cluster, path| {
        let every = cluster.join_secrets(Role::Worker);
        let mut control_planes = cluster.join_secrets(Role::ControlPlane);
        control_planes.retain(|secret| cluster.is_ha() && !every.contains(secret));
        let root = path.root();
        let context = Context { secrets: *cluster.secrets, root, every, control_planes };
        vec![TEMPLATE.file(path.clone(), &context)]
    },
};

/// Whether the secrets that a node joins with are declared on it. An only control plane
/// has nothing to join.
pub(super) fn declares(cluster: &Cluster, node: &Node<'_>) -> bool {
    *cluster.secrets != Secrets::None && (node.role == Role::Worker || cluster.is_ha())
}
