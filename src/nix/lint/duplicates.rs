//! Attributes that are set twice. Sets that are written out merge, as they do
//! in Nix: `a.b = 1; a = { c = 2; };` is one set.

use std::collections::HashMap;

use rnix::{SyntaxKind, SyntaxNode};

use super::{Finding, binding, static_key};

enum Slot {
    Value,
    Set(Set),
}

#[derive(Default)]
struct Set(HashMap<String, Slot>);

pub(super) fn check(node: &SyntaxNode, found: &mut Vec<Finding>) {
    // A set that is the value of a binding was seen with the set around it.
    let is_value = node.parent().is_some_and(|it| it.kind() == SyntaxKind::NODE_ATTRPATH_VALUE);
    if node.kind() == SyntaxKind::NODE_LET_IN || !is_value {
        enter(node, &mut Set::default(), "", found);
    }
}

/// Enters the bindings of a set or a `let` into what is known of it.
fn enter(node: &SyntaxNode, set: &mut Set, prefix: &str, found: &mut Vec<Finding>) {
    for entry in node.children() {
        match entry.kind() {
            SyntaxKind::NODE_INHERIT => {
                for name in entry.children().filter_map(|attribute| static_key(&attribute)) {
                    if set.0.contains_key(&name) {
                        found.push(twice(&entry, prefix, &name));
                    }
                    set.0.insert(name, Slot::Value);
                }
            }
            SyntaxKind::NODE_ATTRPATH_VALUE => {
                if let Some((path, value)) = binding(&entry) {
                    bind(&entry, &path, &value, set, prefix.to_owned(), found);
                }
            }
            _ => {}
        }
    }
}

fn bind(
    entry: &SyntaxNode,
    path: &[SyntaxNode],
    value: &SyntaxNode,
    set: &mut Set,
    mut prefix: String,
    found: &mut Vec<Finding>,
) {
    let is_set = value.kind() == SyntaxKind::NODE_ATTR_SET;
    let mut set = set;
    for (index, attribute) in path.iter().enumerate() {
        let Some(name) = static_key(attribute) else {
            // What its name is only shows when it is evaluated.
            if is_set {
                enter(value, &mut Set::default(), "", found);
            }
            return;
        };
        let nests = is_set || index + 1 < path.len();
        let text = attribute.text().to_string();
        let is_new = !set.0.contains_key(&name);
        let slot = set
            .0
            .entry(name)
            .or_insert_with(|| if nests { Slot::Set(Set::default()) } else { Slot::Value });
        match slot {
            Slot::Set(inner) if nests => {
                prefix = format!("{prefix}{text}.");
                set = inner;
            }
            _ if is_new => return,
            _ => return found.push(twice(entry, &prefix, &text)),
        }
    }
    enter(value, set, &prefix, found);
}

fn twice(entry: &SyntaxNode, prefix: &str, name: &str) -> Finding {
    Finding::new(entry, format!("`{prefix}{name}` has two values in one set"))
}
