//! The ways out where files of the user's are in the way of `render`: said,
//! or on a terminal asked, a file at a time.

use super::paths::from_here;
use super::{Failure, Output};
use crate::disk::{Change, ChangeSet, Root, State};
use crate::render::shell_word_if_needed as quoted;
use crate::review::{file as reviewed, format};
use crate::text::count;

/// The files that are in the way.
pub(super) fn refused(changes: &ChangeSet<'_>) -> Vec<String> {
    changes.all().filter(|change| change.is_refused()).map(|change| change.path.clone()).collect()
}

/// Says what is in the way, what of it is the user's, and how to go on.
pub(super) fn explain(changes: &ChangeSet<'_>, paths: &[String], root: &Root, output: &mut Output) {
    let files_of_yours = count(paths.len(), "file");
    output.error(&format!("refused: {files_of_yours} of yours in the way; nothing was written"));
    let files = || paths.iter().filter_map(|path| changes.find(path));
    for change in files() {
        output.note(&format!("  {}", reason(change)));
        for line in their_change(changes, change, root, output).lines() {
            output.excerpt(&format!("    {line}"));
        }
    }
    if files().any(|change| change.in_the_way.is_some()) {
        output.note("  Move away by hand what is not a text file.");
    }
    let merged: Vec<String> = files()
        .filter(|change| change.has_conflicts())
        .map(|change| quoted(&from_here(root, &change.path)))
        .collect();
    if !merged.is_empty() {
        output.note(&format!(
            "  To end the conflicts of a merge, take either side and run `nixgen render` again:\n    \
             git checkout --ours {}",
            merged.join(" ")
        ));
    }
    let is_edit = |change: &&Change<'_>| change.in_the_way.is_none() && !change.has_conflicts();
    let Some(first) = files().find(is_edit) else { return };
    let path = quoted(&first.path);
    let each = if files().filter(is_edit).count() > 1 { ", for each file" } else { "" };
    output.note(&format!(
        "  To keep what you changed, say it in cluster.toml, whose `nixos` tables take any option\n  \
         of NixOS, or in a module of `extra_modules`, and then overwrite it here. The ways out{each}:\n    \
         nixgen render --force {path}\n      overwrites it, and keeps your text beside it\n    \
         nixgen eject {path}\n      leaves it to you, and tells what nixgen would change in it later\n    \
         nixgen adopt {path}\n      tells how it differs by option, and takes it over when you say so"
    ));
}

/// Says what can be done about files that are not wanted and were edited.
pub(super) fn tell_of_kept(changes: &ChangeSet<'_>, output: &mut Output) {
    for change in changes.all().filter(|change| change.is_kept()) {
        let path = quoted(&change.path);
        output.note(&format!(
            "note: {} is kept, with your edits: delete it; or `nixgen render --force {path}`, which \
             keeps them beside it; or `nixgen eject {path}`, to have it as a file of your own",
            change.path
        ));
    }
}

/// The meaning of each answer.
const ANSWERS: &str = "  d  shows what you changed, and what nixgen has new\n  \
                       o  writes nixgen's, and keeps yours beside it, in a file that ends with .orig\n  \
                       s  leaves it as it is this time, and writes the others\n  \
                       e  leaves it to you; `nixgen diff` tells what nixgen would change in it\n  \
                       q  writes nothing at all";

/// Asks about each; `false` when the user wants none of it.
pub(super) fn ask(
    changes: &mut ChangeSet<'_>,
    paths: &[String],
    root: &Root,
    output: &mut Output,
) -> Result<bool, Failure> {
    for path in paths {
        let Some(change) = changes.find(path) else { continue };
        output.note(&reason(change));
        let is_text = change.in_the_way.is_none();
        let question = if is_text {
            "  [d]iff, [o]verwrite and keep your text beside it, [s]kip, [e]ject, [q]uit?"
        } else {
            "  it has to be moved away by hand: [s]kip, [q]uit?"
        };
        loop {
            match output.choose(question) {
                Some('d') if is_text => {
                    if let Some(change) = changes.find(path) {
                        let shown = in_full(changes, change, root, output);
                        output.styled(&shown);
                    }
                }
                Some('o') if is_text => {
                    changes.take_over(root, path)?;
                    break;
                }
                Some('e') if is_text => {
                    changes.hand_over(root, path)?;
                    output.note("  it is yours; commit it with .nixgen and nixgen.lock");
                    break;
                }
                Some('s') => break,
                Some('q') | None => return Ok(false),
                Some(_) => output.note(ANSWERS),
            }
        }
    }
    Ok(true)
}

fn reason(change: &Change<'_>) -> String {
    let path = &change.path;
    match (change.in_the_way, change.state) {
        (Some(what), _) => format!("{path} is {what}"),
        (None, State::Foreign) => format!("{path} was not written by nixgen"),
        (None, _) if change.has_conflicts() => format!("{path} has conflicts of a merge"),
        (None, State::EditedStale) => {
            format!("{path} was edited since nixgen wrote it, and nixgen has something new for it")
        }
        (None, _) => format!("{path} was edited since nixgen wrote it"),
    }
}

/// The lines that the user has and nixgen has not. Of a file that was never nixgen's,
/// that is all of it.
fn their_change(
    changes: &ChangeSet<'_>,
    change: &Change<'_>,
    root: &Root,
    output: &Output,
) -> String {
    let (style, path) = (output.style(), change.path.as_str());
    let (Some(old), Some(file)) = (&change.old, change.new) else { return String::new() };
    if change.has_conflicts() {
        return String::new();
    }
    let from = |ours: &str, to: &str| format::hunks(path, ours, to, Some(ours), style);
    let ours = file.text();
    match (change.state, changes.written_before(root, change)) {
        (State::Edited, _) => format!("Your change:\n{}", from(ours, old)),
        (State::EditedStale, Some(before)) => format!(
            "Your change:\n{}nixgen's since then:\n{}",
            from(&before, old),
            from(&before, ours)
        ),
        (State::EditedStale, None) => {
            format!("Yours against nixgen's of now:\n{}", from(ours, old))
        }
        _ => String::new(),
    }
}

fn in_full(changes: &ChangeSet<'_>, change: &Change<'_>, root: &Root, output: &Output) -> String {
    match change.state {
        State::Foreign => format::unified(&reviewed(change), output.style()),
        _ => their_change(changes, change, root, output),
    }
}
