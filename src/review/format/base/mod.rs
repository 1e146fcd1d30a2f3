//! The parts of a review between two revisions that stand around what changes:
//! what its author changed, and what was no longer as it should be before.

mod markdown;
mod page;
mod text;

pub(super) use markdown::{drift as markdown_drift, intent as markdown_intent};
pub(super) use page::{Drift, Intent};
pub(super) use text::{after, around, before};

use crate::review::hunks::Action;
use crate::review::{Base, TemplateChange, ValueChange};

/// `cluster.toml:88`, or where it was.
fn place(change: &ValueChange, source: &str) -> String {
    match (change.line, change.old_line) {
        (Some(line), _) => format!("{source}:{line}"),
        (None, Some(line)) => format!("was {source}:{line}"),
        (None, None) => source.to_owned(),
    }
}

fn template(change: &TemplateChange) -> String {
    let what = match change.action {
        Action::Create => "yours now",
        Action::Delete => "nixgen's again",
        _ => "changed",
    };
    format!("{what}, +{} −{}", change.added, change.removed)
}

/// `main (3f2a91c0)`; a commit that is named by itself is named once.
fn named(base: &Base) -> String {
    if base.commit.starts_with(&base.revision) && base.revision.len() >= 7 {
        return base.short().to_owned();
    }
    format!("{} ({})", base.revision, base.short())
}

/// The reason why no drift is known, if none is.
fn nothing_known(base: &Base) -> Option<String> {
    let name = &base.revision;
    match (&base.drift, base.mistakes.is_empty()) {
        (Some(_), _) => None,
        (None, false) => Some(format!("not known: this nixgen cannot render what {name} says")),
        (None, true) => Some(format!("not known: what {name} has of the tree cannot be read")),
    }
}
