//! What a Nix text sets, attribute path by attribute path, so that two texts
//! can be compared by what they say and layout never counts.
//!
//! Nested sets, dotted and quoted keys, `inherit`, the arguments of a module
//! and the kinds of string literal are only spelling. What cannot be known
//! without evaluating stays code, in one canonical spelling without comments,
//! so that every change of meaning is a change of some entry.

mod code;
mod plain;
mod read;

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::render::{nix_attribute, nix_path, nix_string};

/// What a Nix text sets.
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
    /// What the old text sets, if it does.
    pub old: Option<&'a Entry>,
    /// What the new text sets, if it does.
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
        Self(self.0[first.min(self.0.len())..].to_vec())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Attrs {
        text.parse().unwrap_or_else(|NotNix| panic!("not Nix: {text}"))
    }

    fn lines(text: &str) -> Vec<String> {
        let attrs = read(text);
        attrs.entries.iter().map(|(path, entry)| format!("{path} = {}", entry.value)).collect()
    }

    #[test]
    fn spelling_and_layout_are_not_content() {
        let plain = r#"{ a.b = 1; a."c d" = "x\ny"; "e" = { f = [ 1 (2) ]; }; g = x.g; }"#;
        let other = "# a comment\n{ lib, x ? 1, ... }: rec {\n  a = { b = 1; \"c d\" = ''\n    x\n    y''; };\n  e.f = [ 1 2 /* two */ ];\n  inherit (x) g;\n}\n";
        let without_default = other.replace(" ? 1", "");
        assert_eq!(read(plain), read(&without_default));
        assert_eq!(
            lines(plain),
            [r#"a."c d" = "x\ny""#, "a.b = 1", "e.f = [ 1 2 ]", "g = x.g"].map(str::to_owned)
        );
        assert!(lines(other).contains(&"let.x = 1".to_owned()), "a default is a value");
    }

    #[test]
    fn code_is_compared_by_its_tokens() {
        let a = "{ a = lib.concatMapStringsSep \"-\" (x: \"-${ toString x }\") (f  y).z; }";
        let b = "{ a = lib.concatMapStringsSep # c\n ''-'' (x:\n\"-${toString x}\")\n(f y) .z; }";
        assert_eq!(read(a), read(b));
        let spelled = r#"a = lib.concatMapStringsSep "-" (x: "-${toString x}") (f y).z"#;
        assert_eq!(lines(a), [spelled]);
        assert_ne!(read("{ a = f x; }"), read("{ a = f y; }"));
        assert_eq!(lines("{ a = f { b = [ ]; }; }"), ["a = f { b = [ ]; }"]);
    }

    #[test]
    fn bound_names_and_functions_are_entries_of_their_own() {
        let text =
            "{ lib, ... }: let inherit (data) v; f = x: { y = x; }; in with lib; { a = f v; }";
        assert_eq!(
            lines(text),
            ["a = f v", "let.f.x:.y = x", "let.v = data.v", "with = lib"].map(str::to_owned)
        );
    }

    #[test]
    fn the_last_literal_set_wins_and_the_rest_stays_code() {
        assert_eq!(lines("{ a.b = 1; c = 2; } // { a.d = 3; }"), ["a.d = 3", "c = 2"]);
        let merged = lines("{ n = { a = 1; } // lib.mapAttrs f x; }");
        assert_eq!(merged, ["n.// = { … } // lib.mapAttrs f x", "n.a = 1"]);
        assert_ne!(read("{ a = 1; } // x"), read("x // { a = 1; }"));
    }

    #[test]
    fn conditions_stand_before_what_they_guard() {
        assert_eq!(lines("{ a = lib.mkIf c { b = 1; }; }"), ["a.(if c).b = 1"]);
        assert_eq!(lines("{ a = lib.mkIf c 1; }"), ["a = lib.mkIf c 1"]);
        assert_eq!(
            lines("lib.mkMerge [ { a = 1; } (lib.mkIf c { a = 2; }) ]"),
            ["(if c).a = 2", "a = 1"]
        );
        let twice = lines("{ x = mkMerge [ { a = 1; } { a = 2; } ]; }");
        assert_eq!(twice, ["x = mkMerge [ { a = 1; } { a = 2; } ]"]);
    }

    #[test]
    fn values_keep_their_kinds() {
        let attrs =
            read("{ l = [ null true (-3) ./a.nix http://x.y { b.c = 1; } { } ]; e = { }; }");
        let entry = |name| &attrs.entries[&AttrPath(vec![String::from(name)])].value;
        assert_eq!(*entry("e"), Value::Set(BTreeMap::new()));
        let c = AttrPath(["b", "c"].map(str::to_owned).to_vec());
        assert_eq!(
            *entry("l"),
            Value::List(vec![
                Value::Null,
                Value::Bool(true),
                Value::Int(-3),
                Value::Path("./a.nix".to_owned()),
                Value::Text("http://x.y".to_owned()),
                Value::Set(BTreeMap::from([(c, Value::Int(1))])),
                Value::Set(BTreeMap::new()),
            ])
        );
        assert_eq!(
            entry("l").to_string(),
            "[ null true -3 ./a.nix \"http://x.y\" { b.c = 1; } { } ]"
        );
    }

    #[test]
    fn depth_is_bounded() {
        let lists = |depth: usize| "[ ".repeat(depth) + &"] ".repeat(depth);
        assert!(format!("{{ a = {}; }}", lists(100)).parse::<Attrs>().is_ok());
        for text in [lists(10_000), "[".repeat(100_000), "{a=".repeat(100_000)] {
            assert!(text.parse::<Attrs>().is_err());
        }
    }

    #[test]
    fn values_are_found_by_plain_names() {
        let attrs = read("{ a.\"8 s\" = [ \"x\" 1 \"y\" ]; \"b\".c = \"z\"; b.d = 1; }");
        let list = attrs.get(&["a", "8 s"]).expect("a list");
        assert_eq!(list.texts().collect::<Vec<_>>(), ["x", "y"]);
        assert_eq!(attrs.get(&["b", "c"]).and_then(Value::text), Some("z"));
        assert_eq!(attrs.get(&["b", "d"]).and_then(Value::text), None);
        assert_eq!(attrs.get(&["b"]), None);
    }

    #[test]
    fn imports_are_the_paths_that_are_written() {
        let attrs = read(
            "{ imports = [ ../a.nix (./. + \"/../b c.nix\") (./. + \"/./d e\") (import ./x) ]; }",
        );
        assert_eq!(attrs.imports().collect::<Vec<_>>(), ["../a.nix", "../b c.nix", "./d e"]);
    }

    #[test]
    fn changes_are_what_differs() {
        let (old, new) = (read("{ a = 1; b = 2; c = 3; }"), read("{ b = 2; c = 4; d = 5; }"));
        let changes = old.changes(&new);
        let shown: Vec<String> = changes
            .iter()
            .map(|change| {
                let value = |entry: Option<&Entry>| entry.map(|entry| entry.value.to_string());
                format!("{} {:?} {:?}", change.path, value(change.old), value(change.new))
            })
            .collect();
        assert_eq!(
            shown,
            ["a Some(\"1\") None", "c Some(\"3\") Some(\"4\")", "d None Some(\"5\")"]
        );
        assert_eq!(changes[1].new.map(|entry| entry.offset), Some(13));
        assert!("{ a = ; }".parse::<Attrs>().is_err());
    }
}
