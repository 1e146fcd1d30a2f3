//! Parentheses that part nothing.

use rnix::{SyntaxKind, SyntaxNode};

use super::Finding;

pub(super) fn check(node: &SyntaxNode, found: &mut Vec<Finding>) {
    let alone = match node.parent() {
        Some(parent) => match parent.kind() {
            SyntaxKind::NODE_ATTRPATH_VALUE | SyntaxKind::NODE_PAREN | SyntaxKind::NODE_ROOT => {
                true
            }
            SyntaxKind::NODE_LET_IN => parent.last_child().as_ref() == Some(node),
            _ => false,
        },
        None => true,
    };
    let atom = node.first_child().is_some_and(|inner| {
        matches!(
            inner.kind(),
            SyntaxKind::NODE_ATTR_SET
                | SyntaxKind::NODE_IDENT
                | SyntaxKind::NODE_LIST
                | SyntaxKind::NODE_LITERAL
                | SyntaxKind::NODE_STRING
        )
    });
    if alone || atom {
        found.push(Finding::new(node, "needless parentheses"));
    }
}
