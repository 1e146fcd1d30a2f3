//! Ollama on the GPU, and AMD's device plugin where that opens the GPU to it.

use serde::Serialize;

use super::workload::{Part, Placement, Workload};
use crate::cluster::{Cluster, Demand, Gpu};
use crate::input::Spanned;
use crate::input::types::{EnvName, GpuAccess, Image, ModelName, OneLine, RelPath, System};
use crate::input::workloads::OllamaTable;
use crate::outputs::output::Output;
use crate::render::{Template, template};

pub(super) const WORKLOAD: Workload = Workload {
    output: OUTPUT,
    demand: |cluster| Ollama::of(cluster).map(|ollama| ollama.demand),
    parts: |cluster| Ollama::of(cluster).map(|ollama| ollama.parts(cluster)).unwrap_or_default(),
};

const OUTPUT: Output = Output {
    name: "ollama",
    path: "k8s/ollama.yaml",
    wanted: |cluster| cluster.workloads.ollama.is_some(),
    templates: &[TEMPLATE.source(), DEVICE_PLUGIN.source()],
    files: |cluster, path| {
        let Some(ollama) = Ollama::of(cluster) else { return Vec::new() };
        let mut files = vec![TEMPLATE.file(path.clone(), &Context::of(&ollama))];
        if ollama.has_device_plugin() {
            files.push(DEVICE_PLUGIN.file(beside(path), &Placement::of(&ollama.demand)));
        }
        files
    },
};

const TEMPLATE: Template<Context> = template!("k8s/ollama.yaml");
const DEVICE_PLUGIN: Template<Placement> = template!("k8s/amd-device-plugin.yaml");

/// Ollama in a cluster.
pub struct Ollama<'a> {
    /// The user's table of it.
    pub table: &'a OllamaTable,
    /// Its demand on the nodes.
    pub demand: Demand<'a>,
}

impl<'a> Ollama<'a> {
    /// Ollama, if a cluster has it.
    pub fn of(cluster: &'a Cluster) -> Option<Self> {
        let table = cluster.workloads.ollama.as_ref()?;
        let (span, selector) = (table.image.span(), &table.node_selector);
        let port = table.node_port.as_ref();
        let demand = Demand::new(cluster, "Ollama", span, selector, port, &table.memory);
        Some(Self { table, demand })
    }

    /// Whether AMD's device plugin opens the GPU to it.
    pub fn has_device_plugin(&self) -> bool {
        self.gpu_access() == Some(GpuAccess::DevicePlugin)
    }

    /// How it gets at the GPU, if any of its nodes has one.
    pub fn gpu_access(&self) -> Option<GpuAccess> {
        // AMD builds the plugin for x86-64 alone.
        let runs = self.demand.gpus.iter().all(|(_, gpu)| gpu.system == System::X86_64);
        let default = if runs { GpuAccess::DevicePlugin } else { GpuAccess::Privileged };
        let access = self.table.gpu_access.as_ref().map_or(default, |written| **written);
        (!self.demand.gpus.is_empty()).then_some(access)
    }

    /// The port of the nodes that serves it, if it asks for one.
    pub fn node_port(&self) -> Option<u16> {
        self.table.node_port.as_ref().map(|port| **port)
    }

    /// The GPU that it computes with; none of its nodes may have one.
    pub fn gpu(&self) -> Option<GpuUse> {
        let (_, gpu) = self.demand.gpus.first()?;
        let rocm = uses_rocm(&self.table.image);
        Some(GpuUse {
            nodes: self.demand.gpus.iter().map(|(node, _)| node.name.to_string()).collect(),
            model: gpu.model.to_string(),
            rocm,
            hsa_override: gpu
                .passes_for()
                .filter(|_| rocm && !self.sets("HSA_OVERRIDE_GFX_VERSION"))
                .map(ToOwned::to_owned),
        })
    }

    /// The GPUs that Ollama's own image is to use with ROCm. What another is built
    /// for is not known.
    pub fn rocm_gpus(&self) -> Vec<&'a Gpu> {
        let image = &self.table.image;
        let ours = uses_rocm(image) && image.as_str().contains("ollama/ollama:");
        self.demand.gpus.iter().filter(|_| ours).map(|(_, gpu)| *gpu).collect()
    }

    /// Whether the user says what a variable is.
    fn sets(&self, name: &str) -> bool {
        self.table.env.keys().any(|written| written.as_str() == name)
    }

    fn parts(&self, cluster: &Cluster) -> Vec<Part> {
        let manifest = OUTPUT.path(cluster);
        let device_plugin = self.has_device_plugin().then(|| Part {
            title: "the AMD device plugin",
            variable: "DEVICE_PLUGIN",
            manifest: beside(&manifest),
            namespace: "kube-system",
            resource: "daemonset/amdgpu-device-plugin",
            nodes: Some(self.demand.nodes.len()),
            timeout: "15m",
            exec: Vec::new(),
        });
        let pull = |model: &Spanned<ModelName>| {
            ["ollama", "pull", model.as_str()].map(str::to_owned).to_vec()
        };
        let server = Part {
            title: self.demand.title,
            variable: "OLLAMA",
            manifest,
            namespace: "ollama",
            resource: "deployment/ollama",
            nodes: None,
            timeout: "30m",
            exec: self.table.models.iter().map(pull).collect(),
        };
        device_plugin.into_iter().chain([server]).collect()
    }
}

/// The manifest of AMD's device plugin, in the folder of Ollama's.
fn beside(path: &RelPath) -> RelPath {
    match path.inside().rsplit_once('/') {
        Some((folder, _)) => RelPath::own(format!("{folder}/amd-device-plugin.yaml")),
        None => RelPath::own("amd-device-plugin.yaml"),
    }
}

#[derive(Serialize)]
struct Context {
    #[serde(flatten)]
    placement: Placement,
    image: String,
    gpu: Option<GpuUse>,
    privileged: bool,
    device_plugin: bool,
    /// Whether Ollama has to be told to use an integrated GPU.
    igpu: bool,
    /// The user's variables.
    env: Vec<Variable>,
    memory: String,
    data: String,
    node_port: Option<u16>,
}

#[derive(Serialize)]
struct Variable {
    name: String,
    value: String,
}

/// The GPU that it computes with.
#[derive(Serialize)]
pub struct GpuUse {
    /// The nodes that have one.
    nodes: Vec<String>,
    /// The chip.
    pub model: String,
    rocm: bool,
    /// The chip that it is taken for instead.
    pub hsa_override: Option<String>,
}

impl Context {
    fn of(ollama: &Ollama<'_>) -> Self {
        let (table, gpu) = (ollama.table, ollama.gpu());
        Self {
            placement: Placement::of(&ollama.demand),
            image: table.image.to_string(),
            igpu: gpu.is_some() && !ollama.sets("OLLAMA_IGPU_ENABLE"),
            env: table.env.iter().map(Variable::of).collect(),
            privileged: ollama.gpu_access() == Some(GpuAccess::Privileged),
            gpu,
            device_plugin: ollama.has_device_plugin(),
            // Kubernetes writes `24Gi`.
            memory: table.memory.to_string().trim_end_matches('B').to_owned(),
            data: table.data.to_string(),
            node_port: ollama.node_port(),
        }
    }
}

impl Variable {
    fn of((name, value): (&Spanned<EnvName>, &Spanned<OneLine>)) -> Self {
        Self { name: name.to_string(), value: value.to_string() }
    }
}

impl GpuUse {
    /// How Ollama's log names what it computes with.
    pub fn library(&self) -> &'static str {
        if self.rocm { "ROCm" } else { "Vulkan" }
    }
}

/// Whether the image computes with `rocm` rather than Vulkan.
fn uses_rocm(image: &Image) -> bool {
    let name = image.as_str().rsplit('/').next().unwrap_or_default();
    let tag = name.split('@').next().and_then(|name| name.split_once(':'));
    tag.is_some_and(|(_, tag)| tag.contains("rocm"))
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
