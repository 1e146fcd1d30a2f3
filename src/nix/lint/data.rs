//! Data files are read by other programs, too: nothing in them is to be evaluated.

use rnix::{SyntaxKind, SyntaxNode};

use crate::nix::finding::Finding;

pub(in crate::nix) fn check(root: &SyntaxNode, found: &mut Vec<Finding>) {
    let code = root.descendants().find(|node| {
        !matches!(
            node.kind(),
            SyntaxKind::NODE_ROOT
                | SyntaxKind::NODE_ATTR_SET
                | SyntaxKind::NODE_ATTRPATH
                | SyntaxKind::NODE_ATTRPATH_VALUE
                | SyntaxKind::NODE_IDENT
                | SyntaxKind::NODE_LIST
                | SyntaxKind::NODE_LITERAL
                // A negative number in a list.
                | SyntaxKind::NODE_PAREN
                | SyntaxKind::NODE_STRING
                | SyntaxKind::NODE_UNARY_OP
        )
    });
    if let Some(code) = code {
        found.push(Finding::new(&code, "a data file has plain data only"));
    }
}
