//! The JSON Schema of `cluster.toml`, told by the same types that read it: a derived one
//! would have neither their patterns nor the defaults, and need each key's text twice.

use std::fmt::Display;

use serde_json::{Value, json};

use super::decode::{Decode, Map, Text};
use super::nixos::Options;
use super::spanned::Spanned;

/// A type that can say which TOML values it takes.
pub(crate) trait Describe: Sized {
    /// The schema of its values.
    fn schema() -> Value;

    /// How this value is written, where it is a single one.
    fn written(&self) -> Option<Value> {
        None
    }
}

/// A schema that says one word more.
pub(super) fn with(mut schema: Value, word: &str, what: impl Into<Value>) -> Value {
    if let Value::Object(words) = &mut schema {
        words.insert(word.to_owned(), what.into());
    }
    schema
}

/// The schema of a key of a table, and whether the table needs it.
pub(crate) fn key<T: Describe + Decode>(doc: &str, default: Option<T>) -> (Value, bool) {
    let mut schema = T::schema();
    schema = with(schema, "description", doc.trim());
    if let Some(written) = default.as_ref().and_then(Describe::written) {
        schema = with(schema, "default", written);
    }
    (schema, default.or_else(T::absent).is_none())
}

/// The schema of a table.
pub(crate) fn table<const N: usize>(keys: [(&str, (Value, bool)); N]) -> Value {
    let mut required = Vec::new();
    let mut properties = serde_json::Map::new();
    for (name, (schema, is_required)) in keys {
        if is_required {
            required.push(name);
        }
        properties.insert(name.to_owned(), schema);
    }
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn text<T: Text>() -> Value {
    let mut schema = json!({ "type": "string" });
    if let Some(pattern) = T::PATTERN {
        schema = with(schema, "pattern", pattern);
        schema = with(schema, "examples", json!([T::EXAMPLE]));
    } else if !T::choices().is_empty() {
        schema = with(schema, "enum", T::choices());
    }
    schema
}

impl<T: Text + Display> Describe for Spanned<T> {
    fn schema() -> Value {
        text::<T>()
    }

    fn written(&self) -> Option<Value> {
        Some(self.value.to_string().into())
    }
}

macro_rules! describe_integer {
    ($($int:ty)+) => {$(
        impl Describe for Spanned<$int> {
            fn schema() -> Value {
                json!({ "type": "integer", "minimum": <$int>::MIN, "maximum": <$int>::MAX })
            }

            fn written(&self) -> Option<Value> {
                Some(self.value.into())
            }
        }
    )+};
}

describe_integer! { u16 u32 }

impl Describe for Spanned<bool> {
    fn schema() -> Value {
        json!({ "type": "boolean" })
    }

    fn written(&self) -> Option<Value> {
        Some(self.value.into())
    }
}

impl<T: Describe> Describe for Option<T> {
    fn schema() -> Value {
        T::schema()
    }
}

impl<T: Describe> Describe for Vec<T> {
    fn schema() -> Value {
        json!({ "type": "array", "items": T::schema() })
    }
}

impl<K: Text, V: Describe> Describe for Map<K, V> {
    fn schema() -> Value {
        json!({
            "type": "object",
            "propertyNames": text::<K>(),
            "additionalProperties": V::schema(),
        })
    }
}

/// Any table: which options there are is for NixOS to say.
impl Describe for Options {
    fn schema() -> Value {
        json!({ "type": "object" })
    }
}
