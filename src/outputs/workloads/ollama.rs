//! Ollama on the GPU.

use serde::Serialize;

use super::server::{self, Kind, Server};
use super::workload::{Part, Workload};
use crate::cluster::Cluster;
use crate::input::Spanned;
use crate::input::types::ModelName;
use crate::outputs::output::Output;
use crate::render::{Template, template};

pub(super) const WORKLOAD: Workload = Workload {
    output: OUTPUT,
    demand: |cluster| ollama(cluster).map(|ollama| ollama.demand),
    parts: |cluster| ollama(cluster).map(|ollama| part(cluster, &ollama)).into_iter().collect(),
    data: |cluster| ollama(cluster).map(|ollama| ollama.data()),
};

const OUTPUT: Output = Output {
    name: "ollama",
    path: "k8s/ollama.yaml",
    wanted: |cluster| cluster.workloads.ollama.is_some(),
    templates: &[TEMPLATE.source()],
    files: |cluster, path| {
        ollama(cluster)
            .map(|ollama| TEMPLATE.file(path.clone(), &Context::of(&ollama)))
            .into_iter()
            .collect()
    },
};

const TEMPLATE: Template<Context> = template!("k8s/ollama.yaml");

const KIND: Kind = Kind {
    title: "Ollama",
    rocm: "rocm",
    data: "/var/lib/ollama",
    table: |cluster| cluster.workloads.ollama.as_ref(),
};

/// Ollama, if a cluster has it.
pub fn ollama(cluster: &Cluster) -> Option<Server<'_>> {
    Server::of(cluster, &KIND)
}

fn part(cluster: &Cluster, ollama: &Server<'_>) -> Part {
    let pull =
        |model: &Spanned<ModelName>| ["ollama", "pull", model.as_str()].map(str::to_owned).to_vec();
    Part {
        key: OUTPUT.name,
        title: KIND.title,
        variable: "OLLAMA",
        manifest: OUTPUT.path(cluster),
        namespace: "ollama",
        resource: "deployment/ollama",
        nodes: None,
        timeout: "30m",
        exec: ollama.table.models.iter().map(pull).collect(),
        serves: None,
    }
}

#[derive(Serialize)]
struct Context {
    #[serde(flatten)]
    server: server::Context,
    /// Whether Ollama has to be told to use an integrated GPU.
    igpu: bool,
}

impl Context {
    fn of(ollama: &Server<'_>) -> Self {
        let igpu = ollama.gpu().is_some() && !ollama.sets("OLLAMA_IGPU_ENABLE");
        Self { server: server::Context::of(ollama), igpu }
    }
}
