//! From a TOML table to typed records, keeping every place and every mistake.
//!
//! serde stops at the first mistake and loses places in several of its shapes,
//! so records are decoded by hand: [`record!`](super::record) writes the decoder
//! from the same lines that declare the struct.

use std::collections::{BTreeMap, BTreeSet};

use toml::Spanned as TomlSpanned;
use toml::de::{DeTable, DeValue};

use super::spanned::Spanned;
use crate::diagnostic::{Code, Diagnostic, MOST};
use crate::source::Span;
use crate::text::{closest, is_unseen, listed};

/// The most entries of a table or list that are read: each VM takes a few
/// kilobytes, and kubeadm counts as many nodes.
const MOST_ENTRIES: usize = 1 << 16;

/// A TOML value with its place.
pub(crate) type Node<'a> = &'a TomlSpanned<DeValue<'a>>;

/// A type that a TOML value can be turned into. `None` means that the reason
/// was logged.
pub(crate) trait Decode: Sized {
    /// Whether it is written as a table.
    const IS_TABLE: bool = false;

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
            let odd = text.chars().find(|c| is_unseen(*c) || (c.is_whitespace() && !c.is_ascii()));
            let help = match (odd, closest(text, T::choices().iter().copied())) {
                (Some(odd), _) => {
                    format!("take out the character U+{:04X}, which nobody sees", u32::from(odd))
                }
                (None, Some(near)) => format!("did you mean `{near}`?"),
                (None, None) => format!("expected {}", expected::<T>()),
            };
            log.push(Diagnostic::new(Code::InvalidValue, span, reason).help(help));
            None
        }
    }
}

/// What completes "expected …".
fn expected<T: Text>() -> String {
    match T::choices() {
        [only] => format!("`{only}`, the only one so far"),
        all if (1..=SHOWN).contains(&all.len()) => format!("one of {}", listed(all, SHOWN)),
        _ => T::EXPECTED.to_owned(),
    }
}

/// So many words are listed.
const SHOWN: usize = 24;

/// Says that a value is of another TOML type, and is none for that. Help that the type
/// alone does not give comes from the key ([`advise`](super::advice::advise)).
pub(super) fn wrong_type<T>(
    node: Node<'_>,
    expected: &str,
    instead: Option<&str>,
    log: &mut Vec<Diagnostic>,
) -> Option<T> {
    let message = format!("expected {expected}, found {}", kind(node.get_ref()));
    let found = Diagnostic::new(Code::WrongType, node.span(), message);
    log.push(match instead {
        Some(instead) => found.help(instead),
        None => found,
    });
    None
}

/// The kind of a value, in words.
fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "a truth value",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
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

impl<T: Text> Decode for Spanned<T> {
    fn decode(node: Node<'_>, log: &mut Vec<Diagnostic>) -> Option<Self> {
        let Some(written) = node.get_ref().as_str() else {
            return wrong_type(node, &expected::<T>(), Some(&in_quotes::<T>(node.get_ref())), log);
        };
        Some(Self::at(text(written, node.span(), log)?, node.span()))
    }
}

/// The help that makes a text of another value.
fn in_quotes<T: Text>(value: &DeValue<'_>) -> String {
    let plain = match value {
        DeValue::Integer(number) => number.as_str(),
        DeValue::Float(number) => number.as_str(),
        DeValue::Boolean(true) => "true",
        DeValue::Boolean(false) => "false",
        DeValue::Array(items) => {
            return match items.iter().map(|item| item.get_ref().as_str()).collect::<Vec<_>>()[..] {
                [Some(only)] => format!("write `\"{only}\"`, without brackets"),
                _ => "write one of them, without brackets".to_owned(),
            };
        }
        _ => return format!("write a text, such as `\"{}\"`", T::EXAMPLE),
    };
    match T::from_text(plain) {
        Ok(_) => format!("write `\"{plain}\"`"),
        Err(_) if !T::choices().is_empty() => "write one of these words, in quotes".to_owned(),
        Err(reason) => format!("{reason}, in quotes"),
    }
}

impl<T: Decode> Decode for Option<T> {
    const IS_TABLE: bool = T::IS_TABLE;

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
            let help = node.get_ref().as_str().filter(|text| text.len() < 80).map(|text| {
                let items: Vec<String> =
                    text.split(',').map(|item| format!("\"{}\"", item.trim())).collect();
                format!("write `[{}]`", items.join(", "))
            });
            let help = help.unwrap_or("write `[` before it and `]` behind it".to_owned());
            return wrong_type(node, "a list", Some(&help), log);
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
    /// Whether something was written that is no table.
    is_none: bool,
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
        self.is_none || self.broken.contains(key)
    }

    /// Whether any entry was written that could not be read.
    pub fn any_broken(&self) -> bool {
        self.is_none || !self.broken.is_empty()
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
        Self { entries: BTreeMap::new(), broken: BTreeSet::new(), is_none: false }
    }
}

impl<K: Text + Ord, V: Decode> Decode for Map<K, V> {
    const IS_TABLE: bool = true;

    fn decode(node: Node<'_>, log: &mut Vec<Diagnostic>) -> Option<Self> {
        let Some(table) = node.get_ref().as_table() else {
            wrong_type::<()>(node, "a table", None, log);
            return Some(Self { is_none: true, ..Self::default() });
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
    /// The keys that were asked for, and whether each is a table.
    known: Vec<(&'static str, bool)>,
    missing: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    /// Opens a table.
    pub(crate) fn open(node: Node<'a>, log: &mut Vec<Diagnostic>) -> Option<Self> {
        let Some(table) = node.get_ref().as_table() else {
            return wrong_type(node, "a table", None, log);
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
        self.known.push((key, T::IS_TABLE));
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
        let known = |key: &str| self.known.iter().any(|(known, _)| *known == key);
        let unknown = self.table.iter().filter(|(key, _)| !known(key.get_ref()));
        for (key, value) in unknown.take(MOST) {
            let message = format!("unknown key `{}`", key.get_ref());
            let found = Diagnostic::new(Code::UnknownKey, key.span(), message);
            // What is written as a table is no mistyped key of a text.
            let fits = |(_, is_table): &&(_, bool)| *is_table || !value.get_ref().is_table();
            let known = self.known.iter().filter(fits).map(|(known, _)| *known);
            let near = closest(key.get_ref(), self.missing.iter().copied())
                .or_else(|| closest(key.get_ref(), known));
            log.push(match near {
                Some(near) => found.help(format!("did you mean `{near}`?")),
                None => found,
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
