//! `nixgen diff`: what `render` would change.

use super::{Failure, Output, Status, look, prepare, show, sum_up};
use crate::cli::Global;

pub(super) fn run(global: &Global, output: &mut Output) -> Result<Status, Failure> {
    let (ready, root) = prepare(global, output)?;
    let changes = look(&ready, &root, output)?;
    if !output.is_quiet() {
        show(&changes, output);
    }
    sum_up(&changes, output);
    Ok(if changes.is_in_sync() { Status::Done } else { Status::Differs })
}
