//! A `let` that is empty, old, or one with the `let` around it.

use rnix::{SyntaxKind, SyntaxNode};

use super::Finding;

pub(super) fn empty(node: &SyntaxNode, found: &mut Vec<Finding>) {
    if node.children().count() == 1 {
        found.push(Finding::new(node, "the `let` binds nothing"));
    }
}

pub(super) fn legacy(node: &SyntaxNode, found: &mut Vec<Finding>) {
    found.push(Finding::new(node, "an old `let` with a body attribute: write `let … in …`"));
}

pub(super) fn nested(node: &SyntaxNode, found: &mut Vec<Finding>) {
    let body = node.children().last();
    if let Some(body) = body.filter(|body| body.kind() == SyntaxKind::NODE_LET_IN) {
        found.push(Finding::new(&body, "a `let` in a `let`: one can bind it all"));
    }
}
