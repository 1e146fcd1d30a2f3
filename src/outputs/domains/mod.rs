//! `lib/domains/`: the cluster as plain data. The user's own Nix reads these
//! attributes, so their names are a contract; attributes may only be added.

mod data_file;
mod hosts;
mod index;
mod network;
mod vms;

pub use self::data_file::DataFile;
use super::output::Output;

/// The cluster as plain data.
pub const OUTPUT: Output = Output {
    name: "domains",
    path: "lib/domains",
    wanted: |_| true,
    templates: &[
        network::TEMPLATE.source(),
        vms::TEMPLATE.source(),
        hosts::TEMPLATE.source(),
        index::TEMPLATE.source(),
    ],
    files: |cluster, folder| {
        vec![
            network::file(cluster, DataFile::Network.below(folder)),
            vms::file(cluster, DataFile::Vms.below(folder)),
            hosts::file(cluster, DataFile::Hosts.below(folder)),
            index::file(DataFile::Index.below(folder)),
        ]
    },
};
