//! Rules that a cluster has to keep beyond the types of its values: one rule a
//! file, and one line in [`CHECKS`].

pub mod after;
mod bridge_netfilter;
mod bridge_ports;
mod claim;
mod cluster_ranges;
mod control_planes;
mod data_in_memory;
mod disks;
mod duplicate_addresses;
mod duplicate_interfaces;
mod duplicate_macs;
mod duplicate_names;
mod duplicate_taints;
mod endpoint;
mod forwarding;
mod free;
mod gateway_hosts;
mod gateways;
mod gpu;
mod host_paths;
mod hypervisor;
mod kubernetes_release;
mod labels;
mod levels;
mod machine_addresses;
mod module_words;
mod mount_points;
mod nix_in_text;
mod node_ports;
mod node_state;
mod node_volumes;
mod output_paths;
mod outputs;
mod overcommit;
mod passthrough;
mod ports;
mod ranges;
mod reserved_names;
mod share_tags;
mod shared_gpu;
mod sizing;
mod state_version;
mod storage_sources;
mod subnet;
mod subnets;
mod unschedulable;
mod unseen_releases;
mod unused_volumes;
mod users;
mod vip;
mod vlan_ids;
mod volume_names;
mod vsock_cids;
mod wan_addresses;

pub use levels::{Levels, Lints};

use crate::cluster::Cluster;
use crate::diagnostic::Diagnostic;
use crate::input::Spanned;
use crate::input::types::Name;
use crate::source::Span;

/// A rule: it looks at a cluster and says what breaks it.
pub type Check = fn(&Cluster, &mut Vec<Diagnostic>);

/// Every rule about what is there.
pub const CHECKS: &[Check] = &[
    levels::check,
    duplicate_names::check,
    reserved_names::check,
    duplicate_addresses::check,
    duplicate_macs::check,
    duplicate_interfaces::check,
    vsock_cids::check,
    host_paths::check,
    share_tags::check,
    mount_points::check,
    node_state::check,
    storage_sources::check,
    vlan_ids::check,
    subnets::check,
    gateways::check,
    machine_addresses::check,
    wan_addresses::check,
    ranges::check,
    cluster_ranges::check,
    bridge_netfilter::check,
    bridge_ports::check,
    gateway_hosts::check,
    forwarding::check,
    kubernetes_release::check,
    unseen_releases::check,
    state_version::check,
    endpoint::check,
    vip::check,
    labels::check,
    duplicate_taints::check,
    ports::check,
    node_ports::check,
    sizing::check,
    hypervisor::check,
    volume_names::check,
    node_volumes::check,
    unused_volumes::check,
    disks::check,
    overcommit::check,
    gpu::check,
    passthrough::check,
    users::check,
    outputs::check,
    output_paths::check,
    module_words::check,
    nix_in_text::check,
];

/// Every rule about what is missing. They wait until everything that was
/// written is understood: a value that could not be read may be the very one.
pub const COMPLETENESS: &[Check] = &[
    control_planes::check,
    endpoint::missing,
    gateway_hosts::missing,
    wan_addresses::missing,
    unschedulable::check,
    shared_gpu::check,
    data_in_memory::check,
    passthrough::missing,
    users::missing,
];

/// Applies every rule.
pub fn run(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let understood = !log.iter().any(Diagnostic::is_error);
    let missing = if understood { COMPLETENESS } else { &[] };
    for check in CHECKS.iter().chain(missing) {
        check(cluster, log);
    }
}

/// The text that writes a value, or else the name of its owner.
fn place<T>(value: &Spanned<T>, owner: &Spanned<Name>) -> Option<Span> {
    value.span().or_else(|| owner.span())
}
