//! A changed value as a review shows it: on one line, lists by what they gain
//! and lose, and nothing that may be a secret.

use super::{Class, OptionChange, redact};
use crate::nix::attrs::Value;
use crate::origin::Attribute;

/// Where a change is, and what it means.
#[derive(Debug, Clone)]
pub(super) struct Site<'a> {
    pub(super) path: String,
    pub(super) file: &'a str,
    pub(super) line: Option<usize>,
    pub(super) impact: Class,
    /// The attribute that brings it about.
    pub(super) source: Attribute,
    /// The machine whose that is, if it is one's.
    pub(super) owner: Option<&'a str>,
}

/// The changes to be shown of one that was found: a list of as many sets is
/// shown set by set.
pub(super) fn shown(site: Site<'_>, old: Option<&Value>, new: Option<&Value>) -> Vec<OptionChange> {
    match (old, new) {
        (Some(Value::List(old)), Some(Value::List(new)))
            if old.len() == new.len() && old.iter().chain(new).all(is_set) =>
        {
            let pairs = old.iter().zip(new).enumerate().filter(|(_, (old, new))| old != new);
            pairs.flat_map(|(index, (old, new))| fields(&site, index, old, new)).collect()
        }
        (Some(Value::List(old_items)), Some(Value::List(new_items))) => {
            let mut change = empty(site);
            let show = |value: &Value| show(&change.path, value);
            let removed: Vec<String> = without(old_items, new_items).map(show).collect();
            let added: Vec<String> = without(new_items, old_items).map(show).collect();
            if removed.is_empty() && added.is_empty() {
                (change.old, change.new) = (old.map(show), new.map(show));
            }
            (change.removed, change.added) = (removed, added);
            vec![change]
        }
        (old, new) => {
            let mut change = empty(site);
            let show = |value: &Value| show(&change.path, value);
            (change.old, change.new) = (old.map(show), new.map(show));
            vec![change]
        }
    }
}

fn is_set(value: &Value) -> bool {
    matches!(value, Value::Set(_))
}

/// What differs in two sets at the same place of a list.
fn fields(site: &Site<'_>, index: usize, old: &Value, new: &Value) -> Vec<OptionChange> {
    let (Value::Set(old), Value::Set(new)) = (old, new) else { return Vec::new() };
    let mut paths: Vec<_> = old.keys().chain(new.keys()).collect();
    paths.sort();
    paths.dedup();
    let differing = paths.into_iter().filter(|path| old.get(path) != new.get(path));
    differing
        .flat_map(|path| {
            let site = Site { path: format!("{}[{index}].{path}", site.path), ..site.clone() };
            shown(site, old.get(path), new.get(path))
        })
        .collect()
}

/// The items that another list lacks, as often as it lacks them.
fn without<'a>(items: &'a [Value], other: &'a [Value]) -> impl Iterator<Item = &'a Value> {
    let mut rest: Vec<&Value> = other.iter().collect();
    items.iter().filter(move |item| match rest.iter().position(|other| other == item) {
        Some(at) => {
            rest.swap_remove(at);
            false
        }
        None => true,
    })
}

fn show(path: &str, value: &Value) -> String {
    redact::value(path.split('.'), value).to_string()
}

fn empty(site: Site<'_>) -> OptionChange {
    OptionChange {
        path: site.path,
        old: None,
        new: None,
        added: Vec::new(),
        removed: Vec::new(),
        impact: site.impact,
        file: site.file.to_owned(),
        line: site.line,
        keys: Vec::new(),
        template: None,
        source: site.source,
        owner: site.owner.map(str::to_owned),
    }
}
