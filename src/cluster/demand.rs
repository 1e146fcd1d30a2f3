//! The resources that workloads take of the nodes of a cluster.

use super::{Cluster, Gpu, Labels, Node};
use crate::input::types::{LabelKey, LabelValue, Name, Size};
use crate::input::{Map, Spanned};
use crate::source::Span;

/// The demand of a workload on nodes, each of which needs a GPU for it.
pub struct Demand<'a> {
    /// The name by which people call the workload.
    pub title: &'static str,
    /// Where it is asked for.
    pub span: Option<Span>,
    /// Labels of the nodes that may run it.
    pub selector: Labels,
    /// The nodes that they name.
    pub nodes: Vec<Node<'a>>,
    /// Those of them with a GPU that containers can use.
    pub gpus: Vec<(Node<'a>, &'a Gpu)>,
    /// The port on every node, if it asks for one.
    pub node_port: Option<&'a Spanned<u16>>,
    /// The most memory it may use.
    pub memory: &'a Spanned<Size>,
}

impl<'a> Demand<'a> {
    /// The demand of a workload on the nodes with some labels, or on the first host with
    /// a GPU where none are written.
    pub fn new(
        cluster: &'a Cluster,
        title: &'static str,
        span: Option<Span>,
        written: &Map<LabelKey, Spanned<LabelValue>>,
        node_port: Option<&'a Spanned<u16>>,
        memory: &'a Spanned<Size>,
    ) -> Self {
        let mut selector: Labels =
            written.iter().map(|(key, value)| (key.value.clone(), value.clone())).collect();
        if selector.is_empty() {
            selector.extend(first_with_gpu(cluster));
        }
        let nodes: Vec<Node<'a>> = cluster.selected(&selector).collect();
        let gpu = |node: &Node<'a>| Some((*node, cluster.container_gpu(*node)?));
        let gpus = nodes.iter().filter_map(gpu).collect();
        Self { title, span, selector, nodes, gpus, node_port, memory }
    }

    /// Whether it runs on a machine, as far as that is known.
    pub fn runs_on(&self, machine: &Name) -> bool {
        self.gpus.iter().any(|(node, _)| node.name.value == *machine)
    }
}

/// The label of the first host with a GPU.
fn first_with_gpu(cluster: &Cluster) -> Option<(LabelKey, Spanned<LabelValue>)> {
    let host = cluster.hosts.iter().find(|host| host.gpu.is_some())?;
    let value = Spanned::implied(LabelValue::own(host.host_name.as_str()));
    Some((LabelKey::own("kubernetes.io/hostname"), value))
}
