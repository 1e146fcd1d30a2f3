//! Truth values that are compared, and comparisons that are negated.

use rnix::{SyntaxKind, SyntaxNode};

use super::{Finding, operator};

pub(super) fn comparison(node: &SyntaxNode, found: &mut Vec<Finding>) {
    let compares =
        matches!(operator(node), Some(SyntaxKind::TOKEN_EQUAL | SyntaxKind::TOKEN_NOT_EQUAL));
    if compares && node.children().any(|side| side.text() == "true" || side.text() == "false") {
        found.push(Finding::new(node, "something is compared with a truth value: it is one"));
    }
}

pub(super) fn negation(node: &SyntaxNode, found: &mut Vec<Finding>) {
    let inner = node.first_child().filter(|inner| inner.kind() == SyntaxKind::NODE_PAREN);
    let Some(comparison) = inner.and_then(|inner| inner.first_child()) else { return };
    let better = match (operator(node), operator(&comparison)) {
        (Some(SyntaxKind::TOKEN_INVERT), Some(SyntaxKind::TOKEN_EQUAL)) => "!=",
        (Some(SyntaxKind::TOKEN_INVERT), Some(SyntaxKind::TOKEN_NOT_EQUAL)) => "==",
        _ => return,
    };
    found.push(Finding::new(node, format!("a comparison is negated: write `{better}`")));
}
