//! Which nodes a selector picks.

use super::{Cluster, Labels, Node};
use crate::input::types::System;

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
            Some(Candidate { node: vm.node()?, system: *self.hosts[vm.host].system })
        });
        let hosts = self
            .hosts
            .iter()
            .filter_map(|host| Some(Candidate { node: host.node()?, system: *host.system }));
        vms.chain(hosts)
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
