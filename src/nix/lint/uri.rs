//! URIs without quotes, which Nix deprecates.

use rnix::{SyntaxKind, SyntaxNode};

use super::Finding;

pub(super) fn check(node: &SyntaxNode, found: &mut Vec<Finding>) {
    if node.first_token().is_some_and(|token| token.kind() == SyntaxKind::TOKEN_URI) {
        found.push(Finding::new(node, "a URI belongs in quotes"));
    }
}
