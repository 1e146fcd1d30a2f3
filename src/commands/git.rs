//! Files are invisible to a clone, and Nix files to a flake, until git knows them.

use std::collections::BTreeSet;

use super::Output;
use super::paths::{below, from_here};
use super::prepare::Prepared;
use crate::disk::{ChangeSet, Root, Unseen, WorkTree};
use crate::render::{Language, shell_word_if_needed as quoted};

/// The files that a clone would lack, because only others of them were added: of the
/// tree, and of what it is rendered from and refers to.
pub(super) fn unseen(changes: &ChangeSet<'_>, prepared: &Prepared<'_>) -> Unseen {
    let root = &prepared.root;
    let Some(tree) = WorkTree::of(root) else { return Unseen::default() };
    let files = changes.on_disk();
    let unseen = tree.unseen(&files);
    // Where git knows none of them it is not what keeps the tree.
    if unseen.count() == files.len() {
        return Unseen::default();
    }
    let templates = prepared.overrides.files().iter().map(|file| &file.source);
    let sources = templates.chain([prepared.loaded.source]);
    let input = sources.filter_map(|source| below(root.path(), source.path()));
    let cluster = &prepared.loaded.cluster;
    let modules = cluster.modules().map(|(_, module)| module.inside());
    let manifests = cluster.workloads.manifests.iter().map(|manifest| manifest.inside());
    let referred = prepared.ready.missing().iter().map(|it| it.path.as_str());
    let referred = referred.chain(modules).chain(manifests);
    let referred = referred.filter(|path| root.path().join(path).is_file());
    let input: BTreeSet<String> = input.chain(referred.map(str::to_owned)).collect();
    let input: Vec<&str> = input.iter().map(String::as_str).collect();
    unseen.and(tree.unseen(&input))
}

/// Says which of the files a flake does not see, and makes them known to git
/// when the user wants it.
pub(super) fn tell(
    changes: &ChangeSet<'_>,
    root: &Root,
    add: bool,
    asks: bool,
    output: &mut Output,
) {
    let wanted = changes.all().filter(|change| change.new.is_some() && change.in_the_way.is_none());
    let is_nix = |path: &&str| Language::of(path) == Some(Language::Nix);
    let nix: Vec<&str> = wanted.map(|change| change.path.as_str()).filter(is_nix).collect();
    let Some(tree) = WorkTree::of(root) else { return };
    let unseen = tree.unseen(&nix);
    if !unseen.ignored.is_empty() {
        output.note(&format!(
            "note: git ignores {}, so a flake does not see {}",
            listed(&unseen.ignored),
            them(&unseen.ignored)
        ));
    }
    let untracked = unseen.untracked;
    if untracked.is_empty() {
        return;
    }
    if !add {
        output.note(&format!(
            "note: a flake does not see {} until git knows {}:",
            listed(&untracked),
            them(&untracked)
        ));
        let names: Vec<String> =
            untracked.iter().map(|path| quoted(&from_here(root, path))).collect();
        output.note(&format!("  git add --intent-to-add {}", names.join(" ")));
    }
    if !(add || asks && output.confirm("Do that now?")) {
        return;
    }
    if tree.intend_to_add(&untracked) {
        output.note(&format!("git knows {} now", listed(&untracked)));
    } else {
        output.error(&format!("git did not add {}", listed(&untracked)));
    }
}

fn listed(files: &[String]) -> String {
    match files {
        [one] => one.clone(),
        many => format!("{} new files", many.len()),
    }
}

fn them(files: &[String]) -> &'static str {
    if files.len() == 1 { "it" } else { "them" }
}
