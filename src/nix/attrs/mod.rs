//! The attributes that a Nix text sets, path by path, so that two texts
//! can be compared by what they say and layout never counts.
//!
//! Nested sets, dotted and quoted keys, `inherit`, the arguments of a module
//! and the kinds of string literal are only spelling. What cannot be known
//! without evaluating stays code, in one canonical spelling without comments,
//! so that every change of meaning is a change of some entry.

mod code;
mod plain;
mod read;
mod with;

pub(super) use read::literal;

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::render::{nix_attribute, nix_path, nix_string};

/// The attributes that a Nix text sets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attrs {
    /// The values by their paths.
    pub entries: BTreeMap<AttrPath, Entry>,
}

/// An attribute path. Its segments are spelled as in Nix: quoted where they
/// have to be. Segments that no attribute can have say how a value comes
/// about: `let.x` is what a name is bound to, `(if c)` stands before what
/// `mkIf c` guards, `x:` before what a function of `x` returns, and `//` holds
/// what is merged in without being a literal set.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttrPath(Vec<String>);

/// A value, and where its binding begins.
#[derive(Debug, Clone, Eq)]
pub struct Entry {
    /// The value.
    pub value: Value,
    /// Byte offset of the expression in the text.
    pub offset: usize,
}

/// A value, as far as it is known without evaluating.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A string without interpolation, by its value.
    Text(String),
    /// A path.
    Path(String),
    /// A list, element by element.
    List(Vec<Value>),
    /// A set in a list, or an empty one.
    Set(BTreeMap<AttrPath, Value>),
    /// Any other expression, canonically spelled.
    Code(String),
}

/// An attribute that is not the same in two texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changed<'a> {
    /// Its path.
    pub path: &'a AttrPath,
    /// Its entry in the old text, if it has one.
    pub old: Option<&'a Entry>,
    /// Its entry in the new text, if it has one.
    pub new: Option<&'a Entry>,
}

impl FromStr for Attrs {
    type Err = NotNix;

    /// Reads a Nix text; one with syntax errors says nothing.
    fn from_str(text: &str) -> Result<Self, NotNix> {
        read::read(text).ok_or(NotNix)
    }
}

/// The text is not valid Nix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotNix;

impl Attrs {
    /// Reads a syntax tree without errors.
    pub(super) fn of(root: &rnix::Root) -> Self {
        read::entries(root)
    }

    /// The value at a path of plain names.
    pub fn get(&self, path: &[&str]) -> Option<&Value> {
        self.entries.get(&AttrPath::of(path)).map(|entry| &entry.value)
    }

    /// The files that a module imports, as they are written: relative to it.
    /// Imports that have to be evaluated are not among them.
    pub fn imports(&self) -> impl Iterator<Item = &str> {
        let items = match self.entries.get(&AttrPath::of(&["imports"])) {
            Some(Entry { value: Value::List(items), .. }) => items.as_slice(),
            _ => &[],
        };
        items.iter().filter_map(|item| match item {
            Value::Path(path) => Some(path.as_str()),
            _ => None,
        })
    }

    /// The attributes that differ, in the order of their paths.
    pub fn changes<'a>(&'a self, new: &'a Self) -> Vec<Changed<'a>> {
        let (mut old, mut new) = (self.entries.iter().peekable(), new.entries.iter().peekable());
        let mut changes = Vec::new();
        loop {
            let order = match (old.peek(), new.peek()) {
                (None, None) => return changes,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some((a, _)), Some((b, _))) => a.cmp(b),
            };
            let old = old.next_if(|_| order != Ordering::Greater);
            let new = new.next_if(|_| order != Ordering::Less);
            let Some((path, _)) = old.or(new) else { return changes };
            let (old, new) = (old.map(|(_, entry)| entry), new.map(|(_, entry)| entry));
            if old != new {
                changes.push(Changed { path, old, new });
            }
        }
    }
}

impl AttrPath {
    /// The segments, spelled as in Nix.
    pub fn segments(&self) -> &[String] {
        &self.0
    }

    /// The segments as plain names, which need no escapes.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|segment| segment.trim_matches('"'))
    }

    /// The path of plain names.
    pub fn of(names: &[&str]) -> Self {
        Self(names.iter().map(|name| segment(name)).collect())
    }

    /// The path without the conditions on it.
    #[must_use]
    pub fn unconditional(&self) -> Self {
        Self(self.0.iter().filter(|segment| !segment.starts_with("(if ")).cloned().collect())
    }

    /// The same path with another name at a place.
    #[must_use]
    pub fn with(&self, at: usize, name: &str) -> Self {
        let mut path = self.clone();
        if let Some(old) = path.0.get_mut(at) {
            *old = segment(name);
        }
        path
    }

    /// The path behind the first segments.
    #[must_use]
    pub fn without(&self, first: usize) -> Self {
        Self(self.0.iter().skip(first).cloned().collect())
    }
}

impl Value {
    /// The text, where it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The texts in a list.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let items = if let Self::List(items) = self { items.as_slice() } else { &[] };
        items.iter().filter_map(Self::text)
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl fmt::Display for AttrPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

impl fmt::Display for Value {
    /// On one line, as Nix.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Text(text) => f.write_str(&nix_string(text)),
            Self::Path(path) => f.write_str(&nix_path(path)),
            Self::Code(code) => f.write_str(code),
            Self::List(items) => {
                f.write_str("[ ")?;
                for item in items {
                    match item {
                        Self::Code(code) if code.contains(' ') => write!(f, "({code}) ")?,
                        item => write!(f, "{item} ")?,
                    }
                }
                f.write_str("]")
            }
            Self::Set(entries) => {
                f.write_str("{ ")?;
                for (path, value) in entries {
                    write!(f, "{path} = {value}; ")?;
                }
                f.write_str("}")
            }
        }
    }
}

/// A segment for an attribute's name.
fn segment(name: &str) -> String {
    nix_attribute(name)
}
