//! The findings of a check, place by place, for the programs that show them beside
//! the files.

use super::hunks::Action;
use super::{Class, Node, Plan};
use crate::diagnostic::{Diagnostic, Severity};
use crate::disk::Unseen;
use crate::source::{Source, Span};
use crate::text::words;

/// One thing to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub level: Level,
    /// The stable name of what is found.
    pub rule: String,
    /// The file it is about, as seen from the working folder.
    pub file: String,
    /// Where in it, where that is known.
    pub place: Option<Place>,
    /// The message.
    pub message: String,
}

/// A place in a file: lines and columns from 1, columns in characters, the end
/// behind its last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Where it begins.
    pub start: (usize, usize),
    /// Where it ends.
    pub end: (usize, usize),
}

impl Place {
    const fn line(number: usize) -> Self {
        Self { start: (number, 1), end: (number, 1) }
    }
}

words! {
    /// How bad a finding is.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Level {
        /// The check fails.
        Error = "error",
        /// The user should know.
        Warning = "warning",
        /// The cost of a step.
        Note = "note",
    }
}

impl Finding {
    /// A diagnostic of the configuration.
    pub fn of_diagnostic(source: &Source, diagnostic: &Diagnostic) -> Self {
        let position = |offset| {
            let position = source.position(offset);
            (position.line, position.column)
        };
        let place = |span: &Span| Place { start: position(span.start), end: position(span.end) };
        let help = diagnostic.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
        Self {
            level: level(diagnostic.severity),
            rule: diagnostic.code.id().to_owned(),
            file: source.path().to_string_lossy().into_owned(),
            place: diagnostic.span.as_ref().map(place),
            message: format!("{}{help}", diagnostic.message),
        }
    }

    /// A lock that does not know what the files are.
    pub fn of_lock(file: String) -> Self {
        let message = "out of date: run `nixgen render`, and commit it together with the files";
        Self::of_file(Level::Error, "drift-stale", file, message)
    }

    /// The files that git does not know or ignores, and how bad that is.
    pub fn of_unseen(
        unseen: &Unseen,
        severity: Severity,
        seen: impl Fn(&str) -> String,
    ) -> Vec<Self> {
        let untracked = "not in git, so no clone has it; commit it with the others";
        let ignored = "ignored by git, so no clone has it; `git add --force` adds it";
        let of = |rule, message, file: &String| {
            Self::of_file(level(severity), rule, seen(file), message)
        };
        let untracked = unseen.untracked.iter().map(|it| of("drift-untracked", untracked, it));
        untracked.chain(unseen.ignored.iter().map(|it| of("drift-ignored", ignored, it))).collect()
    }

    fn of_file(level: Level, rule: &str, file: String, message: &str) -> Self {
        let (rule, message) = (rule.to_owned(), message.to_owned());
        Self { level, rule, file, place: None, message }
    }

    /// The findings of a plan: each file that is not as it should be, and each
    /// machine, at the line of the configuration that makes the impact. How bad it
    /// is that another version of nixgen wrote a file, the user may say; none
    /// for not at all.
    pub fn of_plan(
        plan: &Plan,
        source: &Source,
        by_version: Option<Severity>,
        seen: impl Fn(&str) -> String,
    ) -> Vec<Self> {
        let config = source.path().to_string_lossy();
        let files = plan.files.iter().filter_map(|file| {
            let level = match by_version {
                _ if !file.by_other_version => Level::Error,
                Some(severity) => level(severity),
                None => return None,
            };
            let what = match (&file.in_the_way, file.action) {
                (Some(what), _) => format!("{what} is in the way"),
                (None, Action::Keep) => "not wanted any more, and edited: delete it".to_owned(),
                (None, Action::Delete) => "not wanted any more".to_owned(),
                (None, Action::Create) => "not there".to_owned(),
                (None, _) if file.by_other_version => {
                    "as another version of nixgen wrote it, from the same input".to_owned()
                }
                (None, _) => file.state.to_owned(),
            };
            Some(Self {
                level,
                rule: format!("drift-{}", file.state.replace('+', "-")),
                file: seen(&file.path),
                place: file.hunks.first().map(|hunk| Place::line(hunk.old_start.max(1))),
                message: format!("{what}; `nixgen render` makes it what {config} says"),
            })
        });
        let nodes = plan.nodes.iter().map(|node| Self {
            level: if node.impact == Class::DataRisk { Level::Error } else { Level::Note },
            rule: format!("impact-{}", node.impact.word()),
            file: config.clone().into_owned(),
            place: line(node).map(Place::line),
            message: impact(node),
        });
        files.chain(nodes).collect()
    }
}

const fn level(severity: Severity) -> Level {
    match severity {
        Severity::Error | Severity::Refused => Level::Error,
        Severity::Warning => Level::Warning,
    }
}

/// The line that makes the heaviest impact, or else the one that names the machine.
fn line(node: &Node) -> Option<usize> {
    let option = node.reasons.first().and_then(|reason| reason.option.as_ref());
    let change = node.options.iter().find(|change| Some(&change.path) == option);
    change.and_then(|change| change.keys.first()?.line).or(node.line)
}

fn impact(node: &Node) -> String {
    let reasons: Vec<&str> = node.reasons.iter().map(|reason| reason.text.as_str()).collect();
    format!("{}: {}: {}", node.name, node.label(node.impact), reasons.join("; "))
}
