//! `microvm-guest.nix`: what every MicroVM has in common.

use serde::Serialize;

use super::Output;
use crate::render::{Template, template};

/// What the template is given.
#[derive(Serialize)]
struct Context {
    state_version: String,
}

const TEMPLATE: Template<Context> = template!("modules/nixos/microvm-guest.nix");

pub(super) const OUTPUT: Output = Output {
    name: "microvm-guest",
    path: "modules/nixos/microvm-guest.nix",
    wanted: |_| true,
    templates: &[TEMPLATE.source()],
    files: |cluster, path| {
        let context = Context { state_version: cluster.state_version.to_string() };
        vec![TEMPLATE.file(path.clone(), &context)]
    },
};
