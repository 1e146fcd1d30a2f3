//! `microvm-guest.nix`: what every MicroVM has in common.

use serde::Serialize;

use super::output::Output;
use crate::input::types::Firewall;
use crate::render::{Kind, Template, template};

/// The values of the template.
#[derive(Serialize)]
struct Context {
    state_version: String,
    firewall: Firewall,
    /// Whether microvm.nix is too old to give each VM a lasting machine id.
    machine_id: bool,
}

const TEMPLATE: Template<Context> = template!("modules/nixos/microvm-guest.nix", Kind::Module);

pub(super) const OUTPUT: Output = Output {
    name: "microvm-guest",
    path: "modules/nixos/microvm-guest.nix",
    wanted: |_| true,
    templates: &[TEMPLATE.source()],
    files: |cluster, path| {
        let context = Context {
            state_version: cluster.state_version.to_string(),
            firewall: *cluster.firewall,
            machine_id: cluster.release.microvm.is_some(),
        };
        vec![TEMPLATE.file(path.clone(), &context)]
    },
};
