//! The outputs: one file a kind, with its default place, the
//! typed context of its template, and the files that it makes of a cluster.

mod adapters;
mod amdgpu;
mod bootstrap;
mod cluster_network;
mod domains;
mod flake;
mod flannel;
mod formation;
mod hosts;
mod join_secrets;
mod kubeadm;
mod kubeadm_base;
mod microvm_guest;
mod microvm_storage;
mod output;
mod runbook;
mod vms;
mod worker_host;
mod workloads;

pub use adapters::OUTPUT as ADAPTERS;
pub use domains::{DataFile, OUTPUT as DOMAINS};
pub use flake::OUTPUT as FLAKE;
pub use hosts::OUTPUT as HOSTS;
pub use output::{Output, module_of};
pub use vms::OUTPUT as VMS;
pub use workloads::{Server, WORKLOADS, data, demands, localai, ollama};

use rayon::prelude::*;

use crate::cluster::Cluster;
use crate::input::types::RelPath;
use crate::render::{Planned, TemplateSource};

/// The lock's name, at the root of the tree: it is written beside every output.
pub const LOCK_FILE: &str = "nixgen.lock";

/// Every kind of output besides workloads.
const OUTPUTS: &[&Output] = &[
    &flake::OUTPUT,
    &hosts::OUTPUT,
    &vms::OUTPUT,
    &adapters::OUTPUT,
    &domains::OUTPUT,
    &kubeadm_base::OUTPUT,
    &worker_host::OUTPUT,
    &join_secrets::OUTPUT,
    &formation::OUTPUT,
    &amdgpu::OUTPUT,
    &cluster_network::OUTPUT,
    &microvm_guest::OUTPUT,
    &microvm_storage::OUTPUT,
    &bootstrap::OUTPUT,
    &flannel::OUTPUT,
    &runbook::OUTPUT,
];

/// Every kind of output.
pub fn all() -> impl Iterator<Item = &'static Output> {
    OUTPUTS.iter().copied().chain(WORKLOADS.iter().map(|workload| &workload.output))
}

/// Every file of a cluster, in no particular order: what each is made of is
/// decided, and nothing is text yet.
pub fn plan(cluster: &Cluster) -> Vec<Planned> {
    let outputs: Vec<&Output> = all().collect();
    outputs
        .par_iter()
        .filter(|output| output.is_rendered(cluster))
        .flat_map_iter(|output| (output.files)(cluster, &output.path(cluster)))
        .collect()
}

/// The outputs that the user makes.
pub fn left_to_user(cluster: &Cluster) -> impl Iterator<Item = &'static Output> {
    all().filter(|output| output.is_left_to_user(cluster))
}

/// The manifests that are applied to a cluster, each with the key that it belongs to;
/// some are the user's.
pub fn manifests(cluster: &Cluster) -> impl Iterator<Item = (RelPath, [&'static str; 2])> {
    let network = (flannel::OUTPUT.path(cluster), ["cluster", "cni"]);
    let workloads = WORKLOADS.iter().flat_map(|workload| {
        (workload.parts)(cluster).into_iter().map(|part| (part.manifest, ["workloads", part.key]))
    });
    let own = cluster.workloads.manifests.iter();
    let own = own.map(|path| (path.value.clone(), ["workloads", "manifests"]));
    std::iter::once(network).chain(workloads).chain(own)
}

/// The modules that say what a machine is: its own, and what all VMs share.
pub fn machine_modules(cluster: &Cluster) -> impl Iterator<Item = RelPath> {
    let (hosts, vms) = (HOSTS.path(cluster), VMS.path(cluster));
    let hosts = cluster.hosts.iter().map(move |host| module_of(&host.name, &hosts));
    let vms = cluster.vms.iter().map(move |vm| module_of(&vm.name, &vms));
    hosts.chain(vms).chain([microvm_guest::OUTPUT.path(cluster)])
}

/// The templates of every output.
pub fn templates() -> Vec<TemplateSource> {
    all().flat_map(|output| output.templates).copied().collect()
}
