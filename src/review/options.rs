//! A changed value as a review shows it: on one line, lists by what they gain
//! and lose, and nothing that may be a secret.

use super::{Difference, OptionChange, redact};
use crate::nix::attrs::Value;

/// The changes to be shown of one that was found, as it is but for the values: a list
/// of as many sets is shown set by set.
pub(super) fn shown(
    found: OptionChange,
    old: Option<&Value>,
    new: Option<&Value>,
) -> Vec<OptionChange> {
    match (old, new) {
        (Some(Value::List(old)), Some(Value::List(new)))
            if old.len() == new.len() && old.iter().chain(new).all(is_set) =>
        {
            let pairs = old.iter().zip(new).enumerate().filter(|(_, (old, new))| old != new);
            pairs.flat_map(|(index, (old, new))| fields(&found, index, old, new)).collect()
        }
        (old, new) => {
            let difference = difference(&found.path, old, new);
            vec![OptionChange { difference, ..found }]
        }
    }
}

fn difference(path: &str, old: Option<&Value>, new: Option<&Value>) -> Difference {
    let show = |value: &Value| redact::value(path.split('.'), value).to_string();
    let items = |list: Option<&Value>| redact::items(path.split('.'), list?);
    let items = items(old).zip(items(new)).and_then(|(old, new)| Difference::of_items(&old, &new));
    let whole = || Difference { old: old.map(show), new: new.map(show), ..Difference::default() };
    items.unwrap_or_else(whole)
}

fn is_set(value: &Value) -> bool {
    matches!(value, Value::Set(_))
}

/// A value, or what is shown of it where it is a text.
fn shown_text<'v>(value: Option<&'v Value>, shown: Option<&'v Value>) -> Option<&'v Value> {
    if value.is_some_and(|value| value.text().is_some()) { shown } else { value }
}

/// The attributes that differ in two sets at the same place of a list.
fn fields(found: &OptionChange, index: usize, old: &Value, new: &Value) -> Vec<OptionChange> {
    let redacted = |set: &Value| redact::value(found.path.split('.'), set);
    let (Value::Set(hidden_old), Value::Set(hidden_new)) = (redacted(old), redacted(new)) else {
        return Vec::new();
    };
    let (Value::Set(old), Value::Set(new)) = (old, new) else { return Vec::new() };
    let mut paths: Vec<_> = old.keys().chain(new.keys()).collect();
    paths.sort();
    paths.dedup();
    let differing = paths.into_iter().filter(|path| old.get(path) != new.get(path));
    // A name beside a text may say that it is a secret.
    differing
        .flat_map(|path| {
            let path_in_list = format!("{}[{index}].{path}", found.path);
            let field = OptionChange { path: path_in_list, ..found.clone() };
            shown(
                field,
                shown_text(old.get(path), hidden_old.get(path)),
                shown_text(new.get(path), hidden_new.get(path)),
            )
        })
        .collect()
}
