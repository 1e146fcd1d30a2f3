//! Workloads, which run in the cluster for its users: one file a kind, and one
//! line in [`WORKLOADS`].

mod ollama;
mod workload;

pub use ollama::Ollama;
pub use workload::{Part, Workload};

use crate::cluster::{Cluster, Demand};

/// Every kind of workload.
pub const WORKLOADS: &[Workload] = &[ollama::WORKLOAD];

/// The demand of each workload on the nodes of a cluster.
pub fn demands(cluster: &Cluster) -> impl Iterator<Item = Demand<'_>> {
    WORKLOADS.iter().filter_map(|workload| (workload.demand)(cluster))
}

/// The manifests that are applied to a cluster, in their order.
pub(super) fn parts(cluster: &Cluster) -> Vec<Part> {
    WORKLOADS.iter().flat_map(|workload| (workload.parts)(cluster)).collect()
}
