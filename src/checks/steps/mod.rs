//! Rules about the step from what was rendered last to what is rendered now: a
//! cluster runs, and some of what can be written cannot be done to it. One rule
//! a file, and one line in `STEPS`.

mod control_plane_addresses;
mod endpoint;
mod etcd_members;
mod kubernetes;
mod moved_vms;
mod ranges;
mod removed_nodes;
mod state_version;
mod volumes;

use crate::cluster::Cluster;
use crate::diagnostic::Diagnostic;
use crate::nix::attrs::{Attrs, Value};

/// A rule about a step.
type Step = fn(&Cluster, &Previous<'_>, &mut Vec<Diagnostic>);

/// Every rule.
const STEPS: &[Step] = &[
    kubernetes::check,
    etcd_members::check,
    control_plane_addresses::check,
    endpoint::check,
    ranges::check,
    state_version::check,
    volumes::check,
    moved_vms::check,
    removed_nodes::check,
];

/// Applies every rule.
pub fn run(cluster: &Cluster, previous: &Previous<'_>, log: &mut Vec<Diagnostic>) {
    for step in STEPS {
        step(cluster, previous, log);
    }
}

/// What was rendered last, as far as its data files differ from those of now.
/// They may be a person's: a value that is not there is not compared.
#[derive(Debug, Default)]
pub struct Previous<'a> {
    /// What `vms.nix` sets.
    pub vms: Option<&'a Attrs>,
    /// What `hosts.nix` sets.
    pub hosts: Option<&'a Attrs>,
}

impl Previous<'_> {
    /// A value of the Kubernetes cluster.
    fn k8s(&self, name: &str) -> Option<&Value> {
        self.vms?.get(&["k8s", name])
    }

    /// The names of its control planes.
    fn control_planes(&self) -> impl Iterator<Item = &str> {
        self.k8s("controlPlanes").into_iter().flat_map(Value::texts)
    }

    /// A text of a VM.
    fn vm(&self, vm: &str, name: &str) -> Option<&str> {
        self.vms?.get(&["definitions", vm, name])?.text()
    }

    /// A value of a volume.
    fn volume(&self, vm: &str, volume: &str, name: &str) -> Option<&Value> {
        self.vms?.get(&["definitions", vm, "volumes", volume, name])
    }

    /// The `system.stateVersion` of every machine.
    fn state_version(&self) -> Option<&str> {
        self.hosts?.get(&["common", "stateVersion"])?.text()
    }
}

/// Names in a sentence; of very many only the first.
fn names(names: &[&str]) -> String {
    const SHOWN: usize = 3;

    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
