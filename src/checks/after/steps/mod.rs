//! Rules about the step from what was rendered last to what is rendered now: a
//! cluster runs, and some of what can be written cannot be done to it. One rule
//! a file, and one line in `STEPS`.

mod control_plane_addresses;
mod created_without;
mod endpoint;
mod etcd_members;
mod first_control_plane;
mod gateway;
mod kubernetes;
mod moved_vms;
mod nixos;
mod ranges;
mod removed_nodes;
mod state_version;
mod volumes;
mod workloads;

use crate::cluster::Cluster;
use crate::diagnostic::Diagnostic;
use crate::previous::Previous;

/// A rule about a step.
type Step = fn(&Cluster, &Previous<'_>, &mut Vec<Diagnostic>);

/// Every rule.
const STEPS: &[Step] = &[
    kubernetes::check,
    nixos::check,
    first_control_plane::check,
    etcd_members::check,
    control_plane_addresses::check,
    endpoint::check,
    gateway::check,
    ranges::check,
    created_without::check,
    state_version::check,
    volumes::check,
    moved_vms::check,
    removed_nodes::check,
    workloads::check,
];

/// Applies every rule.
pub fn run(cluster: &Cluster, previous: &Previous<'_>, log: &mut Vec<Diagnostic>) {
    for step in STEPS {
        step(cluster, previous, log);
    }
}

/// So many names are in a sentence; of more only the first are.
const NAMED: usize = 3;
