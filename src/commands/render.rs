//! `nixgen render`: show what changes, then write it, all or nothing.

use super::changes::{is_refused, show, sum_up, write};
use super::config::ConfigFile;
use super::prepare::prepare;
use super::{Outcome, Output, Status, git, in_clear, paths, ways_out};
use crate::cli::{Global, RenderArgs};
use crate::disk::Hold;
use crate::review::at_risk;

pub(super) fn run(args: &RenderArgs, global: &Global, output: &mut Output) -> Outcome {
    let file = ConfigFile::open(global)?;
    let prepared = prepare(&file, global, output)?;
    let root = &prepared.root;
    let holds = if args.dry_run { Hold::to_read } else { Hold::to_write };
    let mut hold = holds(root, &mut |text| output.warning(text))?;
    let mut changes = prepared.compare(output)?;
    let is_unasked = args.yes || args.dry_run || changes.is_in_sync();
    let asks = Output::is_interactive() && !is_unasked;
    // Others need not wait until a person has read all this.
    if asks || args.dry_run {
        hold.let_go();
    }
    if args.git_attributes {
        changes.mark_generated(root)?;
    }
    if let Some(paths) = &args.force {
        let given_up = paths::find(&changes, paths, root)?;
        changes.give_up(root, |change| {
            // What was ejected is in nobody's way: only by its name.
            if paths.is_empty() {
                change.state.is_protected() && !change.is_claimed()
            } else {
                given_up.contains(&change.path)
            }
        })?;
    }
    // Nobody can answer for what they were not shown.
    if asks || !output.is_quiet() {
        show(&changes, output);
    }
    sum_up(&prepared.loaded.cluster, &changes, output);

    let refused = ways_out::refused(&changes);
    if !refused.is_empty() {
        if !asks {
            ways_out::explain(&changes, &refused, root, output);
            return Ok(Status::Refused);
        }
        if !ways_out::ask(&mut changes, &refused, root, output)? {
            output.note("nothing was written");
            return Ok(Status::Refused);
        }
        output.note(&changes.summary());
    }
    let is_allowed = prepared.loaded.levels.allows_data_risk();
    let at_risk = at_risk(&prepared.loaded.cluster, &changes);
    if is_refused(&at_risk, is_allowed, "render", output) {
        return Ok(Status::Refused);
    }
    in_clear::tell(&prepared, &changes, output);
    if args.dry_run {
        return Ok(Status::Done);
    }
    if asks && changes.has_work() {
        let place = root.path().canonicalize();
        let place = place.as_deref().unwrap_or(root.path()).display();
        let question = format!("Write this to {place}?");
        if !output.confirm(&question) {
            output.note("nothing was written");
            return Ok(Status::Done);
        }
    }
    if changes.has_work() && !(asks || args.yes) {
        output.error("refused: nobody is there to be asked; nothing was written");
        output.note("  `nixgen render --yes` writes without asking.");
        return Ok(Status::Refused);
    }
    write(&changes, hold, output)?;
    let written = changes.written();
    if !written.is_empty() {
        output.note(&written);
    }
    ways_out::tell_of_kept(&changes, output);
    git::tell(&changes, root, args.git_add, asks, output);
    Ok(Status::Done)
}
