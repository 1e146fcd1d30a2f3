//! How many lines of each file change.

use std::fmt::Write as _;

use super::style::{NEW, OLD, Style};
use super::{BY_VERSION, base, by_version};
use crate::review::Base;
use crate::review::hunks::File;

/// The widest bar, in signs.
const BAR: usize = 40;

/// One line a file, as `git diff --stat` has them, and what there is to say of
/// the revision that they begin at.
pub fn stat(files: &[File], source: &str, base: Option<&Base>, style: Style) -> String {
    base::around(lines(files, style), source, base, style)
}

fn lines(files: &[File], style: Style) -> String {
    let width = files.iter().map(|file| file.path.chars().count()).max().unwrap_or(0);
    let most =
        files.iter().map(File::counts).map(|(added, removed)| added + removed).max().unwrap_or(0);
    let digits = most.to_string().len();
    let mut out = String::new();
    let (by_version, others) = by_version(files);
    let first = by_version.first().map(|file| &file.path);
    for file in others.into_iter().chain(by_version.iter().copied()) {
        if Some(&file.path) == first {
            let _ = writeln!(out, "{BY_VERSION}:");
        }
        let (added, removed) = file.counts();
        let _ = write!(out, " {:<width$} | {:>digits$}", file.path, added + removed);
        let scaled = |count: usize| match most {
            0..=BAR => count,
            most => (count * BAR).div_ceil(most),
        };
        let (plus, minus) = ("+".repeat(scaled(added)), "-".repeat(scaled(removed)));
        if !(plus.is_empty() && minus.is_empty()) {
            let _ = write!(out, " {}{}", style.paint(NEW, &plus), style.paint(OLD, &minus));
        }
        let fate = file.fate().map_or_else(String::new, |fate| format!(" ({fate})"));
        let _ = writeln!(out, "{fate}");
    }
    out
}
