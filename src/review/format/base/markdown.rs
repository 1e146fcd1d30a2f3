//! For a comment on a pull request.

use std::fmt::Write as _;

use super::{named, nothing_known, place, template};
use crate::render::markdown_code as code;
use crate::review::format::comment::prose;
use crate::review::format::sides::Sides;
use crate::review::format::table::table;
use crate::review::format::{BY_VERSION, by_version};
use crate::review::{Base, File};

/// The meaning of the changes, in at most so many bytes.
pub fn intent(base: &Base, source: &str, most: usize) -> String {
    let mut rows: Vec<[String; 2]> = Vec::new();
    for change in base.intent.iter().flatten() {
        let path =
            format!("{}<br><sub>{}</sub>", code(&change.path), prose(&place(change, source)));
        rows.push([path, Sides::new(&change.difference).joined(" ", |side| code(&side.text))]);
    }
    for change in &base.templates {
        rows.push([format!("template {}", code(&change.name)), template(change)]);
    }
    let mut out = format!("### Intent\n\nSince {}:", code(&named(base)));
    if base.intent.is_none() {
        out.push_str(" what changed in the file is not known, for one side of it is no TOML.");
    } else if rows.is_empty() {
        let _ = write!(out, " nothing in {} and no template.", code(source));
    }
    out.push_str("\n\n");
    table(&mut out, "", [&code(source), "change"], rows.into_iter(), most);
    out.push_str("### Effect\n\n");
    if !base.mistakes.is_empty() {
        let _ = writeln!(
            out,
            "> [!WARNING]\n> This nixgen cannot render what {} says, so this is against the files \
             that are committed there.",
            code(&base.revision)
        );
        for mistake in base.mistakes.iter().take(3) {
            let _ = writeln!(out, "> - {}", prose(mistake));
        }
        out.push('\n');
    }
    out
}

/// The files that were not as they should be before, in at most so many bytes.
pub fn drift(base: &Base, most: usize) -> String {
    let mut out = String::from("### Drift before\n\n");
    if let Some(why) = nothing_known(base) {
        let _ = writeln!(out, "{}.", prose(&why));
        return out;
    }
    let name = code(&base.revision);
    if base.drifted().is_empty() {
        let _ = writeln!(out, "None: every file in {name} was what it says.");
        return out;
    }
    let _ = writeln!(out, "Files that were not what {name} says, whatever changes here:\n");
    let (by_version, others) = by_version(base.drifted());
    table(&mut out, "", STATES, states(&others), most);
    if !by_version.is_empty() {
        let _ = writeln!(out, "{BY_VERSION}:\n");
        table(&mut out, "", STATES, states(&by_version), most);
    }
    out
}

const STATES: [&str; 2] = ["file", "state"];

fn states(files: &[&File]) -> impl Iterator<Item = [String; 2]> {
    files.iter().map(|file| {
        let (added, removed) = file.counts();
        [code(&file.path), format!("{}, +{added} −{removed}", file.state)]
    })
}
