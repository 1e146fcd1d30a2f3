//! From a name to the expression that it stands for.

use rnix::{SyntaxKind, SyntaxNode};

use crate::nix::lint::{binding, static_key};

/// What a name in an expression is bound to.
pub(super) enum Bound {
    /// This expression.
    To(SyntaxNode),
    /// Something that only shows when it is evaluated.
    Unknown,
    /// Nothing in this file.
    Free,
}

/// What a name stands for where a node is.
pub(super) fn resolve(name: &str, node: &SyntaxNode) -> Bound {
    // `inherit x;` takes it from outside of the bindings that it is among.
    let inherits = node.kind() == SyntaxKind::NODE_INHERIT;
    let around = node.parent().filter(|_| inherits);
    for scope in node.ancestors().skip(1) {
        let binds = match scope.kind() {
            SyntaxKind::NODE_LET_IN | SyntaxKind::NODE_LEGACY_LET => true,
            SyntaxKind::NODE_ATTR_SET => {
                scope.first_token().is_some_and(|token| token.kind() == SyntaxKind::TOKEN_REC)
            }
            SyntaxKind::NODE_LAMBDA => {
                if scope.first_child().is_some_and(|parameter| is_bound_by(name, &parameter)) {
                    return Bound::Unknown;
                }
                false
            }
            SyntaxKind::NODE_WITH => return Bound::Unknown,
            _ => false,
        };
        if binds && around.as_ref() != Some(&scope) {
            match among(name, &scope) {
                Bound::Free => {}
                bound => return bound,
            }
        }
    }
    Bound::Free
}

/// What an attribute of a set, or a name of a `let`, is.
pub(super) fn among(name: &str, set: &SyntaxNode) -> Bound {
    for entry in set.children() {
        match entry.kind() {
            SyntaxKind::NODE_ATTRPATH_VALUE => {
                let Some((path, value)) = binding(&entry) else { continue };
                if path.first().and_then(static_key).as_deref() == Some(name) {
                    return if path.len() == 1 { Bound::To(value) } else { Bound::Unknown };
                }
            }
            SyntaxKind::NODE_INHERIT => {
                let mut parts = entry.children().peekable();
                let from = parts.next_if(|part| part.kind() == SyntaxKind::NODE_INHERIT_FROM);
                if parts.any(|part| static_key(&part).as_deref() == Some(name)) {
                    return match from {
                        Some(_) => Bound::Unknown,
                        None => resolve(name, &entry),
                    };
                }
            }
            _ => {}
        }
    }
    Bound::Free
}

fn is_bound_by(name: &str, parameter: &SyntaxNode) -> bool {
    let idents = |node: &SyntaxNode| {
        node.children().any(|it| it.kind() == SyntaxKind::NODE_IDENT && it.text() == name)
    };
    match parameter.kind() {
        SyntaxKind::NODE_PATTERN => parameter.children().any(|part| {
            // Not in a default.
            part.first_child().is_some_and(|it| it.text() == name)
        }),
        _ => idents(parameter),
    }
}
