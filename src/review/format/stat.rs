//! How many lines of each file change.

use std::fmt::Write as _;

use anstyle::AnsiColor;

use super::{BY_VERSION, Style, base, by_version};
use crate::review::Base;
use crate::review::hunks::{self, Action, File};

/// The widest bar, in signs.
const BAR: usize = 40;

/// One line a file, as `git diff --stat` has them, and what there is to say of
/// the revision that they begin at.
pub fn stat(files: &[File], source: &str, base: Option<&Base>, style: Style) -> String {
    let lines = lines(files, style);
    let Some(base) = base else { return lines };
    let lines = if lines.is_empty() { "  nothing\n".to_owned() } else { lines };
    format!("{}{lines}\n{}", base::before(base, source, style), base::after(base, style))
}

fn lines(files: &[File], style: Style) -> String {
    let width = files.iter().map(|file| file.path.chars().count()).max().unwrap_or(0);
    let most = files.iter().map(counts).map(|(added, removed)| added + removed).max().unwrap_or(0);
    let digits = most.to_string().len();
    let mut out = String::new();
    let (by_version, others) = by_version(files);
    let first = by_version.first().map(|file| &file.path);
    for file in others.into_iter().chain(by_version.iter().copied()) {
        if Some(&file.path) == first {
            let _ = writeln!(out, "{BY_VERSION}:");
        }
        let (added, removed) = counts(file);
        let _ = write!(out, " {:<width$} | {:>digits$}", file.path, added + removed);
        let scaled = |count: usize| match most {
            0..=BAR => count,
            most => (count * BAR).div_ceil(most),
        };
        let bar = |count: usize, sign: &str, color: AnsiColor| match (sign.repeat(count), style) {
            (signs, Style::Plain) => signs,
            (signs, Style::Coloured) => {
                let ansi = color.on_default();
                format!("{ansi}{signs}{ansi:#}")
            }
        };
        let (plus, minus) = (scaled(added), scaled(removed));
        if plus + minus > 0 {
            let (plus, minus) = (bar(plus, "+", AnsiColor::Green), bar(minus, "-", AnsiColor::Red));
            let _ = write!(out, " {plus}{minus}");
        }
        let _ = match (&file.in_the_way, file.action) {
            (Some(what), _) => writeln!(out, " ({what} is in the way)"),
            (None, Action::Create) => writeln!(out, " (new)"),
            (None, Action::Delete) => writeln!(out, " (gone)"),
            (None, Action::Keep) => writeln!(out, " (yours)"),
            (None, _) => writeln!(out),
        };
    }
    out
}

/// How many lines come, and how many go.
pub(super) fn counts(file: &File) -> (usize, usize) {
    hunks::counts(&file.hunks)
}
