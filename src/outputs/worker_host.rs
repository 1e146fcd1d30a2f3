//! `k8s-worker-host.nix`: a bare-metal machine that is a node and has the
//! MicroVMs' bridge.

use serde::Serialize;

use super::kubeadm_base;
use super::output::Output;
use crate::cluster::reserved;
use crate::input::types::{BridgeNetfilter, Firewall, Role};
use crate::render::{Kind, Template, template};

/// The values of the template.
#[derive(Serialize)]
struct Context {
    /// Whether a host name is not that of a table.
    renamed: bool,
    base: String,
    system: u32,
    hypervisor: u32,
    strategy: BridgeNetfilter,
    firewall: Firewall,
}

const TEMPLATE: Template<Context> = template!("modules/nixos/k8s-worker-host.nix", Kind::Module);

pub(super) const OUTPUT: Output = Output {
    name: "worker-host",
    path: "modules/nixos/k8s-worker-host.nix",
    wanted: |cluster| cluster.hosts.iter().any(|host| *host.role == Role::Worker),
    templates: &[TEMPLATE.source()],
    files: |cluster, path| {
        let context = Context {
            base: kubeadm_base::OUTPUT.path(cluster).seen_from(path),
            system: reserved::SYSTEM,
            hypervisor: reserved::HYPERVISOR,
            strategy: *cluster.bridge_netfilter,
            firewall: *cluster.firewall,
            renamed: cluster.renamed_hosts().next().is_some(),
        };
        vec![TEMPLATE.file(path.clone(), &context)]
    },
};
