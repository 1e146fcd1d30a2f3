//! For a comment on a pull request.

use std::fmt::Write as _;

use super::{Side, is_pair, named, nothing_known, place, sides, template};
use crate::render::{markdown as text, markdown_code as code};
use crate::review::format::stat::counts;
use crate::review::format::{BY_VERSION, by_version, plain};
use crate::review::{Base, File};

/// What was meant by the changes, in at most so many bytes.
pub fn intent(base: &Base, source: &str, most: usize) -> String {
    let mut rows: Vec<[String; 2]> = Vec::new();
    for change in base.intent.iter().flatten() {
        let path = format!(
            "{}<br><sub>{}</sub>",
            code(&plain(&change.path)),
            text(&place(change, source))
        );
        let shown: Vec<String> = sides(change)
            .into_iter()
            .map(|side| match (side, is_pair(change)) {
                (Side::Old(value) | Side::New(value), true) => code(&plain(&value)),
                (Side::Old(value), false) => code(&format!("- {}", plain(&value))),
                (Side::New(value), false) => code(&format!("+ {}", plain(&value))),
            })
            .collect();
        rows.push([path, shown.join(if is_pair(change) { " → " } else { " " })]);
    }
    for change in &base.templates {
        rows.push([format!("template {}", code(&change.name)), template(change)]);
    }
    let mut out = format!("### Intent\n\nSince {}:", text(&plain(&named(base))));
    if base.intent.is_none() {
        out.push_str(" what changed in the file is not known, for one side of it is no TOML.");
    } else if rows.is_empty() {
        let _ = write!(out, " nothing in {} and no template.", code(source));
    }
    out.push_str("\n\n");
    table(&mut out, [source, "change"], &rows, most);
    out.push_str("### Effect\n\n");
    if !base.mistakes.is_empty() {
        let _ = writeln!(
            out,
            "> [!WARNING]\n> This nixgen cannot render what {} says, so this is against the files \
             that are committed there.",
            code(&plain(&base.revision))
        );
        for mistake in base.mistakes.iter().take(3) {
            let _ = writeln!(out, "> - {}", text(&plain(mistake)));
        }
        out.push('\n');
    }
    out
}

/// What was not as it should be before, in at most so many bytes.
pub fn drift(base: &Base, most: usize) -> String {
    let mut out = String::from("### Drift before\n\n");
    if !base.mistakes.is_empty() {
        let _ = writeln!(out, "{}.", text(&plain(&nothing_known(base))));
        return out;
    }
    let name = code(&plain(&base.revision));
    if base.drift.is_empty() {
        let _ = writeln!(out, "None: every file in {name} was what it says.");
        return out;
    }
    let _ = writeln!(out, "Files that were not what {name} says, whatever changes here:\n");
    let (by_version, others) = by_version(&base.drift);
    table(&mut out, ["file", "state"], &states(&others), most);
    if !by_version.is_empty() {
        let _ = writeln!(out, "{BY_VERSION}:\n");
        table(&mut out, ["file", "state"], &states(&by_version), most);
    }
    out
}

fn states(files: &[&File]) -> Vec<[String; 2]> {
    let row = |file: &&File| {
        let (added, removed) = counts(file);
        [code(&plain(&file.path)), format!("{}, +{added} −{removed}", file.state)]
    };
    files.iter().map(row).collect()
}

/// A table of as many rows as fit.
fn table(out: &mut String, heads: [&str; 2], rows: &[[String; 2]], most: usize) {
    if rows.is_empty() {
        return;
    }
    let heads = heads.map(text);
    let _ = write!(out, "| {} |\n|---|---|\n", heads.join(" | "));
    let mut left_out = 0;
    for row in rows {
        let line = format!("| {} |\n", row.join(" | "));
        if out.len() + line.len() + 100 > most {
            left_out += 1;
        } else {
            out.push_str(&line);
        }
    }
    if left_out > 0 {
        let _ = write!(out, "\n{left_out} more are left out.\n");
    }
    out.push('\n');
}
