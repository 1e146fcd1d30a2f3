//! Workloads, which run in the cluster for its users: one file a kind, and one
//! line in [`WORKLOADS`].

mod ollama;
mod workload;

pub use ollama::Ollama;
pub use workload::{Part, Workload};

use crate::cluster::Cluster;

/// Every kind of workload.
pub const WORKLOADS: &[Workload] = &[ollama::WORKLOAD];

/// The manifests that are applied to a cluster, in their order.
pub(super) fn parts(cluster: &Cluster) -> Vec<Part> {
    WORKLOADS.iter().flat_map(|workload| (workload.parts)(cluster)).collect()
}
