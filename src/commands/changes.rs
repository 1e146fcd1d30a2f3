//! The words of several commands about a change set, and the writing of it.

use anstyle::AnsiColor;

use super::{Failure, Output, removed};
use crate::cluster::Cluster;
use crate::disk::{self, ChangeSet, Hold, LOCK_FILE, State};
use crate::previous::Previous;
use crate::review::{self, Class, Node, format};

/// Prints the line that sums a change set up, and what it asks of the user.
pub(super) fn sum_up(cluster: &Cluster, changes: &ChangeSet<'_>, output: &mut Output) {
    output.note(&changes.summary());
    let by_version =
        changes.differing().filter(|change| changes.is_by_other_version(change)).count();
    if by_version > 0 {
        output.note(&format!(
            "note: {by_version} of them only differ because another version of nixgen wrote them, \
             from the same input"
        ));
    }
    if changes.is_merged() {
        output.note(&format!(
            "note: {LOCK_FILE} has conflicts of a merge; each side counts, and `nixgen render` resolves them"
        ));
    }
    let previous = Previous::read(cluster, |path| changes.old_attrs(path));
    for steps in removed::steps(cluster, &previous) {
        output.note(&format!("note: {steps}"));
    }
}

/// The colour of how a file stands: red where a person's work is in it.
pub(super) fn colour(state: State) -> AnsiColor {
    match state {
        _ if state.is_settled() => AnsiColor::Green,
        _ if state.is_protected() => AnsiColor::Red,
        _ => AnsiColor::Yellow,
    }
}

/// Says which machines' data is at risk, and whether any is.
pub(super) fn warn_of_risk(nodes: &[Node], output: &mut Output) -> bool {
    let mut any = false;
    for node in nodes {
        for risk in node.reasons.iter().filter(|reason| reason.impact == Class::DataRisk) {
            output.warning(&format!("DATA AT RISK on `{}`: {}", node.name, risk.text));
            any = true;
        }
    }
    any
}

/// Whether data is at risk and nobody said that this is meant.
pub(super) fn is_refused(
    nodes: &[Node],
    is_allowed: bool,
    command: &str,
    output: &mut Output,
) -> bool {
    let is_refused = warn_of_risk(nodes, output) && !is_allowed;
    if is_refused {
        output.error("refused: data is at risk; nothing was written");
        output.note(&format!("  `nixgen {command} --allow data-risk` goes on."));
    }
    is_refused
}

/// Prints every difference, file by file.
pub(super) fn show(changes: &ChangeSet<'_>, output: &mut Output) {
    let style = output.style();
    for change in changes.differing() {
        output.styled(&format::unified(&review::file(change), style));
    }
}

/// Does what the change set says, once it was shown, and tells where a person's text is kept.
pub(super) fn write(
    changes: &ChangeSet<'_>,
    hold: Hold,
    output: &mut Output,
) -> Result<(), Failure> {
    output.shown().map_err(|error| error.with_help("nothing was written"))?;
    let mut said = Vec::new();
    let written = output
        .during("writing", || disk::apply(changes, hold, &mut |text| said.push(text.to_owned())));
    for text in &said {
        output.warning(text);
    }
    written?;
    for (path, backup) in changes.backups() {
        output.note(&format!("what {path} held is kept in {backup}"));
    }
    Ok(())
}
