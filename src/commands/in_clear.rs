//! Files that hold addresses in clear, in a repository that encrypts with git-crypt.

use std::net::Ipv4Addr;

use super::Output;
use super::prepare::Prepared;
use crate::cluster::Cluster;
use crate::disk::{ChangeSet, Encryption, WorkTree, pattern};
use crate::nix::ReadyFile;

/// Says which of the files that nixgen keeps, and whether the one that it reads, git
/// is going to store with addresses that anybody can read, and what encrypts them.
pub(super) fn tell(prepared: &Prepared<'_>, changes: &ChangeSet<'_>, output: &mut Output) {
    let (cluster, source) = (&prepared.loaded.cluster, prepared.loaded.source);
    if output.is_quiet() {
        return;
    }
    let Some(tree) = WorkTree::of(&prepared.root) else { return };
    let own = tree.path_of(source.path());
    let kept = changes.all().filter(|change| change.in_the_way.is_none() && change.new.is_some());
    let paths: Vec<&str> =
        own.iter().chain(kept.map(|change| &change.path)).map(String::as_str).collect();
    let Some(Encryption { filter, mut undecided }) = tree.encryption(&paths) else { return };
    undecided.retain(|path| {
        let rendered = changes.find(path).and_then(|change| change.new);
        holds(rendered.map_or(source.text(), ReadyFile::text), cluster)
    });
    if undecided.is_empty() {
        return;
    }
    output.note(
        "note: this repository encrypts with git-crypt, but not these files, which hold \
         addresses. Lines for .gitattributes, before git has them:",
    );
    for path in undecided {
        output.note(&format!("  {} filter={filter} diff={filter}", pattern(&path)));
    }
    output.note("  With `-filter` in place of both, a file is meant to be read.");
}

/// Whether a text has an address that tells where the cluster is.
fn holds(text: &str, cluster: &Cluster) -> bool {
    let words = text.split(|c: char| !c.is_ascii_digit() && c != '.');
    let mut addresses = words.filter_map(|word| word.trim_matches('.').parse().ok());
    addresses.any(|address| is_own(address, cluster))
}

/// Whether an address is in a network of the owner's, or how a machine is reached from
/// elsewhere. Those of pods and Services are everybody's.
fn is_own(address: Ipv4Addr, cluster: &Cluster) -> bool {
    let vlans = cluster.network.vlans.iter().map(|vlan| &vlan.subnet);
    let wan = cluster.network.wan.iter().map(|(subnet, _)| subnet);
    let hosts = cluster.hosts.iter().map(|host| &host.deployment);
    let mut ways = hosts.chain(cluster.vms.iter().map(|vm| &vm.deployment));
    vlans.chain(wan).any(|subnet| subnet.contains(&address))
        || ways.any(|way| way.target_host.parse() == Ok(address))
}
