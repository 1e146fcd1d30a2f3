//! NixOS options as TOML can say them: `nixos` tables.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use toml::de::DeValue;

use super::Spanned;
use super::decode::{Decode, Node, wrong_type};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// Options, or the attributes of a set, by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options(BTreeMap<Spanned<String>, Setting>);

/// A value of an option.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Setting {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Another number that Nix can write.
    Float(f64),
    /// A string.
    Text(String),
    /// A list.
    List(Vec<Setting>),
    /// An attribute set.
    Set(Options),
}

impl Options {
    /// The attributes in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&Spanned<String>, &Setting)> {
        self.0.iter()
    }

    /// An attribute, and its name where it was written.
    pub fn get(&self, name: &str) -> Option<(&Spanned<String>, &Setting)> {
        self.0.get_key_value(&Spanned::implied(name.to_owned()))
    }

    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// These options and those of a base that they do not set: what both set is
    /// as it is here, and only sets are taken together.
    #[must_use]
    pub fn over(&self, base: &Self) -> Self {
        let mut all = base.clone();
        for (name, own) in &self.0 {
            let value = match (own, base.0.get(name)) {
                (Setting::Set(own), Some(Setting::Set(base))) => Setting::Set(own.over(base)),
                _ => own.clone(),
            };
            // The place of a key is where its value was written.
            all.0.remove(name);
            all.0.insert(name.clone(), value);
        }
        all
    }
}

impl Serialize for Options {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name.as_str(), value)))
    }
}

impl Decode for Options {
    fn decode(node: Node<'_>, log: &mut Vec<Diagnostic>) -> Option<Self> {
        let Some(table) = node.get_ref().as_table() else {
            wrong_type(
                node,
                "a table of NixOS options",
                "write `{ services.nginx.enable = true }`",
                log,
            );
            return None;
        };
        let decoded: Vec<_> = table
            .iter()
            .map(|(key, value)| {
                let name = without_nul(key.get_ref(), key.span(), log);
                let value = Setting::decode(value, log);
                Some((Spanned::at(name?, key.span()), value?))
            })
            .collect();
        decoded.into_iter().collect::<Option<_>>().map(Self)
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

impl Decode for Setting {
    fn decode(node: Node<'_>, log: &mut Vec<Diagnostic>) -> Option<Self> {
        let invalid = |log: &mut Vec<Diagnostic>, message: &str, help: &str| {
            log.push(Diagnostic::new(Code::InvalidValue, node.span(), message).help(help));
            None
        };
        match node.get_ref() {
            DeValue::Boolean(value) => Some(Self::Bool(*value)),
            DeValue::Integer(written) => {
                match i64::from_str_radix(written.as_str(), written.radix()) {
                    Ok(value) => Some(Self::Integer(value)),
                    Err(_) => invalid(
                        log,
                        "Nix has no whole number of this size",
                        "it must fit into 64 bits, with its sign",
                    ),
                }
            }
            DeValue::Float(written) => match written.as_str().parse::<f64>() {
                Ok(value) if value == 0.0 || value.is_normal() => Some(Self::Float(value)),
                _ => invalid(
                    log,
                    "Nix cannot write this number",
                    "it has neither infinity nor NaN, and takes no number that is nearly zero",
                ),
            },
            DeValue::String(text) => without_nul(text, node.span(), log).map(Self::Text),
            DeValue::Array(items) => {
                let decoded: Vec<_> = items.iter().map(|item| Self::decode(item, log)).collect();
                decoded.into_iter().collect::<Option<_>>().map(Self::List)
            }
            DeValue::Table(_) => Options::decode(node, log).map(Self::Set),
            DeValue::Datetime(_) => {
                wrong_type(
                    node,
                    "text, a number, a truth value, a list or a table",
                    "write the date in quotes, as text",
                    log,
                );
                None
            }
        }
    }
}

/// A text that Nix can hold.
fn without_nul(text: &str, span: Span, log: &mut Vec<Diagnostic>) -> Option<String> {
    if text.contains('\0') {
        let message = "Nix has no text with a NUL character in it";
        log.push(Diagnostic::new(Code::InvalidValue, span, message).help("leave `\\u0000` out"));
        return None;
    }
    Some(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(pairs: &[(&str, Setting)]) -> Options {
        let spanned = |name: &&str| Spanned::implied((*name).to_owned());
        Options(pairs.iter().map(|(name, value)| (spanned(name), value.clone())).collect())
    }

    #[test]
    fn what_is_nearer_wins_and_sets_are_taken_together() {
        let set = |pairs: &[(&str, Setting)]| Setting::Set(options(pairs));
        let list = |n| Setting::List(vec![Setting::Integer(n)]);
        let base = options(&[("a", set(&[("x", list(1)), ("y", list(1))])), ("b", list(1))]);
        let own = options(&[("a", set(&[("y", list(2))])), ("c", list(2))]);
        let both = options(&[
            ("a", set(&[("x", list(1)), ("y", list(2))])),
            ("b", list(1)),
            ("c", list(2)),
        ]);
        assert_eq!(own.over(&base), both);
        assert_eq!(own.over(&Options::default()), own);
        assert_eq!(options(&[("a", list(3))]).over(&base).0.len(), 2);
    }
}
