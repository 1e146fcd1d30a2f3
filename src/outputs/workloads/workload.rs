//! A kind of workload: what is written of it, and what of that is applied.

use crate::cluster::{Cluster, Demand};
use crate::input::types::RelPath;
use crate::outputs::output::Output;

/// A kind of workload.
pub struct Workload {
    /// Its manifests.
    pub output: Output,
    /// Its demand on the nodes; none where it is not wanted.
    pub demand: fn(&Cluster) -> Option<Demand<'_>>,
    /// The manifests of it that are applied to a cluster, in their order; none where
    /// it is not wanted.
    pub parts: fn(&Cluster) -> Vec<Part>,
}

/// A manifest that a script applies, and what of it has to run then.
pub struct Part {
    /// Its name for people.
    pub title: &'static str,
    /// The script's variable with the path.
    pub variable: &'static str,
    /// The manifest.
    pub manifest: RelPath,
    /// The namespace of what runs.
    pub namespace: &'static str,
    /// The resource that runs, as `kubectl rollout` names it.
    pub resource: &'static str,
    /// How long it may take at first.
    pub timeout: &'static str,
}
