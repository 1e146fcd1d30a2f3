//! LocalAI on the GPU.

use serde::Serialize;

use super::server::{self, Kind, Server};
use super::workload::{Part, Workload};
use crate::cluster::Cluster;
use crate::outputs::output::Output;
use crate::render::{Template, template};

pub(super) const WORKLOAD: Workload = Workload {
    output: OUTPUT,
    demand: |cluster| localai(cluster).map(|localai| localai.demand),
    parts: |cluster| localai(cluster).map(|_| part(cluster)).into_iter().collect(),
    data: |cluster| localai(cluster).map(|localai| localai.data()),
};

const OUTPUT: Output = Output {
    name: "localai",
    path: "k8s/localai.yaml",
    wanted: |cluster| cluster.workloads.localai.is_some(),
    templates: &[TEMPLATE.source()],
    files: |cluster, path| {
        localai(cluster)
            .map(|localai| TEMPLATE.file(path.clone(), &Context::of(&localai)))
            .into_iter()
            .collect()
    },
};

const TEMPLATE: Template<Context> = template!("k8s/localai.yaml");

const KIND: Kind = Kind {
    title: "LocalAI",
    rocm: "hipblas",
    data: "/var/lib/localai",
    table: |cluster| cluster.workloads.localai.as_ref(),
};

/// LocalAI, if a cluster has it.
pub fn localai(cluster: &Cluster) -> Option<Server<'_>> {
    Server::of(cluster, &KIND)
}

fn part(cluster: &Cluster) -> Part {
    Part {
        key: OUTPUT.name,
        title: KIND.title,
        variable: "LOCALAI",
        manifest: OUTPUT.path(cluster),
        namespace: "localai",
        resource: "deployment/localai",
        nodes: None,
        timeout: "60m",
        exec: Vec::new(),
        serves: None,
    }
}

#[derive(Serialize)]
struct Context {
    #[serde(flatten)]
    server: server::Context,
    /// What it loads at its start.
    models: Vec<String>,
}

impl Context {
    fn of(localai: &Server<'_>) -> Self {
        let models = localai.table.models.iter().map(ToString::to_string).collect();
        Self { server: server::Context::of(localai), models }
    }
}
