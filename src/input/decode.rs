//! From a TOML table to typed records, keeping every place and every mistake.
//!
//! serde stops at the first mistake and loses places in several of its shapes,
//! so records are decoded by hand: [`record!`](super::record) writes the decoder
//! from the same lines that declare the struct.

use std::collections::{BTreeMap, BTreeSet};

use toml::Spanned as TomlSpanned;
use toml::de::{DeFloat, DeInteger, DeTable, DeValue};

use super::spanned::Spanned;
use crate::diagnostic::{Code, Diagnostic, MOST};
use crate::source::Span;
use crate::text::{closest, listed};

/// The most entries of a table or list that are read: each VM takes a few
/// kilobytes, and kubeadm counts as many nodes.
const MOST_ENTRIES: usize = 1 << 16;

/// A TOML value with its place.
pub(crate) type Node<'a> = &'a TomlSpanned<DeValue<'a>>;

/// A type that a TOML value can be turned into. `None` means that the reason
/// was logged.
pub(crate) trait Decode: Sized {
    fn decode(node: Node<'_>, log: &mut Vec<Diagnostic>) -> Option<Self>;

    /// The value of a key that is not written; `None` makes it required.
    fn absent() -> Option<Self> {
        None
    }
}

/// A type that is written as a TOML string.
pub trait Text: Sized {
    /// The name of such a text, to complete "expected …".
    const EXPECTED: &'static str;

    /// One that is taken.
    const EXAMPLE: &'static str;

    /// A regular expression that every text matches that is taken, for editors.
    const PATTERN: Option<&'static str> = None;

    /// Reads it; the error says what is wrong with this very text.
    fn from_text(text: &str) -> Result<Self, String>;

    /// The texts that are taken, where they can be listed.
    fn choices() -> &'static [&'static str] {
        &[]
    }
}

/// Reads a text value at a place.
pub(crate) fn text<T: Text>(text: &str, span: Span, log: &mut Vec<Diagnostic>) -> Option<T> {
    match T::from_text(text) {
        Ok(value) => Some(value),
        Err(reason) => {
            let all = T::choices();
            let help = match closest(text, all.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if (1..=SHOWN).contains(&all.len()) => {
                    format!("expected one of {}", listed(all, SHOWN))
                }
                None => format!("expected {}", T::EXPECTED),
            };
            log.push(Diagnostic::new(Code::InvalidValue, span, reason).help(help));
            None
        }
    }
}

/// No table has more keys.
const SHOWN: usize = 24;

/// Says that a value is of another TOML type, and is none for that.
pub(super) fn wrong_type<T>(
    node: Node<'_>,
    expected: &str,
    instead: &str,
    log: &mut Vec<Diagnostic>,
) -> Option<T> {
    let message = format!("expected {expected}, found {}", article(node.get_ref().type_str()));
    log.push(Diagnostic::new(Code::WrongType, node.span(), message).help(instead));
    None
}

/// Whether so much was said that nobody wants to know more.
fn is_enough(log: &[Diagnostic]) -> bool {
    log.len() >= MOST
}

/// Whether there is more of something than any cluster has.
fn too_many(entries: usize, node: Node<'_>, log: &mut Vec<Diagnostic>) -> bool {
    if entries > MOST_ENTRIES {
        let message = format!("there are {entries} entries here, {MOST_ENTRIES} at most are read");
        log.push(Diagnostic::new(Code::TooLarge, node.span(), message));
    }
    entries > MOST_ENTRIES
}

fn article(kind: &str) -> String {
    match kind.chars().next() {
        Some('a' | 'e' | 'i' | 'o' | 'u') => format!("an {kind}"),
        _ => format!("a {kind}"),
    }
}

impl<T: Text> Decode for Spanned<T> {
    fn decode(node: Node<'_>, log: &mut Vec<Diagnostic>) -> Option<Self> {
        let Some(written) = node.get_ref().as_str() else {
            let value = node.get_ref();
            let number = value.as_integer().map(DeInteger::as_str);
            let help = match number.or(value.as_float().map(DeFloat::as_str)) {
                Some(number) => T::from_text(number).map_or_else(
                    |reason| format!("{reason}, in quotes"),
                    |_| format!("write `\"{number}\"`"),
                ),
                None => "write it in quotes: `\"…\"`".to_owned(),
            };
            return wrong_type(node, T::EXPECTED, &help, log);
        };
        Some(Self::at(text(written, node.span(), log)?, node.span()))
    }
}

macro_rules! decode_integer {
    ($($int:ty)+) => {$(
        impl Decode for Spanned<$int> {
            fn decode(node: Node<'_>, log: &mut Vec<Diagnostic>) -> Option<Self> {
                let Some(written) = node.get_ref().as_integer() else {
                    let text = node.get_ref().as_str();
                    let help = match text.filter(|text| text.parse::<$int>().is_ok()) {
                        Some(number) => format!("write `{number}`, without quotes"),
                        None => "write digits alone, without quotes".to_owned(),
                    };
                    return wrong_type(node, "a whole number", &help, log);
                };
                let Ok(value) = <$int>::from_str_radix(written.as_str(), written.radix()) else {
                    let (low, high) = (<$int>::MIN, <$int>::MAX);
                    log.push(Diagnostic::new(
                        Code::InvalidValue,
                        node.span(),
                        format!("the number must be from {low} to {high}"),
                    ));
                    return None;
                };
                Some(Self::at(value, node.span()))
            }
        }
    )+};
}

decode_integer! { u16 u32 }

impl Decode for Spanned<bool> {
    fn decode(node: Node<'_>, log: &mut Vec<Diagnostic>) -> Option<Self> {
        let Some(value) = node.get_ref().as_bool() else {
            let help = match node.get_ref().as_str() {
                Some(word @ ("true" | "false")) => format!("write `{word}`, without quotes"),
                _ => "write one of the two, without quotes".to_owned(),
            };
            return wrong_type(node, "`true` or `false`", &help, log);
        };
        Some(Self::at(value, node.span()))
    }
}

impl<T: Decode> Decode for Option<T> {
    fn decode(node: Node<'_>, log: &mut Vec<Diagnostic>) -> Option<Self> {
        T::decode(node, log).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(node: Node<'_>, log: &mut Vec<Diagnostic>) -> Option<Self> {
        let Some(array) = node.get_ref().as_array() else {
            let help = match node.get_ref().as_str() {
                Some(text) if text.len() < 80 => format!("write `[\"{text}\"]`"),
                _ => "write `[ … ]`, with commas between the values".to_owned(),
            };
            return wrong_type(node, "a list", &help, log);
        };
        if too_many(array.len(), node, log) {
            return None;
        }
        let decode = |item| if is_enough(log) { None } else { T::decode(item, log) };
        let decoded: Vec<Option<T>> = array.iter().map(decode).collect();
        decoded.into_iter().collect()
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }
}

/// A table whose keys the user chooses.
#[derive(Debug, Clone)]
pub struct Map<K, V> {
    entries: BTreeMap<Spanned<K>, V>,
    /// Keys that were written but whose value did not decode: a reference to
    /// one is not a second mistake.
    broken: BTreeSet<String>,
}

impl<K: Ord, V> Map<K, V> {
    /// The entries in the order of their keys, whatever the order in the file.
    pub fn iter(&self) -> impl Iterator<Item = (&Spanned<K>, &V)> {
        self.entries.iter()
    }

    /// The keys in order.
    pub fn keys(&self) -> impl Iterator<Item = &Spanned<K>> {
        self.entries.keys()
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether an entry was written that could not be read.
    pub fn is_broken(&self, key: &str) -> bool {
        self.broken.contains(key)
    }

    /// Whether any entry was written that could not be read.
    pub fn any_broken(&self) -> bool {
        !self.broken.is_empty()
    }
}

impl<K: Ord + Clone, V> Map<K, V> {
    /// The value of a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(&Spanned::implied(key.clone()))
    }
}

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Self { entries: BTreeMap::new(), broken: BTreeSet::new() }
    }
}

impl<K: Text + Ord, V: Decode> Decode for Map<K, V> {
    fn decode(node: Node<'_>, log: &mut Vec<Diagnostic>) -> Option<Self> {
        let Some(table) = node.get_ref().as_table() else {
            let instead = "write `{ name = … }`, with names of your own";
            return wrong_type(node, "a table", instead, log);
        };
        if too_many(table.len(), node, log) {
            return None;
        }
        let mut map = Self::default();
        for (key, value) in table {
            if is_enough(log) {
                return None;
            }
            let name = text::<K>(key.get_ref(), key.span(), log);
            let value = V::decode(value, log);
            match (name, value) {
                (Some(name), Some(value)) => {
                    // Two ways to write one key.
                    if map.entries.insert(Spanned::at(name, key.span()), value).is_some() {
                        let message = format!("`{}` is set twice", key.get_ref());
                        log.push(Diagnostic::new(Code::InvalidValue, key.span(), message));
                    }
                }
                _ => {
                    map.broken.insert(key.get_ref().to_string());
                }
            }
        }
        Some(map)
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

/// An open table: its keys are taken one by one, what is left is unknown.
pub(crate) struct Fields<'a> {
    table: &'a DeTable<'a>,
    span: Span,
    known: Vec<&'static str>,
    missing: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    /// Opens a table that has these keys.
    pub(crate) fn open(node: Node<'a>, keys: &[&str], log: &mut Vec<Diagnostic>) -> Option<Self> {
        let Some(table) = node.get_ref().as_table() else {
            let first = keys.first().copied().unwrap_or_default();
            let instead =
                format!("write `{{ {first} = … }}`; its keys are {}", listed(keys, SHOWN));
            return wrong_type(node, "a table", &instead, log);
        };
        Some(Self { table, span: node.span(), known: Vec::new(), missing: Vec::new() })
    }

    /// Takes one key. A value that does not decode leaves the default in its
    /// place where there is one, so that later checks still see the record.
    pub(crate) fn take<T: Decode>(
        &mut self,
        key: &'static str,
        default: Option<T>,
        log: &mut Vec<Diagnostic>,
    ) -> Option<T> {
        self.known.push(key);
        let fallback = default.or_else(T::absent);
        if let Some(node) = self.table.get(key) {
            return if is_enough(log) { fallback } else { T::decode(node, log).or(fallback) };
        }
        if fallback.is_none() {
            self.missing.push(key);
        }
        fallback
    }

    /// Reports the keys that are unknown and those that are missing. One that
    /// was mistyped is not missing as well.
    pub(crate) fn close(mut self, log: &mut Vec<Diagnostic>) {
        let known = |key: &str| self.known.contains(&key);
        for key in self.table.keys().filter(|key| !known(key.get_ref())).take(MOST) {
            let message = format!("unknown key `{}`", key.get_ref());
            let found = Diagnostic::new(Code::UnknownKey, key.span(), message);
            let near = closest(key.get_ref(), self.missing.iter().copied())
                .or_else(|| closest(key.get_ref(), self.known.iter().copied()));
            log.push(match near {
                Some(near) => found.help(format!("did you mean `{near}`?")),
                None => {
                    found.help(format!("the keys of this table are {}", listed(&self.known, SHOWN)))
                }
            });
            self.missing.retain(|key| Some(*key) != near);
        }
        for key in self.missing {
            // The file itself has no place to point at, and its keys are tables.
            let found = if self.span.is_empty() {
                let message = format!("the table `[{key}]` is missing");
                Diagnostic::new(Code::MissingKey, None, message)
                    .help(format!("add `[{key}]`; the shipped cluster.toml shows its keys"))
            } else {
                let message = format!("the key `{key}` is missing");
                Diagnostic::new(Code::MissingKey, self.span.clone(), message)
                    .help(format!("add `{key} = …` to this table"))
            };
            log.push(found);
        }
    }
}
