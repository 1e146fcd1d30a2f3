//! Workloads, which run in the cluster for its users: one file a kind, and one
//! line in [`WORKLOADS`].

mod device_plugin;
mod local_path;
mod localai;
mod metrics_server;
mod ollama;
mod server;
mod workload;

pub use localai::localai;
pub use ollama::ollama;
pub use server::Server;
pub use workload::{Data, Part, Workload};

use crate::cluster::{Cluster, Demand};

/// Every kind of workload, in the order in which they are applied.
pub const WORKLOADS: &[Workload] = &[
    local_path::WORKLOAD,
    metrics_server::WORKLOAD,
    device_plugin::WORKLOAD,
    ollama::WORKLOAD,
    localai::WORKLOAD,
];

/// The demand of each workload on the nodes of a cluster.
pub fn demands(cluster: &Cluster) -> impl Iterator<Item = Demand<'_>> {
    WORKLOADS.iter().filter_map(|workload| (workload.demand)(cluster))
}

/// What workloads keep on the nodes of a cluster.
pub fn data(cluster: &Cluster) -> impl Iterator<Item = Data<'_>> {
    WORKLOADS.iter().filter_map(|workload| (workload.data)(cluster))
}

/// The manifests that are applied to a cluster, in their order.
pub(super) fn parts(cluster: &Cluster) -> Vec<Part> {
    WORKLOADS.iter().flat_map(|workload| (workload.parts)(cluster)).collect()
}
