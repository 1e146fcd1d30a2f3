//! A workload's pod runs where the selector's labels are; there has to be a GPU,
//! and the memory that it asks for.

use std::collections::HashSet;

use crate::cluster::{Candidate, Cluster, Demand, Host, Labels};
use crate::diagnostic::{Code, Diagnostic};
use crate::input::Spanned;
use crate::input::types::{GpuMode, Name, Size};
use crate::outputs;

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    for demand in outputs::demands(cluster) {
        check_demand(cluster, &demand, log);
    }
}

fn check_demand(cluster: &Cluster, demand: &Demand<'_>, log: &mut Vec<Diagnostic>) {
    let (title, selector) = (demand.title, &demand.selector);
    let candidates: Vec<(Candidate<'_>, bool)> = candidates(cluster).collect();
    let matching: Vec<&(Candidate<'_>, bool)> =
        candidates.iter().filter(|(node, _)| node.has(selector)).collect();
    let able: Vec<&Candidate<'_>> =
        matching.iter().filter(|(_, gpu)| *gpu).map(|(node, _)| node).collect();
    if !able.is_empty() {
        log.extend(memory(cluster, demand, &able));
        return;
    }
    let written = selector.values().find_map(Spanned::span);
    let message = match matching.first() {
        _ if written.is_none() => format!("no node has a GPU for {title}"),
        Some((node, _)) => format!(
            "`node_selector` of {title} picks `{}`, which has no GPU of its own",
            node.node.name
        ),
        None => format!("no node has the labels {}, which {title} asks for", listed(selector)),
    };
    let found = Diagnostic::new(Code::Unschedulable, written.or(demand.span.clone()), message);
    let no_node = cluster.hosts.iter().find(|host| has_gpu(host));
    log.push(match (candidates.iter().find(|(_, gpu)| *gpu), no_node) {
        (Some((node, _)), _) => {
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

/// A node takes no pod that asks for more memory than it has.
fn memory(cluster: &Cluster, demand: &Demand<'_>, nodes: &[&Candidate<'_>]) -> Option<Diagnostic> {
    let of = |name: &Name| -> Option<Size> {
        let vm = cluster.vms.iter().find(|vm| vm.name.value == *name).map(|vm| *vm.memory);
        let host =
            || cluster.hosts.iter().find(|host| host.host_name.value == *name)?.memory.as_ref();
        vm.or_else(|| host().map(|memory| memory.value))
    };
    let mut best: Option<(&Spanned<Name>, Size)> = None;
    for node in nodes {
        // One that does not say how much it has may have enough.
        let memory = of(node.node.name).filter(|memory| *memory <= **demand.memory)?;
        best = best.filter(|(_, most)| *most >= memory).or(Some((node.node.name, memory)));
    }
    let (name, memory) = best?;
    let Demand { title, memory: asked, .. } = demand;
    let message = format!("{title} asks for {asked} of memory, and `{name}` has {memory}");
    let span = asked.span().or_else(|| demand.span.clone());
    Some(
        Diagnostic::new(Code::Unschedulable, span, message)
            .related(name.span(), "the node that it can go to")
            .help(format!("write a `memory` of {title} that leaves the node some for itself")),
    )
}

fn has_gpu(host: &Host) -> bool {
    host.gpu.as_ref().is_some_and(|gpu| *gpu.mode == GpuMode::Host)
}

/// Every node, and whether it has a GPU that its containers can use.
fn candidates(cluster: &Cluster) -> impl Iterator<Item = (Candidate<'_>, bool)> {
    let hosts = cluster.hosts.iter().filter(|host| has_gpu(host)).map(|host| &host.host_name);
    let vms = cluster.vms.iter().filter(|vm| cluster.passed_gpu(vm).is_some()).map(|vm| &vm.name);
    let with_gpu: HashSet<&Name> = hosts.chain(vms).map(|name| &name.value).collect();
    cluster.candidates().map(move |node| {
        let gpu = with_gpu.contains(&node.node.name.value);
        (node, gpu)
    })
}

fn listed(selector: &Labels) -> String {
    let labels: Vec<String> =
        selector.iter().map(|(key, value)| format!("`{key}={value}`")).collect();
    labels.join(", ")
}
