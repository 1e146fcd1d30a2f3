//! Other values that a value could have. None has to make sense: a line that
//! changes with the value comes from it.

use toml::de::{DeTable, DeValue};

use super::place::{REFERRED, table};
use crate::input::Document;
use crate::input::types;
use crate::release::RELEASES;

/// Texts that mean something where they are written: with one letter changed they
/// are merely unknown.
pub(super) struct Words(Vec<String>);

impl Words {
    /// The names that a document defines, the words of choices, and the releases
    /// of NixOS.
    pub(super) fn of(document: &Document<'_>) -> Self {
        let keys = |table: &DeTable<'_>| -> Vec<String> {
            table.keys().map(|key| key.get_ref().to_string()).collect()
        };
        let names = REFERRED.iter().filter_map(|path| table(document, path)).flat_map(keys);
        let releases = RELEASES.iter().map(|release| release.name);
        Self(names.chain(types::words().chain(releases).map(str::to_owned)).collect())
    }
}

/// Values near this one and values that mean something else, as TOML.
/// `alike` are the values that stand under the same key elsewhere.
pub(super) fn variants(value: &DeValue<'_>, words: &Words, alike: &[&str]) -> Vec<String> {
    match value {
        DeValue::Boolean(value) => vec![(!value).to_string()],
        DeValue::Integer(number) => bumped(&number.to_string()),
        DeValue::Float(number) => bumped(&number.to_string()),
        DeValue::String(text) => {
            let mut all = bumped(text);
            if words.0.iter().any(|word| word == text) {
                all.extend(words.0.iter().filter(|word| *word != text).cloned());
            } else {
                // What an image's tag says decides how its GPU is used.
                all.extend(["x", "-rocm"].map(|end| format!("{text}{end}")));
                all.push(format!("x{text}"));
            }
            all.extend(alike.iter().filter(|other| **other != text).map(ToString::to_string));
            all.iter().map(|text| quoted(text)).collect()
        }
        _ => Vec::new(),
    }
}

/// A TOML string. JSON's escapes are among TOML's.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The text with one of its numbers raised or lowered by one, for each number:
/// that makes other addresses, sizes, releases and ports.
fn bumped(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let length = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if let Some(Ok(number)) = text.get(at..at + length).map(str::parse::<u32>) {
            for near in [number.checked_add(1), number.checked_sub(1)].into_iter().flatten() {
                all.push(format!("{}{near:0length$}{}", &text[..at], &text[at + length..]));
            }
        }
        at += length.max(1);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_changed() {
        assert_eq!(bumped("8GiB"), ["9GiB", "7GiB"]);
        assert_eq!(bumped("25.05"), ["26.05", "24.05", "25.06", "25.04"]);
        assert_eq!(bumped("0"), ["1"]);
        assert!(bumped("é").is_empty());
    }
}
