//! The parts of a plan between two revisions besides what changes: what its author
//! changed, and what was no longer as it should be before.

use schemars::JsonSchema;
use serde::Serialize;

use super::hunks::{Action, File, line_counts};
use super::intent::ValueChange;
use crate::render::TemplateSource;
use crate::render::overrides::Overrides;

/// The revision that a plan begins at.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Base {
    /// Its name, as it was asked for.
    pub revision: String,
    /// The name of its commit.
    pub commit: String,
    /// The name of the commit that is checked out, which what changes is on top of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    /// The mistakes that keep its own source from being rendered. If there are any, the
    /// plan begins at the files that are committed there instead, and what of
    /// it was there before is not known.
    pub mistakes: Vec<String>,
    /// The values of the source that its author changed, by their lines; none
    /// where one of the two is no TOML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intent: Option<Vec<ValueChange>>,
    /// The templates of the user's that changed.
    pub templates: Vec<TemplateChange>,
    /// The committed files that were not what the source of that revision says.
    /// Their lines lead from what is committed to what was to be rendered. None
    /// where it cannot be rendered, or not all of them can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drift: Option<Vec<File>>,
}

/// A template of the user's that changes.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TemplateChange {
    /// The template that it takes the place of.
    pub name: String,
    /// Whether it comes, goes or changes.
    pub action: Action,
    /// How many lines come.
    pub added: usize,
    /// How many lines go.
    pub removed: usize,
}

impl Base {
    /// Whether there is nothing to say of it.
    pub fn is_empty(&self) -> bool {
        let no_intent = self.intent.as_ref().is_none_or(Vec::is_empty);
        no_intent && self.templates.is_empty() && self.drifted().is_empty()
    }

    /// The committed files of which it is known that they drifted.
    pub(super) fn drifted(&self) -> &[File] {
        self.drift.as_deref().unwrap_or_default()
    }

    /// The first letters of its commit's name.
    pub(super) fn short(&self) -> &str {
        short(&self.commit)
    }
}

/// The first letters of a commit's name.
pub(super) fn short(commit: &str) -> &str {
    commit.get(..8).unwrap_or(commit)
}

/// The templates of the user's that differ. One that takes the place of ours, or
/// gives way to it, differs from ours.
pub fn templates(old: &Overrides, new: &Overrides, ours: &[TemplateSource]) -> Vec<TemplateChange> {
    let mut names: Vec<&str> = old.texts().chain(new.texts()).map(|(name, _)| name).collect();
    names.sort_unstable();
    names.dedup();
    let of = |overrides: &Overrides, name: &str| {
        overrides.texts().find(|(own, _)| *own == name).map(|(_, text)| text)
    };
    let changes = names.into_iter().map(|name| (name, of(old, name), of(new, name)));
    let differing = changes.filter(|(_, old, new)| old != new);
    differing
        .map(|(name, old, new)| {
            let action = match (old, new) {
                (None, _) => Action::Create,
                (_, None) => Action::Delete,
                _ => Action::Update,
            };
            let own = ours.iter().find(|own| own.name == name).map_or("", |own| own.text);
            let (old, new) = (old.unwrap_or(own), new.unwrap_or(own));
            let (added, removed) = line_counts(name, old, new);
            TemplateChange { name: name.to_owned(), action, added, removed }
        })
        .collect()
}
