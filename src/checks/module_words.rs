//! `nixos` tables set options, and say nothing else of what a module can.

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};

/// Words of modules that are no options, and where that is said here.
const WORDS: &[(&str, &str)] = &[
    ("imports", "list your modules under `extra_modules`"),
    ("config", "write the options themselves, without `config` around them"),
    ("options", "a module of `extra_modules` can declare options"),
    ("require", "list your modules under `extra_modules`"),
    ("freeformType", "a module of `extra_modules` can say this"),
    ("key", "a module of `extra_modules` can say this"),
    ("_class", "a module of `extra_modules` can say this"),
    ("_file", "a module of `extra_modules` can say this"),
    ("_module", "a module of `extra_modules` can say this"),
];

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    for table in cluster.nixos_tables() {
        for (word, help) in WORDS {
            if let Some((name, _)) = table.get(word) {
                let message = format!("`{word}` is no option of NixOS");
                log.push(Diagnostic::new(Code::ReservedOption, name.span(), message).help(*help));
            }
        }
    }
}
