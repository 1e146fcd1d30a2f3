//! NixOS options as TOML can say them: `nixos` tables.

use serde::{Serialize, Serializer};
use toml::de::DeValue;

use super::decode::{Decode, Node, wrong_type};
use super::spanned::Spanned;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// Options, or the attributes of a set, in the order of their names. A list, because
/// most sets hold a single one, and a map would take a kilobyte for each.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options(Vec<(Spanned<String>, Setting)>);

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
        self.0.iter().map(|(name, value)| (name, value))
    }

    /// An attribute, and its name where it was written.
    pub fn get(&self, name: &str) -> Option<(&Spanned<String>, &Setting)> {
        let at = self.0.binary_search_by(|(own, _)| own.as_str().cmp(name)).ok()?;
        self.0.get(at).map(|(name, value)| (name, value))
    }

    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// These options and those of a base that they do not set: what both set is
    /// as it is here, and only sets are taken together.
    #[must_use]
    pub fn over(&self, base: &Self) -> Self {
        let merged = self.iter().map(|(name, own)| match (own, base.get(name)) {
            (Setting::Set(own), Some((_, Setting::Set(base)))) => {
                (name.clone(), Setting::Set(own.over(base)))
            }
            _ => (name.clone(), own.clone()),
        });
        let rest = base.0.iter().filter(|(name, _)| self.get(name).is_none()).cloned();
        merged.chain(rest).collect()
    }
}

impl FromIterator<(Spanned<String>, Setting)> for Options {
    fn from_iter<I: IntoIterator<Item = (Spanned<String>, Setting)>>(settings: I) -> Self {
        let mut all: Vec<_> = settings.into_iter().collect();
        all.sort_by(|(one, _), (other, _)| one.cmp(other));
        Self(all)
    }
}

impl Serialize for Options {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(name, value)| (name.as_str(), value)))
    }
}

impl Decode for Options {
    const IS_TABLE: bool = true;

    fn decode(node: Node<'_>, log: &mut Vec<Diagnostic>) -> Option<Self> {
        let Some(table) = node.get_ref().as_table() else {
            let instead = "write `{ services.nginx.enable = true }`";
            return wrong_type(node, "a table of NixOS options", Some(instead), log);
        };
        let decoded: Vec<_> = table
            .iter()
            .map(|(key, value)| {
                let name = without_nul(key.get_ref(), key.span(), log);
                let value = Setting::decode(value, log);
                Some((Spanned::at(name?, key.span()), value?))
            })
            .collect();
        decoded.into_iter().collect()
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
                let expected = "text, a number, a truth value, a list or a table";
                wrong_type(node, expected, Some("write the date in quotes, as text"), log)
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
        pairs.iter().map(|(name, value)| (spanned(name), value.clone())).collect()
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
