//! `nixgen check`: the drift check for CI. It lists every file that is not as
//! it should be, and its exit status says whether there is one.

use super::{Failure, Output, Status, prepare, sum_up};
use crate::cli::Global;
use crate::disk::{Change, ChangeSet, LOCK_FILE, State};

pub(super) fn run(global: &Global, output: &mut Output) -> Result<Status, Failure> {
    let prepared = prepare(global, output)?;
    let changes = prepared.look(output)?;
    for change in changes.all().filter(|change| global.verbose || !change.state.is_settled()) {
        output.data(&format!("{:<14} {}\n", change.state, change.path));
    }
    // A clone with such a lock would take a later change for a person's.
    let lock_is_behind = changes.is_in_sync() && changes.lock_is_behind();
    if lock_is_behind {
        output.data(&format!("{:<14} {LOCK_FILE}\n", State::Stale));
    }
    sum_up(&changes, output);
    if lock_is_behind {
        output.note("run `nixgen render` and commit nixgen.lock with the files");
        return Ok(Status::Differs);
    }
    if changes.is_in_sync() {
        return Ok(Status::Done);
    }
    for advice in advice(&changes) {
        output.note(advice);
    }
    Ok(Status::Differs)
}

/// How to go on, for each kind of file that is not as it should be.
fn advice(changes: &ChangeSet<'_>) -> Vec<&'static str> {
    let any = |state| changes.all().any(|change| change.state == state);
    let mut advice = Vec::new();
    if changes.all().any(Change::is_kept) {
        advice.push("delete what is not wanted any more, or run `nixgen render --force PATH`");
    }
    if changes.protected().any(|change| !change.is_kept()) {
        advice.push(
            "`nixgen diff` shows the edits; `nixgen render` does not overwrite them unasked, and \
             tells the ways out",
        );
    }
    if any(State::EjectedStale) {
        advice.push("`nixgen eject --merge PATH` brings nixgen's changes into an ejected file");
    }
    if any(State::EjectedConflict) {
        advice.push("resolve the conflicts, between `<<<<<<<` and `>>>>>>>`");
    }
    if changes.has_work() || changes.is_merged() {
        advice.push("run `nixgen render` and commit what it writes");
    }
    advice
}
