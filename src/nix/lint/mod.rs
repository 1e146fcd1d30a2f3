//! Mistakes that rnix lets pass and Nix would not, one check a file. How nixgen's own templates
//! are written is no business of a run: the tests look at that.

mod data;
mod duplicates;
mod paths;
mod plain;
mod scope;
mod values;

pub(super) use data::check as data;
pub(super) use paths::Reference;
pub(crate) use paths::below_root;
pub(super) use plain::is_plain;
pub(super) use values::check as values;

use rnix::ast::Str;
use rnix::{SyntaxKind, SyntaxNode};
use rowan::ast::AstNode as _;

use crate::nix::attrs::literal;
use crate::nix::finding::Finding;

/// Everything that is wrong with a tree, and the paths that it refers to.
pub(super) fn check(root: &SyntaxNode, found: &mut Vec<Finding>) -> Vec<Reference> {
    let mut references = Vec::new();
    let mut visit = |node: &SyntaxNode, found: &mut Vec<Finding>| match node.kind() {
        SyntaxKind::NODE_ATTR_SET | SyntaxKind::NODE_LET_IN => duplicates::check(node, found),
        SyntaxKind::NODE_PATH_HOME | SyntaxKind::NODE_PATH_SEARCH => paths::impure(node, found),
        SyntaxKind::NODE_PATH_REL => references.push(Reference::of(node.clone())),
        _ => {}
    };
    scope::check(root, &mut visit, found);
    references
}

/// The name of an attribute, where it does not take evaluation to know it.
pub(super) fn static_key(attribute: &SyntaxNode) -> Option<String> {
    match attribute.kind() {
        SyntaxKind::NODE_IDENT => Some(attribute.first_token()?.text().to_owned()),
        SyntaxKind::NODE_STRING => plain_string(attribute),
        _ => None,
    }
}

/// The content of a string literal without interpolation.
pub(super) fn plain_string(string: &SyntaxNode) -> Option<String> {
    literal(&Str::cast(string.clone())?)
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
        check(&parsed.syntax(), &mut found);
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
        dirty("{ x = [ { a.\"b.c\" = 1; a.\"b.c\" = 2; } ]; }", "`a.\"b.c\"` has two values");
        dirty("x: { ${x} = { a = 1; a = 2; }; }", "`${x}.a` has two values");
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
    fn names_below_a_with_are_unknowable() {
        dirty("x: [ (with x; y) z ]", "`z` is not bound");
        dirty("x: with y; z", "`y` is not bound");
    }

    #[test]
    fn paths_are_the_same_on_every_machine() {
        dirty("{ a = ~/b; }", "`~/b` is something else on every machine");
        dirty("import <nixpkgs>", "`<nixpkgs>` is something else on every machine");
    }
}
