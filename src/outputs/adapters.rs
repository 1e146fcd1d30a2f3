//! `microvms.nix`: functions from the data files to modules.

use serde::Serialize;

use super::output::Output;
use super::{microvm_storage, vms};
use crate::render::{Kind, Template, template};

/// The values of the template.
#[derive(Serialize)]
struct Context {
    vms: String,
    has_persist: bool,
    has_shares: bool,
    join_shares: bool,
}

const TEMPLATE: Template<Context> = template!("lib/adapters/microvms.nix", Kind::Code);

/// Functions from the data files to modules.
pub const OUTPUT: Output = Output {
    name: "adapters",
    path: "lib/adapters/microvms.nix",
    wanted: |_| true,
    templates: &[TEMPLATE.source()],
    files: |cluster, path| {
        let context = Context {
            vms: vms::OUTPUT.path(cluster).seen_from(path),
            has_persist: microvm_storage::has_persist(cluster),
            has_shares: microvm_storage::has_shares(cluster),
            join_shares: cluster.has_units(),
        };
        vec![TEMPLATE.file(path.clone(), &context)]
    },
};
