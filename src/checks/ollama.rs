//! Ollama's pod runs where the selector's labels are; there has to be a GPU.

use crate::cluster::{Cluster, Host, Labels, Node};
use crate::diagnostic::{Code, Diagnostic};
use crate::input::Spanned;
use crate::input::types::{GpuMode, System};

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let Some(ollama) = &cluster.ollama else { return };
    let selector = &ollama.node_selector;
    let candidates: Vec<Candidate<'_>> = candidates(cluster).collect();
    let matching: Vec<&Candidate<'_>> =
        candidates.iter().filter(|node| node.lacks(selector).next().is_none()).collect();
    if matching.iter().any(|node| node.gpu) {
        return;
    }
    let written = selector.values().find_map(Spanned::span);
    let message = match matching.first() {
        _ if written.is_none() => "no node has a GPU for Ollama".to_owned(),
        Some(node) => format!(
            "`node_selector` of Ollama picks `{}`, which has no GPU of its own",
            node.node.name
        ),
        None => format!("no node has the labels {}, which Ollama asks for", listed(selector)),
    };
    let found = Diagnostic::new(Code::Unschedulable, written.or(ollama.image.span()), message);
    let no_node = cluster.hosts.iter().find(|host| has_gpu(host));
    log.push(match (candidates.iter().find(|node| node.gpu), no_node) {
        (Some(node), _) => {
            let missing: Vec<String> =
                node.lacks(selector).map(|(key, value)| format!("{key} = \"{value}\"")).collect();
            found.related(node.node.name.span(), "the node with the GPU").help(format!(
                "give `{}` the labels `{{ {} }}`, or select one that it has",
                node.node.name,
                missing.join(", ")
            ))
        }
        (None, Some(host)) => found
            .related(host.name.span(), "it has a GPU and is no node")
            .help(format!("give `{}` `role = \"worker\"`", host.name)),
        (None, None) => {
            found.help("give a host `role = \"worker\"` and a `gpu` table with its `model`")
        }
    });
}

fn has_gpu(host: &Host) -> bool {
    host.gpu.as_ref().is_some_and(|gpu| *gpu.mode == GpuMode::Host)
}

/// A node, with what Kubernetes itself says of it.
struct Candidate<'a> {
    node: Node<'a>,
    system: System,
    gpu: bool,
}

impl Candidate<'_> {
    /// The selected labels that it does not have.
    fn lacks<'s>(&self, selector: &'s Labels) -> impl Iterator<Item = (&'s str, &'s str)> {
        selector
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .filter(|(key, value)| self.label(key) != Some(*value))
    }

    fn label(&self, key: &str) -> Option<&str> {
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

fn candidates(cluster: &Cluster) -> impl Iterator<Item = Candidate<'_>> {
    let hosts = cluster.hosts.iter().filter_map(|host| {
        Some(Candidate { node: host.node()?, system: *host.system, gpu: has_gpu(host) })
    });
    let vms = cluster.vms.iter().filter_map(|vm| {
        let gpu = cluster.passed_gpu(vm).is_some();
        Some(Candidate { node: vm.node()?, system: *cluster.hosts[vm.host].system, gpu })
    });
    hosts.chain(vms)
}

fn listed(selector: &Labels) -> String {
    let labels: Vec<String> =
        selector.iter().map(|(key, value)| format!("`{key}={value}`")).collect();
    labels.join(", ")
}
