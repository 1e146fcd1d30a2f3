//! Releases that nixgen knows from before they came out.

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};
use crate::release::{MINORS, is_seen};

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let mut found =
        |span, name: String| {
            let message = format!("{name} was not out yet when this nixgen learned of it");
            log.push(Diagnostic::new(Code::UnseenRelease, span, message).help(
                "look for a newer nixgen, and try what is rendered before a cluster runs on it",
            ));
        };
    if !cluster.release.is_seen {
        found(cluster.release.span(), format!("NixOS {}", cluster.release.name));
    }
    if !is_seen(*cluster.kubernetes) && *cluster.kubernetes <= MINORS.1 {
        found(cluster.kubernetes.span(), format!("Kubernetes {}", cluster.kubernetes));
    }
}
