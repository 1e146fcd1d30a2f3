//! Other values that a value could have. None has to make sense: a line that
//! changes with the value comes from it.

use serde_json::Value;
use toml::de::{DeTable, DeValue};

use super::place::{REFERRED, get, table, texts_under};
use super::schema::{Schema, example};
use super::{Part, Place};
use crate::input::Document;
use crate::release::RELEASES;

/// The values that others are changed to.
pub(super) struct Others {
    schema: Schema,
    /// Texts that mean something where they are written: with one letter changed
    /// they are merely unknown. They are the names that a document defines, and
    /// the releases of NixOS.
    words: Vec<String>,
}

impl Others {
    pub(super) fn of(document: &Document<'_>) -> Self {
        let keys = |table: &DeTable<'_>| -> Vec<String> {
            table.keys().map(|key| key.get_ref().to_string()).collect()
        };
        let names = REFERRED.iter().filter_map(|path| table(document, path)).flat_map(keys);
        let releases = RELEASES.iter().map(|release| release.name.to_owned());
        Self { schema: Schema::new(), words: names.chain(releases).collect() }
    }

    /// The schema of the document.
    pub(super) fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Values near that of a place and values that mean something else, as TOML.
    pub(super) fn than(&self, document: &Document<'_>, place: &Place) -> Vec<String> {
        let schema = self.schema.at(&place.path);
        match place.part {
            Part::Name => Vec::new(),
            Part::Value => get(document, &place.path)
                .map(|value| self.near(document, place, value.get_ref(), schema))
                .unwrap_or_default(),
            Part::Default => {
                let Some(text) = schema.and_then(example) else { return Vec::new() };
                let Ok(value) = DeValue::parse(&text) else { return Vec::new() };
                let mut all = self.near(document, place, value.get_ref(), schema);
                all.push(text);
                all
            }
        }
    }

    fn near(
        &self,
        document: &Document<'_>,
        place: &Place,
        value: &DeValue<'_>,
        schema: Option<&Value>,
    ) -> Vec<String> {
        match value {
            DeValue::Boolean(value) => vec![(!value).to_string()],
            DeValue::Integer(number) => bumped(&number.to_string()),
            DeValue::Float(number) => bumped(&number.to_string()),
            DeValue::String(text) => {
                let choices = schema.and_then(|schema| schema["enum"].as_array());
                if let Some(choices) = choices {
                    let others = choices.iter().filter(|other| other.as_str() != Some(text));
                    return others.map(Value::to_string).collect();
                }
                let mut all = bumped(text);
                if self.words.iter().any(|word| word == text) {
                    all.extend(self.words.iter().filter(|word| *word != text).cloned());
                } else {
                    // What an image's tag says decides how its GPU is used.
                    all.extend(["x", "-rocm"].map(|end| format!("{text}{end}")));
                    all.push(format!("x{text}"));
                }
                if let Some(key) = place.path.last_key() {
                    let alike = texts_under(document, key);
                    all.extend(alike.into_iter().filter(|other| other != text).map(str::to_owned));
                }
                all.into_iter().map(quoted).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// A TOML string. JSON's escapes are among TOML's.
fn quoted(text: String) -> String {
    Value::from(text).to_string()
}

/// The text with one of its numbers raised or lowered by one, for each number:
/// that makes other addresses, sizes, releases and ports.
fn bumped(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut before = String::new();
    let is_digit = |c: &char| c.is_ascii_digit();
    for run in text.chars().collect::<Vec<_>>().chunk_by(|a, b| is_digit(a) == is_digit(b)) {
        let written: String = run.iter().collect();
        let after = text.strip_prefix(before.as_str()).and_then(|rest| rest.strip_prefix(&written));
        if let (Ok(number), Some(after)) = (written.parse::<u32>(), after) {
            let length = written.len();
            for near in [number.checked_add(1), number.checked_sub(1)].into_iter().flatten() {
                all.push(format!("{before}{near:0length$}{after}"));
            }
        }
        before += &written;
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
