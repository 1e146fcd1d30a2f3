//! A NixOS release carries one minor of Kubernetes, and its containerd serves
//! none that is much newer.

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};
use crate::input::types::Minor;
use crate::release::{MINORS, RELEASES, Release};

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let (minor, release) = (*cluster.kubernetes, *cluster.release);
    let found = |code, message: String| Diagnostic::new(code, cluster.kubernetes.span(), message);
    if !(MINORS.0..=MINORS.1).contains(&minor) {
        let message = format!("nixgen does not know Kubernetes {minor}");
        let known = format!("the known minors are {} to {}", MINORS.0, MINORS.1);
        log.push(found(Code::UnknownKubernetes, message).help(known));
    } else if minor > release.newest_kubernetes {
        let message = format!(
            "the containerd of NixOS {} serves Kubernetes up to {}, not {minor}",
            release.name, release.newest_kubernetes
        );
        let newer = RELEASES.iter().find(|newer| newer.is_seen && newer.newest_kubernetes >= minor);
        let newer = newer.map_or(release.name, |release| release.name);
        log.push(
            found(Code::ReleaseMismatch, message).help(format!("write `nixos = \"{newer}\"`")),
        );
    } else if cluster.kubernetes_nixpkgs.is_none() && !release.carries(minor) {
        let message = format!(
            "NixOS {} carries Kubernetes {}, not {minor}",
            release.name,
            span(release.kubernetes)
        );
        // A cluster that runs goes back to no older release.
        let newer = |other: &&Release| other.is_seen && other.name > release.name;
        let other = RELEASES.iter().filter(newer).find(|newer| newer.carries(minor));
        let other =
            other.map_or_else(String::new, |other| format!("`nixos = \"{}\"`, or ", other.name));
        log.push(found(Code::ReleaseMismatch, message).help(format!(
            "write `kubernetes = \"{}\"`, or {other}a nixpkgs that has {minor} as `kubernetes_nixpkgs`",
            release.kubernetes.1
        )));
    }
}

fn span((first, last): (Minor, Minor)) -> String {
    if first == last { first.to_string() } else { format!("{first} to {last}") }
}
