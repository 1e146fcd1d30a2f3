//! metrics-server: what pods and nodes use, for `kubectl top` and autoscalers.

use serde::Serialize;

use super::workload::{Part, Workload};
use crate::cluster::Cluster;
use crate::outputs::output::Output;
use crate::render::{Template, template};

pub(super) const WORKLOAD: Workload = Workload {
    output: OUTPUT,
    demand: |_| None,
    parts: |cluster| cluster.workloads.metrics_server.iter().map(|_| part(cluster)).collect(),
    data: |_| None,
};

const OUTPUT: Output = Output {
    name: "metrics-server",
    path: "k8s/metrics-server.yaml",
    wanted: |cluster| cluster.workloads.metrics_server.is_some(),
    templates: &[TEMPLATE.source()],
    files: |cluster, path| {
        let table = cluster.workloads.metrics_server.iter();
        let context = table.map(|table| Context { image: table.image.to_string() });
        context.map(|context| TEMPLATE.file(path.clone(), &context)).collect()
    },
};

const TEMPLATE: Template<Context> = template!("k8s/metrics-server.yaml");

fn part(cluster: &Cluster) -> Part {
    Part {
        key: "metrics_server",
        title: "metrics-server",
        variable: "METRICS_SERVER",
        manifest: OUTPUT.path(cluster),
        namespace: "kube-system",
        resource: "deployment/metrics-server",
        nodes: None,
        timeout: "10m",
        exec: Vec::new(),
        serves: Some("/apis/metrics.k8s.io/v1beta1/nodes"),
    }
}

#[derive(Serialize)]
struct Context {
    image: String,
}
