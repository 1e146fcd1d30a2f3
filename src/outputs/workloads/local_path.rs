//! A storage class whose volumes are directories of the nodes.

use serde::Serialize;

use super::workload::{Data, Part, Workload};
use crate::cluster::Cluster;
use crate::input::types::Role;
use crate::input::workloads::LocalPathTable;
use crate::outputs::output::Output;
use crate::render::{Template, template};

pub(super) const WORKLOAD: Workload = Workload {
    output: OUTPUT,
    demand: |_| None,
    parts: |cluster| cluster.workloads.local_path.iter().map(|_| part(cluster)).collect(),
    data: |cluster| {
        let path = cluster.workloads.local_path.as_ref()?.data.value.clone();
        let nodes = cluster.nodes().filter(|node| node.role == Role::Worker).collect();
        let loss = "gone: back them up from their pods";
        Some(Data { what: "volumes of local-path", path, nodes, loss })
    },
};

const OUTPUT: Output = Output {
    name: "local-path",
    path: "k8s/local-path.yaml",
    wanted: |cluster| cluster.workloads.local_path.is_some(),
    templates: &[TEMPLATE.source()],
    files: |cluster, path| {
        let table = cluster.workloads.local_path.iter();
        table.map(|table| TEMPLATE.file(path.clone(), &Context::of(table))).collect()
    },
};

const TEMPLATE: Template<Context> = template!("k8s/local-path.yaml");

fn part(cluster: &Cluster) -> Part {
    Part {
        key: "local_path",
        title: "local-path-provisioner",
        variable: "LOCAL_PATH",
        manifest: OUTPUT.path(cluster),
        namespace: "local-path-storage",
        resource: "deployment/local-path-provisioner",
        nodes: None,
        timeout: "10m",
        exec: Vec::new(),
        serves: None,
    }
}

#[derive(Serialize)]
struct Context {
    image: String,
    helper_image: String,
    default: bool,
    /// The provisioner's own file: what is JSON there is not written by hand.
    config: String,
}

impl Context {
    fn of(table: &LocalPathTable) -> Self {
        // The word that it knows any node by.
        let any = "DEFAULT_PATH_FOR_NON_LISTED_NODES";
        let paths = serde_json::json!([{ "node": any, "paths": [table.data.as_str()] }]);
        Self {
            image: table.image.to_string(),
            helper_image: table.helper_image.to_string(),
            default: *table.default,
            config: serde_json::json!({ "nodePathMap": paths }).to_string(),
        }
    }
}
