//! `if x ? a then x.a else d`

use rnix::{SyntaxKind, SyntaxNode};

use super::Finding;

pub(super) fn check(node: &SyntaxNode, found: &mut Vec<Finding>) {
    let mut children = node.children();
    let (Some(asked), Some(taken)) = (children.next(), children.next()) else { return };
    let kinds = (asked.kind(), taken.kind());
    if kinds != (SyntaxKind::NODE_HAS_ATTR, SyntaxKind::NODE_SELECT) {
        return;
    }
    // The set and the attribute; a third one is a default that is there already.
    let parts = |node: &SyntaxNode| -> Vec<String> {
        node.children().map(|part| part.text().to_string()).collect()
    };
    if parts(&asked) == parts(&taken) {
        found.push(Finding::new(node, "asking and taking are one: write `or`"));
    }
}
