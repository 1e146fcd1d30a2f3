//! `system.stateVersion` is the release that a machine was installed with.

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let version = &cluster.state_version;
    let release = *cluster.release;
    let message = if !is_release(version.as_str()) {
        format!("`{version}` is not a NixOS release")
    } else if !release.is_rolling() && version.as_str() > release.name {
        format!("the state version {version} is newer than NixOS {}", release.name)
    } else {
        return;
    };
    let help = if release.is_rolling() {
        "write the release that the machines were installed with, such as `26.05`"
    } else {
        "leave `state_version` out, or write the release that the machines were installed with"
    };
    log.push(Diagnostic::new(Code::StateVersion, version.span(), message).help(help));
}

/// NixOS comes out each May and November.
fn is_release(text: &str) -> bool {
    let digits = |year: &str| year.len() == 2 && year.bytes().all(|b| b.is_ascii_digit());
    text.split_once('.').is_some_and(|(year, month)| digits(year) && matches!(month, "05" | "11"))
}
