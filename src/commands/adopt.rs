//! `nixgen adopt`: compares files that were written by hand with what nixgen
//! would write, and takes them over when told to.

mod elsewhere;
mod evaluated;
mod report;

use super::changes::{is_refused, warn_of_risk, write};
use super::config::ConfigFile;
use super::prepare::prepare;
use super::{Outcome, Output, Status, paths};
use crate::cli::{AdoptArgs, Global};
use crate::disk::{Change, ChangeSet, Hold, Root, State};
use crate::render::shell_word_if_needed as quoted;
use crate::review::at_risk_by;
use crate::text::count;
use elsewhere::Elsewhere;

pub(super) fn run(args: &AdoptArgs, global: &Global, output: &mut Output) -> Outcome {
    let file = ConfigFile::open(global)?;
    let prepared = prepare(&file, global, output)?;
    let root = &prepared.root;
    let mut hold = Hold::to_write(root, &mut |text| output.warning(text))?;
    let mut changes = prepared.compare(output)?;
    let named = paths::find(&changes, &args.files, root)?;
    let is_strange = |change: &Change<'_>| {
        change.state == State::Foreign || change.is_clean() && !changes.is_known(&change.path)
    };
    let files: Vec<String> = if named.is_empty() {
        changes
            .all()
            .filter(|change| is_strange(change))
            .map(|change| change.path.clone())
            .collect()
    } else {
        named
    };
    let elsewhere = Elsewhere::read(&prepared.loaded.cluster, &changes, root);
    let is_evaluated = args.eval && evaluate(&changes, &files, &mut hold, root, output);
    if args.files.is_empty() && !is_evaluated {
        for (theirs, ours, count, all) in elsewhere.alike() {
            output.data(&report::elsewhere(&elsewhere, theirs, ours, count, all));
        }
    }
    if files.is_empty() {
        output.note("nothing to take over: nixgen wrote each file that is there");
        return Ok(Status::Done);
    }
    changes.keep_all();
    let mut taken = 0_usize;
    for path in &files {
        let Some(change) = changes.find(path) else { continue };
        if let Some(why) = cannot(change) {
            output.data(&format!("{:<14} {path}: {why}\n", "left alone"));
            continue;
        }
        output.data(&report::report(change, &elsewhere, is_evaluated));
        changes.take_over(root, path)?;
        taken += 1;
    }
    if taken > 0 {
        output.note(
            "lost is what nixgen does not set, gained what yours did not; - is yours, + is nixgen's",
        );
    }
    let count = count(taken, "file");
    let asks = Output::is_interactive() && !args.yes;
    if taken == 0 {
        return Ok(Status::Done);
    }
    // What is left as it is changes nothing.
    // `Change::updates` itself is of one lifetime.
    #[expect(clippy::redundant_closure_for_method_calls)]
    let at_risk = at_risk_by(&prepared.loaded.cluster, &changes, |change| change.updates());
    let is_allowed = prepared.loaded.levels.allows_data_risk();
    if !(asks || args.yes) {
        warn_of_risk(&at_risk, output);
    } else if is_refused(&at_risk, is_allowed, "adopt", output) {
        return Ok(Status::Refused);
    }
    if asks {
        hold.let_go();
        if !output.confirm(&format!("Take over {count}?")) {
            output.note("nothing was written");
            return Ok(Status::Done);
        }
    } else if !args.yes {
        output.note(&match &args.files[..] {
            [] => {
                "nothing was written; `nixgen adopt --yes` takes over all of these and keeps what \
                   they held beside them, `nixgen adopt --yes PATH` does so with one"
                    .to_owned()
            }
            named => {
                let named: Vec<_> = named.iter().map(|path| quoted(path)).collect();
                format!(
                    "nothing was written; `nixgen adopt --yes {}` writes nixgen's, and keeps yours \
                     beside it",
                    named.join(" ")
                )
            }
        });
        return Ok(Status::Done);
    }
    write(&changes, hold, output)?;
    output.note(&format!("took over {count}"));
    Ok(Status::Done)
}

/// Tells what the machines would evaluate to; whether that is known.
fn evaluate(
    changes: &ChangeSet<'_>,
    files: &[String],
    hold: &mut Hold,
    root: &Root,
    output: &mut Output,
) -> bool {
    output
        .note("asking `nix eval` for each machine, as it is and as it would be: it takes a while");
    // Meanwhile others may write.
    hold.let_go();
    match output.during("asking Nix", || evaluated::report(changes, files, root)) {
        Ok(told) => {
            output.data(&told);
            true
        }
        Err(why) => {
            output.note(&format!("note: {why}, so options are told as they are written"));
            false
        }
    }
}

/// The reason why a file cannot be taken over, if there is one.
fn cannot(change: &Change<'_>) -> Option<String> {
    match (change.in_the_way, change.state) {
        (Some(what), _) => Some(format!("it is {what}")),
        (None, State::Missing) => Some("it is not there; `nixgen render` writes it".to_owned()),
        (None, State::Stale) => Some("it is nixgen's; `nixgen render` updates it".to_owned()),
        (None, State::Orphan | State::EditedOrphan | State::EjectedOrphan) => {
            Some("nixgen does not render it any more".to_owned())
        }
        _ => None,
    }
}
