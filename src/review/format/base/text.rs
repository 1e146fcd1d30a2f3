//! For a terminal.

use std::fmt::Write as _;

use anstyle::Style as Ansi;

use super::{named, nothing_known, place, template};
use crate::review::format::sides::Sides;
use crate::review::format::style::{BOLD, FAINT, NEW, OLD, Style};
use crate::review::format::{BY_VERSION, by_version};
use crate::review::{Base, File};
use crate::text::visible_line;

/// The changes, with all there is to say of the revision that they begin at.
pub fn around(changes: String, source: &str, base: Option<&Base>, style: Style) -> String {
    let Some(base) = base else { return changes };
    let changes = if changes.is_empty() { "  nothing\n".to_owned() } else { changes };
    format!("{}{changes}\n{}", before(base, source, style), after(base, style))
}

/// The part before the changes: what was meant by them.
pub fn before(base: &Base, source: &str, style: Style) -> String {
    let paint = |ansi: Ansi, text: &str| style.paint(ansi, text);
    let source = &visible_line(source);
    let title = format!("Intent: what changed in {source} since {}", visible_line(&named(base)));
    let mut out = paint(BOLD, &title) + "\n";
    let mut lines: Vec<(String, String, String)> = Vec::new();
    for change in base.intent.iter().flatten() {
        let values = Sides::new(&change.difference)
            .joined("  ", |side| paint(if side.is_new { NEW } else { OLD }, &side.text));
        let place = format!("   {}", paint(FAINT, &format!("({})", place(change, source))));
        lines.push((visible_line(&change.path).into_owned(), values, place));
    }
    for change in &base.templates {
        lines.push((format!("template {}", change.name), template(change), String::new()));
    }
    if base.intent.is_none() {
        let _ =
            writeln!(out, "  not known: {source} of {} is no TOML", visible_line(&base.revision));
    } else if lines.is_empty() {
        out.push_str("  nothing\n");
    }
    let width = lines.iter().map(|(path, ..)| path.chars().count()).max().unwrap_or(0);
    for (path, values, place) in lines {
        let _ = writeln!(out, "  {path:<width$}  {values}{place}");
    }
    let title = if base.mistakes.is_empty() {
        "Effect: what that does".to_owned()
    } else {
        format!("Effect: against what is committed in {}", visible_line(&base.revision))
    };
    let _ = writeln!(out, "\n{}", paint(BOLD, &title));
    out
}

/// The part after them: what was not as it should be before.
pub fn after(base: &Base, style: Style) -> String {
    let revision = visible_line(&base.revision);
    let title = format!("Drift: files of {revision} that were not what it says");
    let mut out = style.paint(BOLD, &title) + "\n";
    if let Some(why) = nothing_known(base) {
        let _ = writeln!(out, "  {}", visible_line(&why));
    } else if base.drifted().is_empty() {
        out.push_str("  none\n");
    }
    let (by_version, others) = by_version(base.drifted());
    files(&mut out, &others);
    if !by_version.is_empty() {
        let _ = writeln!(out, "{BY_VERSION}:");
    }
    files(&mut out, &by_version);
    out
}

fn files(out: &mut String, files: &[&File]) {
    for file in files {
        let (added, removed) = file.counts();
        let _ =
            writeln!(out, "  {:<14} {}  +{added} −{removed}", file.state, visible_line(&file.path));
    }
}
