//! `lib/domains/`: the cluster as plain data. The user's own Nix reads these
//! attributes, so their names are a contract; attributes may only be added.

mod data_file;
mod hosts;
mod network;
mod vms;

use serde::Serialize;

pub use self::data_file::DataFile;
use super::flake;
use super::output::Output;
use crate::render::{Kind, Template, template};

/// The index has no values.
#[derive(Serialize)]
struct IndexContext {}

const INDEX: Template<IndexContext> = template!("lib/domains/default.nix", Kind::Library(&[]));

/// The cluster as plain data.
pub const OUTPUT: Output = Output {
    name: "domains",
    path: "lib/domains",
    wanted: |_| true,
    templates: &[
        network::TEMPLATE.source(),
        vms::TEMPLATE.source(),
        hosts::TEMPLATE.source(),
        INDEX.source(),
    ],
    files: |cluster, folder| {
        let mut files = vec![
            network::file(cluster, DataFile::Network.below(folder)),
            vms::file(cluster, DataFile::Vms.below(folder)),
            hosts::file(cluster, DataFile::Hosts.below(folder)),
        ];
        // A repository with a flake of its own has an index of its own.
        if flake::OUTPUT.is_rendered(cluster) {
            files.push(INDEX.file(DataFile::Index.below(folder), &IndexContext {}));
        }
        files
    },
};
