//! AMD's device plugin, where it opens the GPU to a server of models.

use std::collections::BTreeSet;

use serde::Serialize;

use super::server::Server;
use super::workload::{Label, Part, Placement, Workload};
use super::{localai, ollama};
use crate::cluster::Cluster;
use crate::input::types::Taint;
use crate::outputs::output::Output;
use crate::render::{Template, template};

pub(super) const WORKLOAD: Workload = Workload {
    output: OUTPUT,
    demand: |_| None,
    parts: |cluster| part(cluster).into_iter().collect(),
    data: |_| None,
};

const OUTPUT: Output = Output {
    name: "amd-device-plugin",
    path: "k8s/amd-device-plugin.yaml",
    wanted: |cluster| users(cluster).next().is_some(),
    templates: &[TEMPLATE.source()],
    files: |cluster, path| vec![TEMPLATE.file(path.clone(), &Context::of(cluster))],
};

const TEMPLATE: Template<Context> = template!("k8s/amd-device-plugin.yaml");

/// The servers that it opens the GPU to, by their tables.
fn users(cluster: &Cluster) -> impl Iterator<Item = (&'static str, Server<'_>)> {
    let servers = [("ollama", ollama(cluster)), ("localai", localai(cluster))];
    servers
        .into_iter()
        .filter_map(|(key, server)| Some((key, server?)))
        .filter(|(_, server)| server.has_device_plugin())
}

fn part(cluster: &Cluster) -> Option<Part> {
    let (key, _) = users(cluster).next()?;
    let on = users(cluster).flat_map(|(_, server)| server.demand.nodes);
    let nodes: BTreeSet<String> = on.map(|node| node.name.to_string()).collect();
    Some(Part {
        key,
        title: "the AMD device plugin",
        variable: "DEVICE_PLUGIN",
        manifest: OUTPUT.path(cluster),
        namespace: "kube-system",
        resource: "daemonset/amdgpu-device-plugin",
        nodes: Some(nodes.len()),
        timeout: "15m",
        exec: Vec::new(),
        serves: None,
    })
}

#[derive(Serialize)]
struct Context {
    /// The labels that each of its users selects nodes by: it runs where any of them may.
    selectors: Vec<Vec<Label>>,
    tolerations: Vec<Taint>,
}

impl Context {
    fn of(cluster: &Cluster) -> Self {
        let (mut selectors, mut tolerations) = (Vec::new(), Vec::new());
        for (_, server) in users(cluster) {
            let placement = Placement::of(&server.demand);
            if !selectors.contains(&placement.node_selector) {
                selectors.push(placement.node_selector);
            }
            tolerations.extend(placement.tolerations);
        }
        tolerations.sort();
        tolerations.dedup();
        Self { selectors, tolerations }
    }
}
