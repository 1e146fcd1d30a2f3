//! What rnix lets pass and Nix would not, and what no careful author would
//! write: one check a file.

mod boolean;
mod concatenation;
mod data;
mod duplicates;
mod has_attr;
mod inherits;
mod lets;
mod parentheses;
mod paths;
mod plain;
mod repeated_keys;
mod scope;
mod uri;
mod values;
mod with;

pub(super) use data::check as data;
pub(super) use paths::Reference;
pub(crate) use paths::below_root;
pub(super) use plain::is_plain;
pub(super) use values::check as values;

use rnix::{NodeOrToken, SyntaxKind, SyntaxNode};

/// What is wrong with a text, and at which of its bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Finding {
    pub(super) at: usize,
    pub(super) message: String,
}

impl Finding {
    pub(super) fn new(node: &SyntaxNode, message: impl Into<String>) -> Self {
        Self { at: node.text_range().start().into(), message: message.into() }
    }
}

type Check = fn(&SyntaxNode, &mut Vec<Finding>);

/// What Nix refuses.
const MISTAKES: &[(SyntaxKind, Check)] = &[
    (SyntaxKind::NODE_ATTR_SET, duplicates::check),
    (SyntaxKind::NODE_LET_IN, duplicates::check),
    (SyntaxKind::NODE_PATH_HOME, paths::impure),
    (SyntaxKind::NODE_PATH_SEARCH, paths::impure),
];

/// What Nix takes, and statix and deadnix would not.
const IDIOMS: &[(SyntaxKind, Check)] = &[
    (SyntaxKind::NODE_ATTR_SET, repeated_keys::check),
    (SyntaxKind::NODE_ATTRPATH_VALUE, inherits::manual),
    (SyntaxKind::NODE_BIN_OP, boolean::comparison),
    (SyntaxKind::NODE_BIN_OP, concatenation::check),
    (SyntaxKind::NODE_IF_ELSE, has_attr::check),
    (SyntaxKind::NODE_INHERIT, inherits::empty),
    (SyntaxKind::NODE_LEGACY_LET, lets::legacy),
    (SyntaxKind::NODE_LET_IN, lets::empty),
    (SyntaxKind::NODE_LET_IN, lets::nested),
    (SyntaxKind::NODE_LITERAL, uri::check),
    (SyntaxKind::NODE_PAREN, parentheses::check),
    (SyntaxKind::NODE_UNARY_OP, boolean::negation),
    (SyntaxKind::NODE_WITH, with::check),
];

/// Everything that is wrong with a tree, and the paths that it refers to. How
/// users write Nix in templates of their own is up to them.
pub(super) fn check(root: &SyntaxNode, is_own: bool, found: &mut Vec<Finding>) -> Vec<Reference> {
    let idioms = if is_own { &[] } else { IDIOMS };
    let mut references = Vec::new();
    for node in root.descendants() {
        let kind = node.kind();
        if kind == SyntaxKind::NODE_PATH_REL {
            references.push(Reference::of(node.clone()));
        }
        let of_kind = MISTAKES.iter().chain(idioms).filter(|(wanted, _)| *wanted == kind);
        of_kind.for_each(|(_, check)| check(&node, found));
    }
    scope::check(root, is_own, found);
    references
}

/// The name of an attribute, where it does not take evaluation to know it.
pub(super) fn static_key(attribute: &SyntaxNode) -> Option<String> {
    match attribute.kind() {
        SyntaxKind::NODE_IDENT => Some(attribute.text().to_string()),
        SyntaxKind::NODE_STRING => plain_string(attribute),
        _ => None,
    }
}

/// The content of a string literal without interpolation.
pub(super) fn plain_string(string: &SyntaxNode) -> Option<String> {
    let mut tokens = string.children_with_tokens().map(NodeOrToken::into_token);
    let (open, content) = (tokens.next()??, tokens.next()??);
    if content.kind() == SyntaxKind::TOKEN_STRING_END {
        return Some(String::new());
    }
    let close = tokens.next()??;
    if close.kind() != SyntaxKind::TOKEN_STRING_END || open.text() != "\"" {
        return None;
    }
    let text = content.text();
    if !text.contains('\\') {
        return Some(text.to_owned());
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        out.push(match (c, c == '\\') {
            (_, false) => c,
            _ => match chars.next()? {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                other => other,
            },
        });
    }
    Some(out)
}

/// The operator of an operation.
pub(super) fn operator(node: &SyntaxNode) -> Option<SyntaxKind> {
    let tokens = node.children_with_tokens().filter_map(NodeOrToken::into_token);
    tokens.map(|token| token.kind()).find(|kind| !kind.is_trivia())
}

/// The attributes of a binding's path, and its value.
pub(super) fn binding(node: &SyntaxNode) -> Option<(Vec<SyntaxNode>, SyntaxNode)> {
    let mut children = node.children();
    let path = children.find(|child| child.kind() == SyntaxKind::NODE_ATTRPATH)?;
    Some((path.children().collect(), children.next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each check says, with the first line of what it is about.
    fn said(text: &str) -> Vec<String> {
        let parsed = rnix::Root::parse(text);
        assert!(parsed.errors().is_empty(), "{text}: {:?}", parsed.errors());
        let mut found = Vec::new();
        check(&parsed.syntax(), false, &mut found);
        found.sort();
        found.into_iter().map(|finding| finding.message).collect()
    }

    fn clean(text: &str) {
        assert_eq!(said(text), Vec::<String>::new(), "{text}");
    }

    fn dirty(text: &str, expected: &str) {
        let said = said(text);
        assert!(said.len() == 1 && said[0].contains(expected), "{text}: {said:?}");
    }

    #[test]
    fn an_attribute_has_one_value() {
        dirty("{ a = 1; a = 2; }", "`a` has two values");
        dirty("{ a.b = 1; a = { b = 2; }; }", "`a.b` has two values");
        dirty("{ a = { b = 2; }; a.b.c = 1; }", "`a.b` has two values");
        dirty("{ a = 1; a.b = 2; }", "`a` has two values");
        dirty("{ a = 1; \"a\" = 2; }", "`\"a\"` has two values");
        dirty("x: { a = 1; inherit (x) a; }", "`a` has two values");
        dirty("let a = 1; a = 2; in a", "`a` has two values");
        dirty("[ { a.\"b.c\" = 1; a.\"b.c\" = 2; } ]", "`a.\"b.c\"` has two values");
        dirty("x: { ${x} = { a = 1; a = 2; }; }", "`a` has two values");
        // What Nix merges.
        clean("{ a.b = 1; a.c = 2; }");
        clean("{ a = { b = 1; }; a.c = 2; }");
        clean("{ a = { b.c = 1; }; a = { b.d = 2; }; }");
        clean("x: { a.${x} = 1; a.b = 2; }");
        clean("x: { ${x} = 1; ${x + x} = 2; }");
    }

    #[test]
    fn names_are_bound() {
        dirty("{ a = b; }", "`b` is not bound");
        dirty("let host = 1; in [ host hots ]", "`hots` is not bound here; `host` is");
        dirty("{ a = { b = 1; c = b; }; }", "`b` is not bound");
        dirty("{ inherit a; }", "`a` is not bound");
        dirty("{ a ? b, ... }: a", "`b` is not bound");
        dirty("\"${a}\"", "`a` is not bound");
        dirty("{ ${a} = 1; }", "`a` is not bound");
        dirty("x: x.${a}", "`a` is not bound");
        clean("{ a, b ? a, ... }@all: [ b all ]");
        clean("rec { a = 1; b = a; }");
        clean("let a = b; b = 1; in a");
        clean("x: let inherit (x) a; in a");
        clean("map toString [ true null builtins.nixVersion __curPos ]");
        clean("x: { a = x.a.b or x; or = x ? a.b; }");
    }

    #[test]
    fn a_with_makes_its_own_names_unknowable() {
        dirty("x: with x; y", "`with`");
        assert_eq!(said("x: [ (with x; y) z ]").len(), 2, "z is outside of it");
    }

    #[test]
    fn what_is_bound_is_used() {
        dirty("let a = 1; in 2", "`a` is bound and never used");
        dirty("{ a, ... }: 1", "the argument `a` is never used");
        dirty("{ a, ... }@all: a", "the argument `all` is never used");
        dirty("a: 1", "the argument `a` is never used");
        dirty("x: let inherit (x) a b; in a", "`b` is bound and never used");
        dirty("let a = [ a ]; in 1", "`a` is bound and never used");
        assert_eq!(said("let a = 1; b = a; in 1").len(), 2, "only the dead use it");
        dirty("let a = 1; in x: let a = x; in a", "`a` is bound and never used");
        clean("_: 1");
        clean("_x: 1");
        clean("let a.b = 1; a.c = 2; in a");
        clean("let f = x: g x; g = x: f x; in f");
    }

    #[test]
    fn users_write_as_they_like_what_nix_takes() {
        let said = |text: &str| {
            let mut found = Vec::new();
            check(&rnix::Root::parse(text).syntax(), true, &mut found);
            found.len()
        };
        for text in [
            "{ pkgs, ... }: rec { a = with pkgs; [ b (c) ]; }",
            "x: let y = 1; in let in { a = x.a; b = x == true; }",
            "{ a.b = 1; a.c = 1; a.d = [ ] ++ [ https://example.org/x ]; }",
        ] {
            assert_eq!(said(text), 0, "{text}");
        }
        for text in ["{ a = 1; a = 2; }", "{ a = b; }", "{ a = ~/b; }"] {
            assert_eq!(said(text), 1, "{text}");
        }
    }

    #[test]
    fn idioms() {
        dirty("let in 1", "the `let` binds nothing");
        dirty("let { body = 1; }", "an old `let`");
        dirty("let a = 1; in let b = a; in b", "a `let` in a `let`");
        dirty("rec { a = 1; }", "`rec` is needless");
        dirty("{ a = (1 + 2); }", "needless parentheses");
        dirty("[ (\"a\") ]", "needless parentheses");
        dirty("let a = 1; in (a + 1)", "needless parentheses");
        dirty("[ ((1 + 2)) ]", "needless parentheses");
        dirty("a: { a = a; }", "`inherit a;`");
        dirty("x: { a = x.b.a; }", "`inherit (x.b) a;`");
        dirty("x: { inherit (x); }", "inherits nothing");
        dirty("x: x == true", "compared with a truth value");
        dirty("x: !(x == 1)", "`!=`");
        dirty("x: x ++ [ ]", "adds nothing");
        dirty("x: { } // x", "adds nothing");
        dirty("x: if x ? a then x.a else 1", "`or`");
        dirty("{ a.b = 1; a.c = 1; a.d = 1; }", "`a` begins three bindings");
        dirty("[ https://example.org/x ]", "quotes");
        clean("{ a = -1; b = [ (-1) (1 + 2) ]; c = (x: x) 1; }");
        clean("let a = x: x; in { inherit a; b.c = a; }");
        clean("x: { a = x.a or 1; b = x.${x.c}; a2 = x.a; }");
        clean("x: if x ? a then x.b else 1");
    }
}
