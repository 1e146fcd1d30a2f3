//! A key that begins three dotted bindings of one set, and so wants to be a set.

use rnix::{SyntaxKind, SyntaxNode};

use super::{Finding, binding, static_key};

pub(super) fn check(node: &SyntaxNode, found: &mut Vec<Finding>) {
    let mut seen: Vec<(String, usize)> = Vec::new();
    for entry in node.children().filter(|it| it.kind() == SyntaxKind::NODE_ATTRPATH_VALUE) {
        let Some((path, _)) = binding(&entry).filter(|(path, _)| path.len() > 1) else { continue };
        let Some(key) = static_key(&path[0]) else { continue };
        match seen.iter_mut().find(|(known, _)| *known == key) {
            None => seen.push((key, 1)),
            Some((_, count)) => {
                *count += 1;
                if *count == 3 {
                    found.push(Finding::new(
                        &entry,
                        format!("`{key}` begins three bindings: make it a set"),
                    ));
                }
            }
        }
    }
}
