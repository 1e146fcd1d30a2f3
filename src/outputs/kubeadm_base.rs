//! `k8s-kubeadm-base.nix`: what every node imports.

use serde::Serialize;

use super::Output;
use crate::release;
use crate::render::{Template, template};

/// What the template is given.
#[derive(Serialize)]
struct Context {
    kubernetes: String,
    sandbox_image: String,
}

const TEMPLATE: Template<Context> = template!("modules/nixos/k8s-kubeadm-base.nix");

pub(super) const OUTPUT: Output = Output {
    name: "kubeadm-base",
    path: "modules/nixos/k8s-kubeadm-base.nix",
    wanted: |_| true,
    templates: &[TEMPLATE.source()],
    files: |cluster, path| {
        let minor = *cluster.kubernetes;
        let context = Context {
            kubernetes: minor.to_string(),
            sandbox_image: format!("registry.k8s.io/pause:{}", release::pause_tag(minor)),
        };
        vec![TEMPLATE.file(path.clone(), &context)]
    },
};
