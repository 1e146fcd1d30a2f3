//! `++ [ ]` and `// { }`.

use rnix::{SyntaxKind, SyntaxNode};

use super::{Finding, operator};

pub(super) fn check(node: &SyntaxNode, found: &mut Vec<Finding>) {
    let empty = match operator(node) {
        Some(SyntaxKind::TOKEN_CONCAT) => SyntaxKind::NODE_LIST,
        Some(SyntaxKind::TOKEN_UPDATE) => SyntaxKind::NODE_ATTR_SET,
        _ => return,
    };
    if node.children().any(|side| side.kind() == empty && side.first_child().is_none()) {
        found.push(Finding::new(node, "an empty side adds nothing"));
    }
}
