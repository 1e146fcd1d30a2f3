//! The places of a document that decide something: its values, the names that the
//! user chose for tables and keys, and the keys that are left to their defaults.

use std::fmt;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use crate::input::Document;
use crate::source::Span;

/// One step from the top of a document to a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Key(String),
    Index(usize),
}

/// The way to a value, as TOML writes it: `vms.k8s-master.memory`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyPath(pub(super) Vec<Step>);

impl KeyPath {
    /// The way to what is under a key of it.
    pub(crate) fn key(&self, key: &str) -> Self {
        self.join(Step::Key(key.to_owned()))
    }

    /// The keys on the way.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|step| match step {
            Step::Key(key) => Some(key.as_str()),
            Step::Index(_) => None,
        })
    }

    fn join(&self, step: Step) -> Self {
        Self(self.0.iter().cloned().chain([step]).collect())
    }

    /// The way along some keys.
    pub fn of(keys: &[&str]) -> Self {
        Self(keys.iter().map(|key| Step::Key((*key).to_owned())).collect())
    }

    /// The same way from the end of another one, if it begins with that.
    pub(super) fn below(&self, start: &Self) -> Option<Self> {
        self.0.strip_prefix(start.0.as_slice()).map(|rest| Self(rest.to_vec()))
    }

    /// A way, and on from its end.
    pub(super) fn then(&self, rest: &Self) -> Self {
        Self(self.0.iter().chain(&rest.0).cloned().collect())
    }

    /// The last key, unless the way ends in a list.
    pub(super) fn last_key(&self) -> Option<&str> {
        self.split_key().map(|(_, key)| key)
    }

    /// The last key, and the keys before it.
    pub(super) fn split_key(&self) -> Option<(Vec<&str>, &str)> {
        let mut keys = Vec::with_capacity(self.0.len());
        for step in &self.0 {
            let Step::Key(key) = step else { return None };
            keys.push(key.as_str());
        }
        let last = keys.pop()?;
        Some((keys, last))
    }
}

impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        for (at, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) => {
                    let dot = if at == 0 { "" } else { "." };
                    if !key.is_empty() && key.chars().all(bare) {
                        write!(f, "{dot}{key}")?;
                    } else {
                        write!(f, "{dot}{key:?}")?;
                    }
                }
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// A machine, by where it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Machine<'a> {
    /// The table that it is in: `vms` or `hosts`.
    pub table: &'a str,
    /// Its name.
    pub name: &'a str,
}

/// The part of a document that decides something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// A value that is no table and no list.
    Value,
    /// A name that the user chose for a table or key.
    Name,
    /// A key that is not written, so that its default counts.
    Default,
}

/// A value, a name, or a key that could be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The way to it.
    pub path: KeyPath,
    /// The text that writes it, if one does.
    pub span: Option<Span>,
    /// The part that counts there.
    pub part: Part,
}

/// Every value and key that a document has, in the order of the file.
pub fn places(document: &Document<'_>) -> Vec<Place> {
    let mut found = Vec::new();
    collect(document, &KeyPath::default(), &mut found);
    found.sort_by_key(|place| place.span.as_ref().map(|span| span.start));
    found
}

/// The values and keys below a node.
pub(super) fn collect(node: &Document<'_>, path: &KeyPath, found: &mut Vec<Place>) {
    match node.get_ref() {
        DeValue::Table(table) => {
            for (key, value) in table {
                let path = path.key(key.get_ref());
                collect(value, &path, found);
                found.push(Place { path, span: Some(key.span()), part: Part::Name });
            }
        }
        DeValue::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, &path.join(Step::Index(index)), found);
            }
        }
        _ => {
            let span = Some(node.span());
            found.push(Place { path: path.clone(), span, part: Part::Value });
        }
    }
}

/// The node at the end of a way.
pub(super) fn get<'n, 'a>(mut node: &'n Document<'a>, path: &KeyPath) -> Option<&'n Document<'a>> {
    for step in &path.0 {
        node = match (step, node.get_ref()) {
            (Step::Key(key), DeValue::Table(table)) => table.get(key.as_str())?,
            (Step::Index(index), DeValue::Array(items)) => items.get(*index)?,
            _ => return None,
        };
    }
    Some(node)
}

/// The different texts that a document has under a key, wherever that is.
pub(super) fn texts_under<'n>(document: &'n Document<'_>, key: &str) -> Vec<&'n str> {
    let mut found = Vec::new();
    let mut open = vec![document];
    while let Some(node) = open.pop() {
        match node.get_ref() {
            DeValue::Table(table) => {
                found.extend(table.get(key).and_then(|value| value.get_ref().as_str()));
                open.extend(table.iter().map(|(_, value)| value));
            }
            DeValue::Array(items) => open.extend(items.iter()),
            _ => {}
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The same document with another value at the end of a way. Tables that are not
/// there are made.
pub(super) fn with<'a>(
    document: &Document<'a>,
    path: &KeyPath,
    value: DeValue<'a>,
) -> Document<'a> {
    let mut changed = document.clone();
    let mut node = &mut changed;
    for step in &path.0 {
        let next = match (step, node.get_mut()) {
            (Step::Key(key), DeValue::Table(table)) => {
                if !table.contains_key(key.as_str()) {
                    table.insert(made(key.clone().into()), made(DeValue::Table(DeTable::new())));
                }
                table.get_mut(key.as_str())
            }
            (Step::Index(index), DeValue::Array(items)) => items.get_mut(*index),
            _ => None,
        };
        let Some(next) = next else { return document.clone() };
        node = next;
    }
    *node.get_mut() = value;
    changed
}

/// The same document without what is at the end of a way.
pub(super) fn without<'a>(document: &Document<'a>, path: &KeyPath) -> Option<Document<'a>> {
    let (last, start) = path.0.split_last()?;
    let mut changed = document.clone();
    match (last, get_mut(&mut changed, &KeyPath(start.to_vec()))?) {
        (Step::Key(key), DeValue::Table(table)) => {
            table.remove(key.as_str())?;
        }
        (Step::Index(index), DeValue::Array(items)) => {
            let others = items.iter().enumerate().filter(|(at, _)| at != index);
            let mut rest = DeArray::new();
            others.for_each(|(_, item)| rest.push(item.clone()));
            *items = rest;
        }
        _ => return None,
    }
    Some(changed)
}

/// A node that stands nowhere in a file.
fn made<T>(value: T) -> Spanned<T> {
    Spanned::new(0..0, value)
}

fn get_mut<'n, 'a>(node: &'n mut Document<'a>, path: &KeyPath) -> Option<&'n mut DeValue<'a>> {
    let mut value = node.get_mut();
    for step in &path.0 {
        let next = match (step, value) {
            (Step::Key(key), DeValue::Table(table)) => table.get_mut(key.as_str())?,
            (Step::Index(index), DeValue::Array(items)) => items.get_mut(*index)?,
            _ => return None,
        };
        value = next.get_mut();
    }
    Some(value)
}

/// The table of a document under some keys.
pub(super) fn table<'n, 'a>(document: &'n Document<'a>, keys: &[&str]) -> Option<&'n DeTable<'a>> {
    keys.iter().try_fold(document.get_ref().as_table()?, |table, key| {
        table.get(*key)?.get_ref().as_table()
    })
}

/// The tables whose keys are names that values elsewhere refer to.
pub(super) const REFERRED: [&[&str]; 3] = [&["hosts"], &["vms"], &["network", "vlans"]];

/// The same document with another name for the last key of a way, and for what
/// refers to it.
pub(super) fn renamed<'a>(
    document: &Document<'a>,
    path: &KeyPath,
    name: &str,
) -> Option<Document<'a>> {
    let (keys, old) = path.split_key()?;
    let mut changed = document.clone();
    if REFERRED.contains(&keys.as_slice()) {
        rename_references(&mut changed, old, name);
    }
    let DeValue::Table(table) = get_mut(&mut changed, &KeyPath::of(&keys))? else { return None };
    rename_key(table, old, name);
    Some(changed)
}

fn rename_key(table: &mut DeTable<'_>, old: &str, name: &str) {
    if let Some((key, value)) = table.remove_entry(old) {
        let key = Spanned::new(key.span(), name.to_owned().into());
        table.insert(key, value);
    }
}

fn rename_references(node: &mut Document<'_>, old: &str, name: &str) {
    match node.get_mut() {
        DeValue::String(text) if text == old => *text = name.to_owned().into(),
        DeValue::Array(items) => {
            for item in items.iter_mut() {
                rename_references(item, old, name);
            }
        }
        DeValue::Table(table) => {
            // A host's own addresses are listed by the name of their VLAN.
            if let Some(DeValue::Table(addresses)) =
                table.get_mut("addresses").map(Spanned::get_mut)
            {
                rename_key(addresses, old, name);
            }
            for (_, value) in table.iter_mut() {
                rename_references(value, old, name);
            }
        }
        _ => {}
    }
}
