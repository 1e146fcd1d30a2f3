//! `nixos` tables set options that there are, to what they take. Only a list of
//! the user's NixOS can tell: nixgen's own has what its templates set.

use crate::cluster::Cluster;
use crate::diagnostic::Diagnostic;
use crate::nix::Options;

/// Looks at the `nixos` tables of every machine.
pub fn user_options(cluster: &Cluster, known: &Options, log: &mut Vec<Diagnostic>) {
    let vms = cluster.vms.iter().map(|vm| &vm.nixos);
    for table in vms.chain(cluster.hosts.iter().map(|host| &host.nixos)) {
        known.check(table, log);
    }
}
