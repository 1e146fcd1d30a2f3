//! New Nix files are invisible to a flake until git knows them.

use super::Output;
use crate::disk::{Change, ChangeSet, LOCK_FILE, Root, WorkTree};
use crate::render::{Language, shell_word_if_needed as quoted};

/// The files of the tree that a clone would lack, because only others of them were
/// added. Where git knows none of them it is not what keeps the tree.
pub(super) fn untracked(changes: &ChangeSet<'_>, root: &Root) -> Vec<String> {
    let is_there = |change: &&Change<'_>| change.new.is_some() && !change.creates();
    let files = changes.all().filter(is_there).map(|change| change.path.as_str());
    let mut files: Vec<&str> = files.collect();
    files.extend(root.holds(LOCK_FILE).then_some(LOCK_FILE));
    let unseen = WorkTree::of(root).map(|tree| tree.unseen(&files)).unwrap_or_default();
    let is_kept_by_git = unseen.untracked.len() + unseen.ignored.len() < files.len();
    if is_kept_by_git { unseen.untracked } else { Vec::new() }
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
        let names: Vec<String> = untracked.iter().map(|path| quoted(path)).collect();
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
