//! Ollama on the GPU.

use serde::Serialize;

use super::output::Output;
use crate::cluster::{Cluster, Gpu, Node, Ollama};
use crate::input::types::{GpuAccess, Image, RelPath, Role, Taint};
use crate::render::{Planned, Template, template};

pub(super) const OUTPUT: Output = Output {
    name: "ollama",
    path: "k8s/ollama.yaml",
    wanted: |cluster| cluster.ollama.is_some(),
    templates: &[TEMPLATE.source(), DEVICE_PLUGIN.source()],
    files,
};

const TEMPLATE: Template<Context> = template!("k8s/ollama.yaml");
const DEVICE_PLUGIN: Template<Placement> = template!("k8s/amd-device-plugin.yaml");

#[derive(Serialize)]
struct Context {
    #[serde(flatten)]
    placement: Placement,
    image: String,
    gpu: Option<GpuUse>,
    privileged: bool,
    device_plugin: bool,
    memory: String,
    data: String,
    node_port: u16,
}

/// Where its pods go.
#[derive(Serialize)]
struct Placement {
    node_selector: Vec<Label>,
    tolerations: Vec<Taint>,
}

#[derive(Serialize)]
struct Label {
    key: String,
    value: String,
}

/// The GPU that it computes with.
#[derive(Serialize)]
pub(super) struct GpuUse {
    /// The nodes that have one.
    nodes: Vec<String>,
    /// The chip.
    pub(super) model: String,
    rocm: bool,
    /// The chip that it is taken for instead.
    pub(super) hsa_override: Option<String>,
}

fn files(cluster: &Cluster, path: &RelPath) -> Vec<Planned> {
    let Some(ollama) = &cluster.ollama else { return Vec::new() };
    let mut files = vec![TEMPLATE.file(path.clone(), &Context::of(cluster, ollama))];
    if let Some(path) = device_plugin(cluster) {
        files.push(DEVICE_PLUGIN.file(path, &Placement::of(cluster, ollama)));
    }
    files
}

impl Context {
    fn of(cluster: &Cluster, ollama: &Ollama) -> Self {
        let gpu = GpuUse::of(cluster, ollama);
        let privileged = gpu.is_some() && *ollama.gpu_access == GpuAccess::Privileged;
        Self {
            placement: Placement::of(cluster, ollama),
            image: ollama.image.to_string(),
            gpu,
            privileged,
            device_plugin: device_plugin(cluster).is_some(),
            // Kubernetes writes `24Gi`.
            memory: ollama.memory.to_string().trim_end_matches('B').to_owned(),
            data: ollama.data.to_string(),
            node_port: *ollama.node_port,
        }
    }
}

impl Placement {
    fn of(cluster: &Cluster, ollama: &Ollama) -> Self {
        let selector = ollama.node_selector.iter();
        let mut tolerations: Vec<Taint> = cluster
            .selected(&ollama.node_selector)
            .flat_map(|node| {
                let given = (node.role == Role::ControlPlane).then(Taint::of_control_planes);
                node.taints.iter().map(|taint| taint.value.clone()).chain(given)
            })
            .collect();
        tolerations.sort();
        tolerations.dedup();
        Self {
            node_selector: selector
                .map(|(key, value)| Label { key: key.to_string(), value: value.to_string() })
                .collect(),
            tolerations,
        }
    }
}

impl GpuUse {
    /// None of its nodes may have one.
    pub(super) fn of(cluster: &Cluster, ollama: &Ollama) -> Option<Self> {
        let gpus = gpus(cluster, ollama);
        let (_, gpu) = gpus.first()?;
        let rocm = uses_rocm(&ollama.image);
        Some(Self {
            nodes: gpus.iter().map(|(node, _)| node.name.to_string()).collect(),
            model: gpu.model.to_string(),
            rocm,
            hsa_override: gpu.hsa_override.as_ref().filter(|_| rocm).map(ToString::to_string),
        })
    }

    /// How Ollama's log names what it computes with.
    pub(super) fn library(&self) -> &'static str {
        if self.rocm { "ROCm" } else { "Vulkan" }
    }
}

/// The nodes that its selector names, with a GPU that containers can use.
fn gpus<'a>(cluster: &'a Cluster, ollama: &'a Ollama) -> Vec<(Node<'a>, &'a Gpu)> {
    let nodes = cluster.selected(&ollama.node_selector);
    nodes.filter_map(|node| Some((node, cluster.container_gpu(node)?))).collect()
}

/// Whether the image computes with `rocm` rather than Vulkan.
fn uses_rocm(image: &Image) -> bool {
    let name = image.as_str().rsplit('/').next().unwrap_or_default();
    let tag = name.split('@').next().and_then(|name| name.split_once(':'));
    tag.is_some_and(|(_, tag)| tag.contains("rocm"))
}

/// The manifest of AMD's device plugin, beside Ollama's, if it is needed.
pub(super) fn device_plugin(cluster: &Cluster) -> Option<RelPath> {
    let ollama = cluster.ollama.as_ref()?;
    let wanted = *ollama.gpu_access == GpuAccess::DevicePlugin && !gpus(cluster, ollama).is_empty();
    let path = OUTPUT.path(cluster);
    let folder = path.inside().rsplit_once('/').map(|(folder, _)| folder);
    wanted.then(|| match folder {
        Some(folder) => RelPath::own(format!("{folder}/amd-device-plugin.yaml")),
        None => RelPath::own("amd-device-plugin.yaml"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::decode::Text as _;

    #[test]
    fn rocm_is_a_word_of_the_tag() {
        let rocm = |image| uses_rocm(&Image::from_text(image).expect("an image"));
        assert!(rocm("docker.io/ollama/ollama:0.35.1-rocm"));
        assert!(rocm("localhost:5000/ollama:0.35.1-rocm@sha256:00"));
        assert!(!rocm("docker.io/ollama/ollama:0.35.1"));
        assert!(!rocm("rocm.example.org:5000/rocm/ollama@sha256:00"));
    }
}
