//! The difference between two values.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;

/// The difference between two values, each written on one line: an option's as
/// Nix, a key's as TOML.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, JsonSchema)]
pub struct Difference {
    /// The value before, on one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    /// The value now, on one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
    /// The items that a list gains.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<String>,
    /// The items that a list loses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<String>,
}

impl Difference {
    /// The difference of two lists by their items, each known by its key; `None`
    /// where they only differ in their order.
    pub(crate) fn of_items<'a, T>(
        old: &'a [T],
        new: &'a [T],
        key: impl Fn(&'a T) -> String,
        show: impl Fn(&'a T) -> String,
    ) -> Option<Self> {
        let shown = |items: Vec<&'a T>| items.into_iter().map(&show).collect();
        let removed: Vec<String> = shown(without(old, new, &key));
        let added: Vec<String> = shown(without(new, old, &key));
        let differs = !removed.is_empty() || !added.is_empty();
        differs.then(|| Self { added, removed, ..Self::default() })
    }
}

/// The items that another list lacks, as often as it lacks them.
fn without<'a, T>(items: &'a [T], other: &'a [T], key: impl Fn(&'a T) -> String) -> Vec<&'a T> {
    let mut rest: HashMap<String, usize> = HashMap::new();
    for item in other {
        *rest.entry(key(item)).or_default() += 1;
    }
    let mut has = |item| {
        let count = rest.get_mut(&key(item))?;
        *count = count.checked_sub(1)?;
        Some(())
    };
    items.iter().filter(|item| has(item).is_none()).collect()
}
