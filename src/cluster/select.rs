//! Which nodes a selector picks.

use super::{Cluster, Gpu, Host, Labels, Node};
use crate::input::types::{GpuMode, System};

/// A node with the platform that Kubernetes labels it with.
pub struct Candidate<'a> {
    /// The node.
    pub node: Node<'a>,
    system: System,
}

impl Cluster {
    /// Every node, in the order of [`Cluster::nodes`].
    pub fn candidates(&self) -> impl Iterator<Item = Candidate<'_>> {
        let vms = self.vms.iter().filter_map(|vm| {
            Some(Candidate { node: vm.node()?, system: *self.host_of(vm).system })
        });
        let hosts = self
            .hosts
            .iter()
            .filter_map(|host| Some(Candidate { node: host.node()?, system: *host.system }));
        vms.chain(hosts)
    }

    /// The nodes that a selector names. One that names none in particular is no
    /// reason to go to each.
    pub fn selected(&self, selector: &Labels) -> impl Iterator<Item = Node<'_>> {
        let nodes = self.candidates().filter(|node| !selector.is_empty() && node.has(selector));
        nodes.map(|candidate| candidate.node)
    }

    /// The GPU that containers on a node can use.
    pub fn container_gpu(&self, node: Node<'_>) -> Option<&Gpu> {
        let mut gpus = self.hosts.iter().filter_map(|host| Some((host, host.gpu.as_ref()?)));
        let is_there = |(host, gpu): &(&Host, &Gpu)| match *gpu.mode {
            GpuMode::Host => host.host_name == *node.name,
            GpuMode::Passthrough => gpu.vm.as_ref() == Some(node.name),
            GpuMode::None => false,
        };
        gpus.find(is_there).map(|(_, gpu)| gpu)
    }
}

impl<'a> Candidate<'a> {
    /// Whether a selector picks it.
    pub fn has(&self, selector: &Labels) -> bool {
        self.lacks(selector).next().is_none()
    }

    /// The selected labels that it does not have.
    pub fn lacks<'s>(&self, selector: &'s Labels) -> impl Iterator<Item = (&'s str, &'s str)> {
        selector
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .filter(|(key, value)| self.label(key) != Some(*value))
    }

    /// A label that was written, or that the kubelet gives itself.
    fn label(&self, key: &str) -> Option<&'a str> {
        match key {
            "kubernetes.io/hostname" => Some(self.node.name.as_str()),
            "kubernetes.io/os" => Some("linux"),
            "kubernetes.io/arch" => Some(match self.system {
                System::X86_64 => "amd64",
                System::Aarch64 => "arm64",
            }),
            _ => {
                let own = self.node.labels.iter().find(|(own, _)| own.as_str() == key);
                own.map(|(_, value)| value.as_str())
            }
        }
    }
}
