//! Plain data from its tokens alone. A syntax tree of the data of a thousand
//! machines would cost more than rendering it.

use std::collections::BTreeMap;

use rnix::SyntaxKind;

use super::{AttrPath, Attrs, Entry, Value, segment};

/// What a text sets, if it is a set of plain values and nothing else; of one that
/// is not, a syntax tree has to tell.
pub(super) fn read(text: &str) -> Option<Attrs> {
    let mut data = Data { tokens: rnix::tokenize(text), at: 0, depth: 0 };
    let (SyntaxKind::TOKEN_L_BRACE, _, offset) = data.next()? else { return None };
    let mut entries = BTreeMap::new();
    data.set(&mut Vec::new(), &mut entries, offset)?;
    data.next().is_none().then_some(Attrs { entries })
}

/// Adds an entry; what is said twice is for the tree to tell.
fn add(path: &[String], entry: Entry, entries: &mut BTreeMap<AttrPath, Entry>) -> Option<()> {
    entries.insert(AttrPath(path.to_vec()), entry).is_none().then_some(())
}

/// Deeper data is no machine's.
const DEEPEST: usize = 32;

/// A token, and where it begins.
type Placed<'a> = (SyntaxKind, &'a str, usize);

struct Data<T> {
    tokens: T,
    /// Where the next token begins.
    at: usize,
    depth: usize,
}

impl<'a, T: Iterator<Item = (SyntaxKind, &'a str)>> Data<T> {
    /// The next token that counts.
    fn next(&mut self) -> Option<Placed<'a>> {
        loop {
            let (kind, text) = self.tokens.next()?;
            let start = self.at;
            self.at += text.len();
            if !matches!(kind, SyntaxKind::TOKEN_WHITESPACE | SyntaxKind::TOKEN_COMMENT) {
                return Some((kind, text, start));
            }
        }
    }

    /// What is bound up to the end of a set, at a path.
    fn bindings(
        &mut self,
        path: &mut Vec<String>,
        entries: &mut BTreeMap<AttrPath, Entry>,
    ) -> Option<()> {
        let depth = path.len();
        loop {
            let mut token = self.next()?;
            if token.0 == SyntaxKind::TOKEN_R_BRACE {
                return Some(());
            }
            loop {
                path.push(self.name(token)?);
                match self.next()?.0 {
                    SyntaxKind::TOKEN_DOT => token = self.next()?,
                    SyntaxKind::TOKEN_ASSIGN => break,
                    _ => return None,
                }
            }
            let token = self.next()?;
            if token.0 == SyntaxKind::TOKEN_L_BRACE {
                self.set(path, entries, token.2)?;
            } else {
                let entry = Entry { value: self.value(token)?, offset: token.2 };
                add(path, entry, entries)?;
            }
            let (SyntaxKind::TOKEN_SEMICOLON, ..) = self.next()? else { return None };
            path.truncate(depth);
        }
    }

    /// What is bound in a set at a path; an empty one is a value itself.
    fn set(
        &mut self,
        path: &mut Vec<String>,
        entries: &mut BTreeMap<AttrPath, Entry>,
        offset: usize,
    ) -> Option<()> {
        let before = entries.len();
        self.deeper(|data| data.bindings(path, entries))?;
        if entries.len() == before {
            add(path, Entry { value: Value::Set(BTreeMap::new()), offset }, entries)?;
        }
        Some(())
    }

    fn deeper<R>(&mut self, read: impl FnOnce(&mut Self) -> Option<R>) -> Option<R> {
        self.depth += 1;
        let read = if self.depth > DEEPEST { None } else { read(self) };
        self.depth -= 1;
        read
    }

    fn name(&mut self, (kind, text, _): Placed<'a>) -> Option<String> {
        match kind {
            SyntaxKind::TOKEN_IDENT => Some(segment(text)),
            SyntaxKind::TOKEN_STRING_START if text == "\"" => Some(segment(self.string()?)),
            _ => None,
        }
    }

    fn value(&mut self, (kind, text, _): Placed<'a>) -> Option<Value> {
        match (kind, text) {
            (SyntaxKind::TOKEN_INTEGER, number) => number.parse().ok().map(Value::Int),
            (SyntaxKind::TOKEN_IDENT, "true") => Some(Value::Bool(true)),
            (SyntaxKind::TOKEN_IDENT, "false") => Some(Value::Bool(false)),
            (SyntaxKind::TOKEN_IDENT, "null") => Some(Value::Null),
            (SyntaxKind::TOKEN_STRING_START, "\"") => {
                self.string().map(|text| Value::Text(text.to_owned()))
            }
            (SyntaxKind::TOKEN_L_BRACK, _) => self.deeper(Self::list),
            (SyntaxKind::TOKEN_L_BRACE, _) => {
                let mut entries = BTreeMap::new();
                self.deeper(|data| data.bindings(&mut Vec::new(), &mut entries))?;
                let entries = entries.into_iter().map(|(path, entry)| (path, entry.value));
                Some(Value::Set(entries.collect()))
            }
            _ => None,
        }
    }

    fn list(&mut self) -> Option<Value> {
        let mut items = Vec::new();
        loop {
            let token = self.next()?;
            if token.0 == SyntaxKind::TOKEN_R_BRACK {
                return Some(Value::List(items));
            }
            items.push(self.value(token)?);
        }
    }

    /// The text of a string without interpolation and escapes.
    fn string(&mut self) -> Option<&'a str> {
        let (mut kind, mut text) = self.tokens.next()?;
        self.at += text.len();
        if kind == SyntaxKind::TOKEN_STRING_END {
            return Some("");
        }
        let content = text;
        if kind != SyntaxKind::TOKEN_STRING_CONTENT || content.contains(['\\', '\r', '$']) {
            return None;
        }
        (kind, text) = self.tokens.next()?;
        self.at += text.len();
        (kind == SyntaxKind::TOKEN_STRING_END).then_some(content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nix::attrs::read;

    #[test]
    fn the_tree_says_the_same() {
        for text in [
            "{ }",
            "{ a = 1; b.c = \"x\"; \"d e\".\"f\" = [ 1 \"\" true null { a.b = { }; } [ ] ]; }",
            "# c\n{\n  a = { b = { c = false; }; d = { }; };\n  e = { f = { }; g.h = 2; };\n}\n",
            "{ \"8s\".x = 1; \"if\" = 2; }",
        ] {
            assert!(super::read(text).is_some(), "{text}");
            let (plain, tree) = (super::read(text), read::tree(text));
            assert_eq!(plain, tree, "{text}");
            let offsets = |attrs: Option<Attrs>| -> Vec<usize> {
                attrs
                    .into_iter()
                    .flat_map(|it| it.entries.into_values())
                    .map(|it| it.offset)
                    .collect()
            };
            assert_eq!(offsets(plain), offsets(tree), "{text}");
        }
    }

    #[test]
    fn rendered_data_is_plain_and_reads_the_same() {
        let trees = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/trees");
        let mut count = 0;
        for entry in walkdir::WalkDir::new(trees) {
            let path = entry.expect("readable").into_path();
            if path.extension().is_none_or(|extension| extension != "nix") {
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("a text");
            let plain = super::read(&text);
            assert!(plain.is_none() || plain == read::tree(&text), "{}", path.display());
            count += usize::from(plain.is_some());
        }
        assert!(count >= 3, "{count} data files");
    }

    #[test]
    fn what_is_not_plain_is_left_to_the_tree() {
        for text in [
            "{ a = b; }",
            "{ a = -1; }",
            "{ a = (1); }",
            "{ a = \"\\n\"; }",
            "{ a = ''x''; }",
            "{ a = 1; a = 2; }",
            "rec { a = 1; }",
            "{ a = ./b; }",
            "{ inherit a; }",
            "{ a = 1 }",
            "{ a = 1; } x",
            "[ ]",
            "",
            "{ a = 99999999999999999999; }",
            "{ ${a} = 1; }",
            "{ a = { ",
            "{ a = 1.5; }",
            "{ a = \"${b}\"; }",
        ] {
            assert!(super::read(text).is_none(), "{text}");
        }
        let deep = "[ ".repeat(100) + &"] ".repeat(100);
        assert!(super::read(&format!("{{ a = {deep}; }}")).is_none());
    }
}
