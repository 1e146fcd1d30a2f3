//! `nixos` tables set options that there are, to what they take. Only a list of
//! the user's NixOS can tell.

use crate::cluster::Cluster;
use crate::diagnostic::Diagnostic;
use crate::nix::Options;

/// Looks at the `nixos` tables of every machine.
pub fn user_options(cluster: &Cluster, known: &Options, log: &mut Vec<Diagnostic>) {
    cluster.nixos_tables().for_each(|table| known.check(table, log));
}
