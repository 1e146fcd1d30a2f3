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
    /// The difference of two lists by their items, each as it is and as it is shown;
    /// `None` where they only differ in their order.
    pub(crate) fn of_items(old: &[(String, String)], new: &[(String, String)]) -> Option<Self> {
        let (removed, added) = (without(old, new), without(new, old));
        let differs = !removed.is_empty() || !added.is_empty();
        differs.then(|| Self { added, removed, ..Self::default() })
    }
}

/// The items that another list lacks, as often as it lacks them.
fn without(items: &[(String, String)], other: &[(String, String)]) -> Vec<String> {
    let mut rest: HashMap<&str, usize> = HashMap::new();
    for (item, _) in other {
        *rest.entry(item).or_default() += 1;
    }
    let mut has = |item: &str| {
        let count = rest.get_mut(item)?;
        *count = count.checked_sub(1)?;
        Some(())
    };
    let lacking = items.iter().filter(|(item, _)| has(item).is_none());
    lacking.map(|(_, shown)| shown.clone()).collect()
}
