//! For a terminal.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style as Ansi};

use super::{Side, is_pair, named, nothing_known, place, sides, template};
use crate::review::format::stat::counts;
use crate::review::format::{BY_VERSION, Style, by_version, plain};
use crate::review::{Base, File};

/// What comes before the changes: what was meant by them.
pub fn before(base: &Base, source: &str, style: Style) -> String {
    let paint = |ansi: Ansi, text: &str| painted(style, ansi, text);
    let title = format!("Intent: what changed in {source} since {}", plain(&named(base)));
    let mut out = paint(Ansi::new().bold(), &title) + "\n";
    let mut lines: Vec<(String, String, String)> = Vec::new();
    for change in base.intent.iter().flatten() {
        let shown: Vec<String> = sides(change)
            .into_iter()
            .map(|side| match (side, is_pair(change)) {
                (Side::Old(value), true) => paint(OLD, &plain(&value)),
                (Side::New(value), true) => paint(NEW, &plain(&value)),
                (Side::Old(value), false) => paint(OLD, &format!("- {}", plain(&value))),
                (Side::New(value), false) => paint(NEW, &format!("+ {}", plain(&value))),
            })
            .collect();
        let values = shown.join(if is_pair(change) { " → " } else { "  " });
        let place = format!("   {}", paint(FAINT, &format!("({})", place(change, source))));
        lines.push((plain(&change.path), values, place));
    }
    for change in &base.templates {
        lines.push((format!("template {}", change.name), template(change), String::new()));
    }
    if base.intent.is_none() {
        let _ = writeln!(out, "  not known: {source} of {} is no TOML", plain(&base.revision));
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
        format!("Effect: against what is committed in {}", plain(&base.revision))
    };
    let _ = writeln!(out, "\n{}", paint(Ansi::new().bold(), &title));
    out
}

/// What comes after them: what was not as it should be before.
pub fn after(base: &Base, style: Style) -> String {
    let revision = plain(&base.revision);
    let title = format!("Drift: files of {revision} that were not what it says");
    let mut out = painted(style, Ansi::new().bold(), &title) + "\n";
    if !base.mistakes.is_empty() {
        let _ = writeln!(out, "  {}", plain(&nothing_known(base)));
    } else if base.drift.is_empty() {
        out.push_str("  none\n");
    }
    let (by_version, others) = by_version(&base.drift);
    files(&mut out, &others);
    if !by_version.is_empty() {
        let _ = writeln!(out, "{BY_VERSION}:");
    }
    files(&mut out, &by_version);
    out
}

fn files(out: &mut String, files: &[&File]) {
    for file in files {
        let (added, removed) = counts(file);
        let _ = writeln!(out, "  {:<14} {}  +{added} −{removed}", file.state, plain(&file.path));
    }
}

const OLD: Ansi = AnsiColor::Red.on_default();
const NEW: Ansi = AnsiColor::Green.on_default();
const FAINT: Ansi = Ansi::new().dimmed();

fn painted(style: Style, ansi: Ansi, text: &str) -> String {
    match style {
        Style::Plain => text.to_owned(),
        Style::Coloured => format!("{ansi}{text}{ansi:#}"),
    }
}
