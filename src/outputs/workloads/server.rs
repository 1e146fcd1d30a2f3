//! Servers of models on the GPU, as far as they are alike.

use serde::Serialize;

use super::workload::{Data, Placement};
use crate::cluster::{Cluster, Demand, Gpu};
use crate::input::Spanned;
use crate::input::types::{AbsPath, EnvName, GpuAccess, Image, OneLine, System};
use crate::input::workloads::ServerTable;

/// A kind of server.
pub(super) struct Kind {
    /// Its name for people.
    pub title: &'static str,
    /// The word in the tags of its images that compute with ROCm; others use Vulkan.
    pub rocm: &'static str,
    /// Where a node keeps its models, unless the user says another.
    pub data: &'static str,
    /// The user's table of it.
    pub table: fn(&Cluster) -> Option<&ServerTable>,
}

/// A server in a cluster.
pub struct Server<'a> {
    /// The user's table of it.
    pub table: &'a ServerTable,
    /// Its demand on the nodes.
    pub demand: Demand<'a>,
    kind: &'static Kind,
}

impl<'a> Server<'a> {
    /// The server of a kind, if a cluster has it.
    pub(super) fn of(cluster: &'a Cluster, kind: &'static Kind) -> Option<Self> {
        let table = (kind.table)(cluster)?;
        let (span, selector) = (table.image.span(), &table.node_selector);
        let port = table.node_port.as_ref();
        let demand = Demand::new(cluster, kind.title, span, selector, port, &table.memory);
        Some(Self { table, demand, kind })
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
        let rocm = self.uses_rocm();
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

    /// The GPUs that an image of the server's own makers is to use with ROCm. What
    /// another is built for is not known.
    pub fn rocm_gpus(&self, makers: &str) -> Vec<&'a Gpu> {
        let ours = self.uses_rocm() && self.table.image.as_str().contains(makers);
        self.demand.gpus.iter().filter(|_| ours).map(|(_, gpu)| *gpu).collect()
    }

    /// Where a node keeps its models.
    pub fn path(&self) -> AbsPath {
        let written = self.table.data.as_ref().map(|data| data.value.clone());
        written.unwrap_or_else(|| AbsPath::own(self.kind.data))
    }

    /// What it keeps on nodes.
    pub(super) fn data(&self) -> Data<'a> {
        let nodes = self.demand.gpus.iter().map(|(node, _)| *node).collect();
        Data { what: "models", path: self.path(), nodes, loss: "pulled again" }
    }

    /// Whether the user says what a variable is.
    pub(super) fn sets(&self, name: &str) -> bool {
        self.table.env.keys().any(|written| written.as_str() == name)
    }

    fn uses_rocm(&self) -> bool {
        has_in_tag(&self.table.image, self.kind.rocm)
    }
}

/// What the manifests of servers are made of.
#[derive(Serialize)]
pub(super) struct Context {
    #[serde(flatten)]
    placement: Placement,
    image: String,
    gpu: Option<GpuUse>,
    privileged: bool,
    device_plugin: bool,
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
    pub fn of(server: &Server<'_>) -> Self {
        let table = server.table;
        Self {
            placement: Placement::of(&server.demand),
            image: table.image.to_string(),
            env: table.env.iter().map(Variable::of).collect(),
            privileged: server.gpu_access() == Some(GpuAccess::Privileged),
            gpu: server.gpu(),
            device_plugin: server.has_device_plugin(),
            // Kubernetes writes `24Gi`.
            memory: table.memory.to_string().trim_end_matches('B').to_owned(),
            data: server.path().to_string(),
            node_port: server.node_port(),
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

/// Whether a word is in the tag of an image.
fn has_in_tag(image: &Image, word: &str) -> bool {
    let name = image.as_str().rsplit('/').next().unwrap_or_default();
    let tag = name.split('@').next().and_then(|name| name.split_once(':'));
    tag.is_some_and(|(_, tag)| tag.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::decode::Text as _;

    #[test]
    fn rocm_is_a_word_of_the_tag() {
        let rocm = |image| has_in_tag(&Image::from_text(image).expect("an image"), "rocm");
        assert!(rocm("docker.io/ollama/ollama:0.35.1-rocm"));
        assert!(rocm("localhost:5000/ollama:0.35.1-rocm@sha256:00"));
        assert!(!rocm("docker.io/ollama/ollama:0.35.1"));
        assert!(!rocm("rocm.example.org:5000/rocm/ollama@sha256:00"));
    }
}
