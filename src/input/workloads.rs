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
        ollama: Option<ServerTable>,
        /// LocalAI on the GPU.
        localai: Option<ServerTable>,
        /// metrics-server: what pods and nodes use, as `kubectl top` shows it.
        metrics_server: Option<MetricsServerTable>,
        /// A storage class, `local-path`, whose volumes are directories of the workers.
        local_path: Option<LocalPathTable>,
        /// Manifests of yours, in this tree: applied with the rest, and compared.
        manifests: Vec<Spanned<RelPath>>,
    }
}

record! {
    /// `[workloads.ollama]` and `[workloads.localai]`
    pub struct ServerTable {
        /// The image. Tags with `rocm` (Ollama) or `hipblas` (LocalAI) use ROCm, others
        /// Vulkan.
        image: Spanned<Image>,
        /// Labels of the nodes that may run it.
        node_selector: Map<LabelKey, Spanned<LabelValue>>,
        /// How it gets at the GPU. The default is the device plugin, and privileged
        /// where that does not run: on a node that is not x86-64. The plugin gives a
        /// GPU to one pod.
        gpu_access: Option<Spanned<GpuAccess>>,
        /// The port of every node that serves it. Without one, it is served inside of
        /// the cluster only.
        node_port: Option<Spanned<u16>>,
        /// The most memory it may use; an integrated GPU uses the host's.
        memory: Spanned<Size> = Spanned::implied(Size::gib(16)),
        /// Where the node keeps the models. The default is `/var/lib/ollama` or
        /// `/var/lib/localai`.
        data: Option<Spanned<AbsPath>>,
        /// More variables of its environment, such as `HSA_ENABLE_SDMA`; one that
        /// nixgen sets too has your value.
        env: Map<EnvName, Spanned<OneLine>>,
        /// Models that it is to have: `50-workloads.sh` has Ollama pull them, and
        /// LocalAI installs them from its gallery at each start. Others stay.
        models: Vec<Spanned<ModelName>>,
    }
}

record! {
    /// `[workloads.metrics_server]`
    pub struct MetricsServerTable {
        /// The image.
        image: Spanned<Image> = Spanned::implied(Image::own(
            "registry.k8s.io/metrics-server/metrics-server:v0.8.1",
        )),
    }
}

record! {
    /// `[workloads.local_path]`
    pub struct LocalPathTable {
        /// Where a worker keeps the volumes. On a MicroVM it has to be on a volume.
        data: Spanned<AbsPath> = Spanned::implied(AbsPath::own("/var/lib/local-path")),
        /// Whether claims that name no class get it.
        default: Spanned<bool> = Spanned::implied(true),
        /// The image.
        image: Spanned<Image> = Spanned::implied(Image::own(
            "docker.io/rancher/local-path-provisioner:v0.0.37",
        )),
        /// The image that makes and removes directories on a node.
        helper_image: Spanned<Image> = Spanned::implied(Image::own(
            "docker.io/library/busybox:1.37.0",
        )),
    }
}
