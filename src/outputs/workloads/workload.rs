//! A kind of workload: what is written of it, and what of that is applied.

use serde::Serialize;

use crate::cluster::{Cluster, Demand, Node};
use crate::input::Spanned;
use crate::input::types::{AbsPath, LabelKey, LabelValue, RelPath, Role, Taint};
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
    /// What it keeps on nodes; none where it is not wanted.
    pub data: fn(&Cluster) -> Option<Data<'_>>,
}

/// What a workload keeps on nodes.
pub struct Data<'a> {
    /// What it is, for people.
    pub what: &'static str,
    /// Where it is on each of them.
    pub path: AbsPath,
    /// The nodes.
    pub nodes: Vec<Node<'a>>,
    /// What becomes of it once it is lost.
    pub loss: &'static str,
}

/// A manifest that a script applies, and what of it has to run then.
pub struct Part {
    /// The table of `[workloads]` that asks for it.
    pub key: &'static str,
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
    /// How many nodes it has to run on, if on each of some: what runs on none of
    /// them has rolled out, as `kubectl` sees it.
    pub nodes: Option<usize>,
    /// How long it may take at first.
    pub timeout: &'static str,
    /// What is run in it then, word by word.
    pub exec: Vec<Vec<String>>,
    /// What the cluster's API answers then.
    pub serves: Option<&'static str>,
}

/// Where the pods of a workload go.
#[derive(Serialize)]
pub(super) struct Placement {
    pub node_selector: Vec<Label>,
    pub tolerations: Vec<Taint>,
}

#[derive(Serialize, PartialEq)]
pub(super) struct Label {
    key: String,
    value: String,
}

impl Placement {
    /// The labels that a demand selects nodes by, and the taints that these have.
    pub fn of(demand: &Demand<'_>) -> Self {
        let tolerated = |node: &Node<'_>| {
            let given = (node.role == Role::ControlPlane).then(Taint::of_control_planes);
            let written = node.taints.iter().map(|taint| taint.value.clone());
            written.chain(given).collect::<Vec<_>>()
        };
        let mut tolerations: Vec<Taint> = demand.nodes.iter().flat_map(tolerated).collect();
        tolerations.sort();
        tolerations.dedup();
        let label = |(key, value): (&LabelKey, &Spanned<LabelValue>)| Label {
            key: key.to_string(),
            value: value.to_string(),
        };
        Self { node_selector: demand.selector.iter().map(label).collect(), tolerations }
    }
}
