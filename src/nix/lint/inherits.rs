//! Bindings that repeat their name, and an `inherit` of nothing.

use rnix::{SyntaxKind, SyntaxNode};

use super::{Finding, binding};

pub(super) fn manual(node: &SyntaxNode, found: &mut Vec<Finding>) {
    let Some((path, value)) = binding(node) else { return };
    let [name] = path.as_slice() else { return };
    if name.kind() != SyntaxKind::NODE_IDENT {
        return;
    }
    // In a `let` or a recursive set, `a = a;` is itself.
    if value.kind() == SyntaxKind::NODE_IDENT && value.text() == name.text() {
        found.push(Finding::new(node, format!("write `inherit {name};`")));
    }
    if value.kind() != SyntaxKind::NODE_SELECT || value.children().count() != 2 {
        return;
    }
    let Some(attributes) = value.last_child() else { return };
    let Some(last) = attributes.last_child() else { return };
    if last.kind() == SyntaxKind::NODE_IDENT && last.text() == name.text() {
        let text = value.text().to_string();
        let from =
            text[..text.len() - last.text().to_string().len()].trim_end().trim_end_matches('.');
        found.push(Finding::new(node, format!("write `inherit ({from}) {name};`")));
    }
}

pub(super) fn empty(node: &SyntaxNode, found: &mut Vec<Finding>) {
    if node.children().all(|child| child.kind() == SyntaxKind::NODE_INHERIT_FROM) {
        found.push(Finding::new(node, "the `inherit` inherits nothing"));
    }
}
