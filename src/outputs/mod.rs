//! What is written: one file a kind of output, with its default place, the
//! typed context of its template, and the files that it makes of a cluster.

mod adapters;
mod amdgpu;
mod bootstrap;
mod cluster_network;
mod domains;
mod flake;
mod flannel;
mod hosts;
mod kubeadm;
mod kubeadm_base;
mod microvm_guest;
mod microvm_storage;
mod ollama;
mod runbook;
mod vms;
mod worker_host;

pub use ollama::ollama_port_on;

use rayon::prelude::*;

use crate::cluster::Cluster;
use crate::input::decode::Text;
use crate::input::schema::OutputTable;
use crate::input::types::{Name, RelPath};
use crate::render::{Planned, TemplateSource};

/// A kind of output.
pub struct Output {
    /// Its name in `[outputs.<name>]`.
    pub name: &'static str,
    /// Its file, or the folder of its files, unless the user says another.
    pub path: &'static str,
    /// Whether it is rendered unless the user says otherwise.
    pub wanted: fn(&Cluster) -> bool,
    /// Its templates.
    pub templates: &'static [TemplateSource],
    /// The files that it makes at a path.
    pub files: fn(&Cluster, &RelPath) -> Vec<Planned>,
}

/// Every kind of output.
pub const OUTPUTS: &[&Output] = &[
    &flake::OUTPUT,
    &hosts::OUTPUT,
    &vms::OUTPUT,
    &adapters::OUTPUT,
    &domains::OUTPUT,
    &kubeadm_base::OUTPUT,
    &worker_host::OUTPUT,
    &amdgpu::OUTPUT,
    &cluster_network::OUTPUT,
    &microvm_guest::OUTPUT,
    &microvm_storage::OUTPUT,
    &bootstrap::OUTPUT,
    &flannel::OUTPUT,
    &ollama::OUTPUT,
    &runbook::OUTPUT,
];

impl Output {
    /// Where this output goes in a cluster.
    pub fn path(&self, cluster: &Cluster) -> RelPath {
        match self.written(cluster).and_then(|table| table.path.as_ref()) {
            Some(path) => RelPath::own(path.inside()),
            None => RelPath::own(self.path),
        }
    }

    /// Whether it is rendered in a cluster.
    pub fn is_rendered(&self, cluster: &Cluster) -> bool {
        match self.written(cluster).and_then(|table| table.render.as_ref()) {
            Some(render) => **render,
            None => (self.wanted)(cluster),
        }
    }

    /// What the user says of it.
    fn written<'a>(&self, cluster: &'a Cluster) -> Option<&'a OutputTable> {
        cluster.outputs.get(&Name::from_text(self.name).ok()?)
    }
}

/// The folder of the cluster's data files, which tell what was rendered last.
pub fn data_folder(cluster: &Cluster) -> RelPath {
    domains::OUTPUT.path(cluster)
}

/// Where an output goes in a cluster, by its name.
pub fn path(name: &str, cluster: &Cluster) -> String {
    let output = OUTPUTS.iter().find(|output| output.name == name);
    output.map(|output| output.path(cluster).inside().to_owned()).unwrap_or_default()
}

/// Every file of a cluster, in no particular order: what each is made of is
/// decided, and nothing is text yet.
pub fn plan(cluster: &Cluster) -> Vec<Planned> {
    OUTPUTS
        .par_iter()
        .filter(|output| output.is_rendered(cluster))
        .flat_map_iter(|output| (output.files)(cluster, &output.path(cluster)))
        .collect()
}

/// The files and folders that rendered files refer to and that the user makes.
pub fn left_to_user(cluster: &Cluster) -> Vec<RelPath> {
    let modules = cluster.modules().map(|(_, module)| module.value.clone());
    let outputs = OUTPUTS.iter().filter(|output| !output.is_rendered(cluster));
    modules.chain(outputs.map(|output| output.path(cluster))).collect()
}

/// The templates of every output.
pub fn templates() -> Vec<TemplateSource> {
    OUTPUTS.iter().flat_map(|output| output.templates).copied().collect()
}
