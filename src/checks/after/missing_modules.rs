//! A module that is not in the tree is found missing by Nix only, on the way to
//! a machine, and a manifest by a script, in the middle of its work.

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};

/// Looks for the user's modules, each once, and manifests; `is_there` says of a path in the
/// tree whether something is there.
pub fn missing_modules(
    cluster: &Cluster,
    is_there: impl Fn(&str) -> bool,
    log: &mut Vec<Diagnostic>,
) {
    let mut seen = std::collections::HashSet::new();
    for (owner, module) in cluster.modules().filter(|(_, module)| seen.insert(module.inside())) {
        if !is_there(module.inside()) {
            let message = format!("the module `{module}` of `{owner}` is not there");
            log.push(
                Diagnostic::new(Code::MissingModule, module.span(), message)
                    .help("add the file, and `git add` it: Nix sees nothing else of a flake"),
            );
        }
    }
    for manifest in &cluster.workloads.manifests {
        if !is_there(manifest.inside()) {
            let message = format!("the manifest `{}` is not there", manifest.value);
            log.push(
                Diagnostic::new(Code::MissingManifest, manifest.span(), message)
                    .help("add the file: 50-workloads.sh stops where it would apply it"),
            );
        }
    }
}
