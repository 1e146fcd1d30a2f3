//! The values that an author changed in `cluster.toml`, by their keys. Comments,
//! layout and the order of keys are no change.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;
use toml::de::{DeTable, DeValue};

use super::{Difference, redact};
use crate::input::{Document, canonical};
use crate::origin::KeyPath;
use crate::source::Source;

/// A value of the source that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ValueChange {
    /// Its path, as TOML writes it.
    pub path: String,
    /// The values before and now.
    #[serde(flatten)]
    pub difference: Difference,
    /// The line of the value now, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The line of the value before, from 1, in the file of that revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_line: Option<usize>,
}

/// The changes from one text of the file to another, in the order of the lines.
pub fn intent(old: (&Source, &Document<'_>), new: (&Source, &Document<'_>)) -> Vec<ValueChange> {
    let mut walk = Walk { old: old.0, new: new.0, changes: Vec::new() };
    walk.between(&KeyPath::default(), Some(old.1), Some(new.1));
    let mut changes = walk.changes;
    changes.sort_by_key(|change| change.line.or(change.old_line));
    changes
}

struct Walk<'a> {
    old: &'a Source,
    new: &'a Source,
    changes: Vec<ValueChange>,
}

impl Walk<'_> {
    fn between(&mut self, path: &KeyPath, old: Option<&Document<'_>>, new: Option<&Document<'_>>) {
        // A table that comes is told by its values, and one that goes by itself.
        let is_walked = table(new).is_some() && (old.is_none() || table(old).is_some());
        let tables = [table(old), table(new)].into_iter().flatten();
        let names: BTreeSet<String> =
            tables.flat_map(DeTable::keys).map(|key| key.get_ref().to_string()).collect();
        if !is_walked || names.is_empty() {
            self.value(path, old, new);
            return;
        }
        for name in names {
            self.between(&path.key(&name), under(old, &name), under(new, &name));
        }
    }

    fn value(&mut self, path: &KeyPath, old: Option<&Document<'_>>, new: Option<&Document<'_>>) {
        let text = |node: Option<&Document<'_>>| node.map(|node| canonical(node.get_ref()));
        if text(old) == text(new) {
            return;
        }
        let show = |value: &DeValue<'_>| redact::toml(path.keys(), value);
        let line = |source: &Source, node: Option<&Document<'_>>| {
            node.map(|node| source.position(node.span().start).line)
        };
        let items = |node: Option<&Document<'_>>| redact::toml_items(path.keys(), node?.get_ref());
        let items =
            items(old).zip(items(new)).and_then(|(old, new)| Difference::of_items(&old, &new));
        let whole = |node: Option<&Document<'_>>| node.map(|node| show(node.get_ref()));
        self.changes.push(ValueChange {
            path: redact::key_path(path),
            difference: items.unwrap_or_else(|| Difference {
                old: whole(old),
                new: whole(new),
                ..Difference::default()
            }),
            line: line(self.new, new),
            old_line: line(self.old, old),
        });
    }
}

fn table<'n, 'a>(node: Option<&'n Document<'a>>) -> Option<&'n DeTable<'a>> {
    node.and_then(|node| node.get_ref().as_table())
}

fn under<'n, 'a>(node: Option<&'n Document<'a>>, key: &str) -> Option<&'n Document<'a>> {
    table(node).and_then(|table| table.get(key))
}
