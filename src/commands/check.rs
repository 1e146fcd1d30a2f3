//! `nixgen check`: the drift check for CI. It lists every file that is not as
//! it should be, and its exit status says whether there is one.

use super::{Failure, Output, Status, prepare};
use crate::cli::Global;
use crate::disk::Change;

pub(super) fn run(global: &Global, output: &mut Output) -> Result<Status, Failure> {
    let prepared = prepare(global, output)?;
    let changes = prepared.look(output)?;
    for change in changes.all().filter(|change| global.verbose || !change.is_clean()) {
        output.data(&format!("{:<13} {}\n", change.state.word(), change.path));
    }
    output.note(&changes.summary());
    if changes.is_in_sync() {
        return Ok(Status::Done);
    }
    if changes.all().any(Change::is_kept) {
        output.note("delete what is not wanted any more, or run `nixgen render --force PATH`");
    } else if changes.protected().next().is_some() {
        output
            .note("`nixgen diff` shows the edits; `nixgen render` does not overwrite them unasked");
    } else {
        output.note("run `nixgen render` and commit what it writes");
    }
    Ok(Status::Differs)
}
