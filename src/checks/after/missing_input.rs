//! A flake of the user's own has to be given the nixpkgs that Kubernetes is taken
//! from: nothing rendered reaches it there.

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};
use crate::nix::attrs::Attrs;
use crate::outputs::FLAKE;
use crate::render::nix_string;

/// Looks for the input in the user's flake, where there is one; `text` says what is at
/// a path in the tree.
pub fn missing_input(
    cluster: &Cluster,
    text: impl Fn(&str) -> Option<String>,
    log: &mut Vec<Diagnostic>,
) {
    let path = FLAKE.path(cluster);
    let (Some(nixpkgs), false) = (&cluster.kubernetes_nixpkgs, FLAKE.is_rendered(cluster)) else {
        return;
    };
    let Some(flake) = text(path.inside()) else { return };
    let inputs: Attrs = flake.parse().unwrap_or_default();
    let is_there = inputs.entries.iter().any(|(path, entry)| {
        let names: Vec<&str> = path.names().collect();
        matches!(names[..], ["inputs", _, "url"]) && entry.value.text() == Some(nixpkgs.as_str())
    });
    if !is_there {
        let message = format!("`{path}` is yours and has no input for `kubernetes_nixpkgs`");
        log.push(Diagnostic::new(Code::MissingInput, nixpkgs.span(), message).help(format!(
            "add `inputs.nixpkgs-kubernetes.url = {};` to it, and to each node the module that \
             `nixgen explain NG0606` shows",
            nix_string(nixpkgs.as_str())
        )));
    }
}
