//! The tables of `cluster.toml` about what runs in the cluster.

use super::decode::Map;
use super::record::record;
use super::spanned::Spanned;
use super::types::{
    AbsPath, EnvName, GpuAccess, Image, LabelKey, LabelValue, ModelName, OneLine, RelPath, Size,
};

record! {
    /// `[workloads]`
    #[derive(Default)]
    pub struct WorkloadsTable {
        /// Ollama on the GPU.
        ollama: Option<OllamaTable>,
        /// Manifests of yours, in this tree: applied with the rest, and compared.
        manifests: Vec<Spanned<RelPath>>,
    }
}

record! {
    /// `[workloads.ollama]`
    pub struct OllamaTable {
        /// The image. Tags with `rocm` use ROCm, others Vulkan.
        image: Spanned<Image>,
        /// Labels of the nodes that may run it.
        node_selector: Map<LabelKey, Spanned<LabelValue>>,
        /// How it gets at the GPU. The default is the device plugin, and privileged
        /// where that does not run: on a node that is not x86-64.
        gpu_access: Option<Spanned<GpuAccess>>,
        /// The port of every node that serves it. Without one, it is served inside of
        /// the cluster only.
        node_port: Option<Spanned<u16>>,
        /// The most memory it may use; an integrated GPU uses the host's.
        memory: Spanned<Size> = Spanned::implied(Size::gib(16)),
        /// Where the node keeps the models.
        data: Spanned<AbsPath> = Spanned::implied(AbsPath::own("/var/lib/ollama")),
        /// More variables of its environment, such as `HSA_ENABLE_SDMA`; one that
        /// nixgen sets too has your value.
        env: Map<EnvName, Spanned<OneLine>>,
        /// Models that it is to have: `50-workloads.sh` pulls them. Others stay.
        models: Vec<Spanned<ModelName>>,
    }
}
