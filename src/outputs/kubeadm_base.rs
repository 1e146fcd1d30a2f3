//! `k8s-kubeadm-base.nix`: what every node imports.

use serde::Serialize;

use super::output::Output;
use crate::input::types::{BridgeNetfilter, Firewall};
use crate::release;
use crate::render::{Kind, Template, template};

/// The values of the template.
#[derive(Serialize)]
struct Context {
    kubernetes: String,
    sandbox_image: String,
    /// Whether bare-metal nodes go without `br_netfilter`.
    only_in_vms: bool,
    /// Whether a host keeps its swap.
    swap: bool,
    firewall: Firewall,
}

const TEMPLATE: Template<Context> = template!("modules/nixos/k8s-kubeadm-base.nix", Kind::Module);

pub(super) const OUTPUT: Output = Output {
    name: "kubeadm-base",
    path: "modules/nixos/k8s-kubeadm-base.nix",
    wanted: |_| true,
    templates: &[TEMPLATE.source()],
    files: |cluster, path| {
        let off = *cluster.bridge_netfilter == BridgeNetfilter::Off;
        let minor = *cluster.kubernetes;
        let context = Context {
            kubernetes: minor.to_string(),
            sandbox_image: format!("registry.k8s.io/pause:{}", release::pause_tag(minor)),
            swap: cluster.hosts.iter().any(|host| *host.swap),
            firewall: *cluster.firewall,
            only_in_vms: off && cluster.hosts.iter().any(|host| host.node().is_some()),
        };
        vec![TEMPLATE.file(path.clone(), &context)]
    },
};
