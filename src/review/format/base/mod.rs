//! The parts of a review between two revisions that stand around what changes:
//! what its author changed, and what was no longer as it should be before.

mod markdown;
mod page;
mod text;

pub(super) use markdown::{drift as markdown_drift, intent as markdown_intent};
pub(super) use page::{drift as page_drift, intent as page_intent};
pub(super) use text::{after, before};

use super::{clip, short};
use crate::review::hunks::Action;
use crate::review::{Base, TemplateChange, ValueChange};

/// A value that goes, or comes.
enum Side {
    Old(String),
    New(String),
}

/// What becomes of a value, cut to what fits beside its path. An old value and a
/// new one are one pair.
fn sides(change: &ValueChange) -> Vec<Side> {
    if let (Some(old), Some(new)) = (&change.old, &change.new) {
        let (old, new) = clip(old, new);
        return vec![Side::Old(old), Side::New(new)];
    }
    let old = change.old.iter().chain(&change.removed).map(|value| Side::Old(short(value)));
    let new = change.new.iter().chain(&change.added).map(|value| Side::New(short(value)));
    old.chain(new).collect()
}

/// Whether the two sides are one value before and after.
fn is_pair(change: &ValueChange) -> bool {
    change.old.is_some() && change.new.is_some()
}

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

fn nothing_known(base: &Base) -> String {
    format!("not known: this nixgen cannot render what {} says", base.revision)
}
