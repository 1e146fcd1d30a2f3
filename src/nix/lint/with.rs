//! `with`: whoever reads the body has to guess where its names are from.

use rnix::SyntaxNode;

use super::Finding;

pub(super) fn check(node: &SyntaxNode, found: &mut Vec<Finding>) {
    found.push(Finding::new(node, "`with` hides where names come from: `inherit` them"));
}
