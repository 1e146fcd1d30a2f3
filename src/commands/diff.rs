//! `nixgen diff`: what `render` would change.

use super::{Failure, Output, Status, prepare, show, sum_up};
use crate::cli::Global;

pub(super) fn run(global: &Global, output: &mut Output) -> Result<Status, Failure> {
    let prepared = prepare(global, output)?;
    let changes = prepared.look(output)?;
    if !output.is_quiet() {
        show(&changes, output);
    }
    sum_up(&changes, output);
    Ok(if changes.is_in_sync() { Status::Done } else { Status::Differs })
}
