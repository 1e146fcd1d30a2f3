//! The pod network.

use serde::Serialize;

use super::output::Output;
use crate::cluster::Cluster;
use crate::render::{Template, template};

/// The image of its daemon. The manifest's flags and probes belong to this
/// version.
pub(super) const IMAGE: &str = "ghcr.io/flannel-io/flannel:v0.28.10";

pub(super) const OUTPUT: Output = Output {
    name: "flannel",
    path: "k8s/flannel.yaml",
    wanted: |_| true,
    templates: &[TEMPLATE.source()],
    files: |cluster, path| vec![TEMPLATE.file(path.clone(), &Context::of(cluster))],
};

const TEMPLATE: Template<Context> = template!("k8s/flannel.yaml");

#[derive(Serialize)]
struct Context {
    image: &'static str,
    pod_cidr: String,
    nftables: bool,
}

impl Context {
    fn of(cluster: &Cluster) -> Self {
        Self {
            image: IMAGE,
            pod_cidr: cluster.pod_cidr.to_string(),
            nftables: *cluster.flannel_nftables,
        }
    }
}
