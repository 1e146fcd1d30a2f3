//! Attributes that are set twice. Sets that are written out merge, as they do
//! in Nix: `a.b = 1; a = { c = 2; };` is one set.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use rnix::{SyntaxKind, SyntaxNode};

use super::{binding, static_key};
use crate::nix::finding::Finding;

/// The attributes of a set; those that are sets themselves merge with others.
#[derive(Default)]
struct Set(BTreeMap<String, Option<Set>>);

pub(super) fn check(node: &SyntaxNode, found: &mut Vec<Finding>) {
    // A set that is the value of a binding was seen with the set around it.
    let is_value = node.parent().is_some_and(|it| it.kind() == SyntaxKind::NODE_ATTRPATH_VALUE);
    if node.kind() == SyntaxKind::NODE_LET_IN || !is_value {
        enter(node, &mut Set::default(), found);
    }
}

/// Enters the bindings of a set or a `let` into what is known of it.
fn enter(node: &SyntaxNode, set: &mut Set, found: &mut Vec<Finding>) {
    for entry in node.children() {
        match entry.kind() {
            SyntaxKind::NODE_INHERIT => {
                for attribute in entry.children() {
                    let name = static_key(&attribute);
                    if name.is_some_and(|name| set.0.insert(name, None).is_some()) {
                        found.push(twice(&entry, &[attribute]));
                    }
                }
            }
            SyntaxKind::NODE_ATTRPATH_VALUE => {
                if let Some((path, value)) = binding(&entry) {
                    bind(&entry, &path, &value, set, found);
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
    mut set: &mut Set,
    found: &mut Vec<Finding>,
) {
    let is_set = value.kind() == SyntaxKind::NODE_ATTR_SET;
    for (index, attribute) in path.iter().enumerate() {
        let Some(name) = static_key(attribute) else {
            // What its name is only shows when it is evaluated.
            if is_set {
                enter(value, &mut Set::default(), found);
            }
            return;
        };
        let nests = is_set || index + 1 < path.len();
        let inner = match set.0.entry(name) {
            Entry::Occupied(known) => known.into_mut().as_mut().filter(|_| nests),
            Entry::Vacant(new) if nests => new.insert(Some(Set::default())).as_mut(),
            Entry::Vacant(new) => {
                new.insert(None);
                return;
            }
        };
        let Some(inner) = inner else {
            return found.push(twice(entry, path.get(..=index).unwrap_or_default()));
        };
        set = inner;
    }
    enter(value, set, found);
}

/// Names an attribute by its path from the outermost set that is written out.
fn twice(entry: &SyntaxNode, path: &[SyntaxNode]) -> Finding {
    let sets = |node: &SyntaxNode| {
        matches!(node.kind(), SyntaxKind::NODE_ATTR_SET | SyntaxKind::NODE_ATTRPATH_VALUE)
    };
    let around = entry.ancestors().skip(1).take_while(sets);
    // A set has no path of its own, and may have many children.
    let around = around.filter(|node| node.kind() == SyntaxKind::NODE_ATTRPATH_VALUE);
    let around =
        around.filter_map(|node| binding(&node)).flat_map(|(path, _)| path.into_iter().rev());
    let names = path.iter().rev().cloned().chain(around).map(|name| name.to_string());
    let mut names: Vec<String> = names.collect();
    names.reverse();
    Finding::new(entry, format!("`{}` has two values in one set", names.join(".")))
}
