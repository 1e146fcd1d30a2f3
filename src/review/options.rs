//! A changed value as a review shows it: on one line, lists by what they gain
//! and lose, and nothing that may be a secret.

use super::{Class, Difference, OptionChange, redact};
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
        (old, new) => vec![change(site, old, new)],
    }
}

fn change(site: Site<'_>, old: Option<&Value>, new: Option<&Value>) -> OptionChange {
    let show = |value: &Value| redact::value(site.path.split('.'), value).to_string();
    let items = match (old, new) {
        (Some(Value::List(old)), Some(Value::List(new))) => {
            Difference::of_items(old, new, |item| item, show)
        }
        _ => None,
    };
    let whole = || Difference { old: old.map(show), new: new.map(show), ..Difference::default() };
    OptionChange {
        difference: items.unwrap_or_else(whole),
        path: site.path,
        impact: site.impact,
        file: site.file.to_owned(),
        line: site.line,
        keys: Vec::new(),
        template: None,
        source: site.source,
        owner: site.owner.map(str::to_owned),
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
