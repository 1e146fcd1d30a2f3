//! Workflow commands of GitHub Actions: each finding beside its line.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::comment::prose;
use crate::render::markdown_code as code;
use crate::review::findings::{Finding, Level};
use crate::text::{inert, visible};

/// GitHub shows no more of a kind.
const SHOWN: usize = 10;

/// Commands for the log, and Markdown for the summary of the step.
#[derive(Debug, PartialEq, Eq)]
pub struct Annotations {
    /// The commands, one a line.
    pub commands: String,
    /// The findings that are too many for commands, as Markdown.
    pub rest: String,
}

/// Findings as annotations, the worst first.
pub fn annotations(findings: &[Finding]) -> Annotations {
    let mut counts: BTreeMap<Level, usize> = BTreeMap::new();
    let (mut commands, mut rest) = (String::new(), String::new());
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by_key(|finding| finding.level);
    for finding in sorted {
        let count = counts.entry(finding.level).or_default();
        *count += 1;
        if *count <= SHOWN {
            commands.push_str(&command(finding));
        } else {
            let place = finding.place.map(|place| format!(":{}", place.start.0));
            let place = format!("{}{}", finding.file, place.unwrap_or_default());
            let _ = writeln!(rest, "- {} {}", code(&place), prose(&finding.message));
        }
    }
    if !rest.is_empty() {
        rest.insert_str(0, "### Further findings\n\n");
    }
    Annotations { commands, rest }
}

fn command(finding: &Finding) -> String {
    let word = match finding.level {
        Level::Note => "notice",
        level => level.word(),
    };
    let mut out = format!("::{word} file={}", property(&finding.file));
    if let Some(place) = finding.place {
        let _ = write!(out, ",line={},endLine={}", place.start.0, place.end.0);
        // Columns are only understood on one line.
        if place.start.0 == place.end.0 && place.end.1 > place.start.1 {
            let _ = write!(out, ",col={},endColumn={}", place.start.1, place.end.1);
        }
    }
    let _ = writeln!(out, ",title={}::{}", property(&finding.rule), data(&finding.message));
    out
}

/// A message, of which no character ends the command.
fn data(text: &str) -> String {
    inert(&visible(text)).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property, of which no character ends it either.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
