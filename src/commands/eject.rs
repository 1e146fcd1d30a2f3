//! `nixgen eject`: hands files over to the user, and merges what nixgen would
//! have changed in them since.

use super::changes::write;
use super::config::ConfigFile;
use super::prepare::prepare;
use super::{Outcome, Output, Status, paths};
use crate::cli::{EjectArgs, Global};
use crate::disk::{ChangeSet, Hold, State};
use crate::review::format;
use crate::text;

pub(super) fn run(args: &EjectArgs, global: &Global, output: &mut Output) -> Outcome {
    let file = ConfigFile::open(global)?;
    let prepared = prepare(&file, global, output)?;
    let root = &prepared.root;
    let hold = Hold::to_write(root, &mut |text| output.warning(text))?;
    let mut changes = prepared.compare(output)?;
    let files = paths::find(&changes, &args.files, root)?;
    changes.keep_all();
    if args.merge {
        return merge(&mut changes, &files, args.yes, hold, output);
    }
    for path in &files {
        let Some(change) = changes.find(path) else { continue };
        if let Some(what) = change.in_the_way {
            output.error(&format!("{path} is {what}; nothing was written"));
            return Ok(Status::Refused);
        }
        let said = match change.state {
            State::Orphan | State::EditedOrphan | State::EjectedOrphan => {
                "is yours, and nixgen forgets it: it is not rendered any more"
            }
            State::Ejected | State::EjectedStale => {
                "is yours already; what nixgen has for it now counts as seen"
            }
            State::EjectedConflict => {
                output.error(&format!("{path} still has conflicts; resolve them in the file"));
                return Ok(Status::Refused);
            }
            State::EditedStale if changes.written_before(root, change).is_none() => {
                "is yours; what nixgen wrote before is not known here, so what it has new for it \
                 counts as seen"
            }
            State::Foreign => "is yours; what nixgen has for it now counts as seen",
            _ => "is yours: edit it as you like",
        };
        output.note(&format!("{path} {said}"));
        changes.hand_over(root, path)?;
    }
    write(&changes, hold, output)?;
    output.note("commit it with .nixgen and nixgen.lock; `nixgen adopt` takes a file back");
    Ok(Status::Done)
}

fn merge(
    changes: &mut ChangeSet<'_>,
    files: &[String],
    yes: bool,
    mut hold: Hold,
    output: &mut Output,
) -> Outcome {
    let style = output.style();
    let mut conflicts = 0;
    for path in files {
        let Some(change) = changes.find(path) else { continue };
        let (state, old) = (change.state, change.old.clone().unwrap_or_default());
        let Some(merged) = changes.merge(path) else {
            let why = match state {
                State::Ejected => "nixgen has nothing new for it",
                State::EjectedConflict => "it still has conflicts; resolve them in the file",
                State::EjectedStale => {
                    "what it was when it was ejected is no longer in .nixgen; bring it to what \
                     `nixgen diff` shows by hand, then eject it again"
                }
                _ => "it was not ejected",
            };
            output.error(&format!("cannot merge {path}: {why}"));
            return Ok(Status::Refused);
        };
        let (text, count) = (merged.text.clone(), merged.conflicts);
        output.styled(&format!(
            "--- {path}\n+++ {path}, merged\n{}",
            format::hunks(path, &old, &text, None, style)
        ));
        conflicts += count;
    }
    let asks = Output::is_interactive() && !yes;
    if asks {
        hold.let_go();
        if !output.confirm("Write this?") {
            output.note("nothing was written");
            return Ok(Status::Done);
        }
    }
    write(changes, hold, output)?;
    if conflicts == 0 {
        let merged = if let [one] = files { one.clone() } else { format!("{} files", files.len()) };
        output.note(&format!("merged {merged}; commit with .nixgen and nixgen.lock"));
        return Ok(Status::Done);
    }
    output.note(&format!(
        "{}: resolve what stands between `<<<<<<<` and `>>>>>>>`",
        text::count(conflicts, "conflict")
    ));
    Ok(Status::Differs)
}
