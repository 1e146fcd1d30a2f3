//! `flake.nix`: a whole flake around the rest, when asked for.

use serde::Serialize;

use super::output::Output;
use super::{adapters, domains, hosts};
use crate::input::types::{Formatter, Secrets};
use crate::render::{Kind, Template, template};

/// The values of the template.
#[derive(Serialize)]
struct Context {
    cluster: String,
    branch: &'static str,
    microvm_rev: Option<&'static str>,
    kubernetes_nixpkgs: Option<String>,
    secrets: Secrets,
    /// Whether MicroVMs decrypt their own.
    by_vms: bool,
    domains: String,
    adapters: String,
    hosts: String,
    formatter: &'static str,
}

const TEMPLATE: Template<Context> = template!("flake.nix", Kind::Code);

/// A whole flake around the rest.
pub const OUTPUT: Output = Output {
    name: "flake",
    path: "flake.nix",
    // Most repositories have one already.
    wanted: |_| false,
    templates: &[TEMPLATE.source()],
    files: |cluster, path| {
        let context = Context {
            cluster: cluster.name.to_string(),
            branch: cluster.release.branch,
            microvm_rev: cluster.release.microvm,
            kubernetes_nixpkgs: cluster.kubernetes_nixpkgs.as_ref().map(ToString::to_string),
            secrets: *cluster.secrets,
            by_vms: !*cluster.host_decrypts,
            domains: domains::OUTPUT.path(cluster).seen_from(path),
            adapters: adapters::OUTPUT.path(cluster).seen_from(path),
            hosts: hosts::OUTPUT.path(cluster).seen_from(path),
            formatter: match cluster.formatter {
                Formatter::Nixfmt => cluster.release.nixfmt,
                Formatter::Alejandra => "alejandra",
            },
        };
        vec![TEMPLATE.file(path.clone(), &context)]
    },
};
