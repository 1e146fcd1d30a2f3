//! `k8s-formation.nix`: the units that form the cluster.

use serde::Serialize;

use super::output::Output;
use super::{bootstrap, manifests};
use crate::cluster::Cluster;
use crate::input::types::RelPath;
use crate::render::{Kind, Template, template};

/// The values of the template.
#[derive(Serialize)]
struct Context {
    root: String,
    bootstrap: String,
    /// The folder of the scripts, inside the tree.
    folder: String,
    manifests: Vec<String>,
    /// Whether directories of the host bring what nodes join with.
    shared: bool,
    ha: bool,
}

const TEMPLATE: Template<Context> = template!("modules/nixos/k8s-formation.nix", Kind::Module);

pub(super) const OUTPUT: Output = Output {
    name: "formation",
    path: "modules/nixos/k8s-formation.nix",
    wanted: Cluster::has_units,
    templates: &[TEMPLATE.source()],
    files: |cluster, path| {
        let bootstrap = bootstrap::OUTPUT.path(cluster);
        let manifests = manifests(cluster).map(|(manifest, _)| manifest.seen_from(path));
        let context = Context {
            root: path.root(),
            folder: bootstrap.inside().to_owned(),
            bootstrap: bootstrap.seen_from(path),
            manifests: manifests.collect(),
            shared: cluster.shares_join_secrets(),
            ha: cluster.is_ha(),
        };
        vec![TEMPLATE.file(path.clone(), &context)]
    },
};

/// The module of a machine that takes part, which every host and every node does.
pub(super) fn module(cluster: &Cluster) -> Option<RelPath> {
    cluster.has_units().then(|| OUTPUT.path(cluster))
}
