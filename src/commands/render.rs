//! `nixgen render`: show what changes, then write it, all or nothing.

use super::{Failure, Output, Status, prepare, show};
use crate::cli::{Global, RenderArgs};
use crate::disk::{Change, ChangeSet, State, apply, compare};

pub(super) fn run(
    args: &RenderArgs,
    global: &Global,
    output: &mut Output,
) -> Result<Status, Failure> {
    let (ready, root) = prepare(global, output)?;
    let changes = compare(&ready, &root)?;
    show(&changes, output);
    output.note(&changes.summary());

    let refused: Vec<&Change<'_>> = refused(&changes, args);
    if !refused.is_empty() {
        explain(&refused, output);
        return Ok(Status::Refused);
    }
    if args.dry_run {
        return Ok(Status::Done);
    }
    if Output::is_interactive() && !args.yes && !changes.is_in_sync() {
        let question = format!("Write this to {}?", root.path().display());
        if !output.confirm(&question) {
            output.note("nothing was written");
            return Ok(Status::Done);
        }
    }
    apply(&changes, &root)?;
    Ok(Status::Done)
}

/// The files that a person would lose, less those that they gave up. An orphan
/// that was edited is simply kept. What is no file cannot be overwritten.
fn refused<'a>(changes: &'a ChangeSet<'a>, args: &RenderArgs) -> Vec<&'a Change<'a>> {
    let given_up = |path: &str| match &args.force {
        None => false,
        Some(paths) => {
            paths.is_empty() || paths.iter().any(|given| given.trim_start_matches("./") == path)
        }
    };
    changes
        .protected()
        .filter(|change| change.state != State::EditedOrphan)
        .filter(|change| change.in_the_way.is_some() || !given_up(&change.path))
        .collect()
}

fn explain(refused: &[&Change<'_>], output: &mut Output) {
    let count = refused.len();
    let plural = if count == 1 { "" } else { "s" };
    output
        .error(&format!("refused: {count} file{plural} of yours in the way; nothing was written"));
    for change in refused {
        let why = match (change.in_the_way, change.state) {
            (Some(what), _) => format!("is {what}"),
            (None, State::Foreign) => "was not written by nixgen".to_owned(),
            (None, _) => "was edited since nixgen wrote it".to_owned(),
        };
        output.note(&format!("  {} {why}", change.path));
    }
    output.note("  Move your change to cluster.toml or to a module of `extra_modules`,");
    output.note("  or overwrite a file with `nixgen render --force PATH`.");
}
