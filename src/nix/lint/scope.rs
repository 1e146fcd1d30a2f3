//! Names that are not bound.

use rnix::{SyntaxKind, SyntaxNode};

use super::static_key;
use crate::nix::finding::Finding;
use crate::text::closest;

/// The names that Nix binds for every file.
const GLOBALS: &[&str] = &[
    "__curPos",
    "abort",
    "baseNameOf",
    "break",
    "builtins",
    "derivation",
    "derivationStrict",
    "dirOf",
    "false",
    "fetchGit",
    "fetchMercurial",
    "fetchTarball",
    "fetchTree",
    "fromTOML",
    "import",
    "isNull",
    "map",
    "null",
    "placeholder",
    "removeAttrs",
    "scopedImport",
    "throw",
    "toString",
    "true",
];

/// A look at each expression, besides that at its names.
type Visit<'a> = dyn FnMut(&SyntaxNode, &mut Vec<Finding>) + 'a;

pub(super) fn check(root: &SyntaxNode, visit: &mut Visit<'_>, found: &mut Vec<Finding>) {
    Walk { scopes: Vec::new(), visit, found }.expression(root);
}

/// The names that are bound in a place, by what is around it. A `with` binds whatever
/// its set has, which only shows when it is evaluated.
enum Scope {
    Names(Vec<String>),
    With,
}

struct Walk<'a, 'v> {
    scopes: Vec<Scope>,
    visit: &'a mut Visit<'v>,
    found: &'a mut Vec<Finding>,
}

impl Walk<'_, '_> {
    fn expression(&mut self, node: &SyntaxNode) {
        (self.visit)(node, self.found);
        match node.kind() {
            SyntaxKind::NODE_IDENT => self.reference(node),
            SyntaxKind::NODE_ATTRPATH => {
                let is_name = |attribute: &SyntaxNode| attribute.kind() == SyntaxKind::NODE_IDENT;
                self.all(node.children().filter(|child| !is_name(child)));
            }
            SyntaxKind::NODE_INHERIT => match inherited_from(node) {
                Some(from) => self.expression(&from),
                None => node.children().for_each(|attribute| self.reference(&attribute)),
            },
            SyntaxKind::NODE_LET_IN | SyntaxKind::NODE_LEGACY_LET => self.bindings(node),
            SyntaxKind::NODE_ATTR_SET if is_rec(node) => self.bindings(node),
            SyntaxKind::NODE_LAMBDA => self.lambda(node),
            SyntaxKind::NODE_WITH => {
                let mut children = node.children();
                self.all(children.next());
                self.within(Scope::With, children);
            }
            _ => self.all(node.children()),
        }
    }

    fn all(&mut self, nodes: impl IntoIterator<Item = SyntaxNode>) {
        nodes.into_iter().for_each(|node| self.expression(&node));
    }

    fn within(&mut self, scope: Scope, nodes: impl IntoIterator<Item = SyntaxNode>) {
        self.scopes.push(scope);
        self.all(nodes);
        self.scopes.pop();
    }

    /// A `let` or a recursive set, whose bindings see each other.
    fn bindings(&mut self, node: &SyntaxNode) {
        // `inherit x;` takes it from outside.
        let (outer, inner): (Vec<_>, Vec<_>) = node.children().partition(|entry| {
            entry.kind() == SyntaxKind::NODE_INHERIT && inherited_from(entry).is_none()
        });
        self.all(outer);
        self.within(Scope::Names(bound_names(node)), inner);
    }

    fn lambda(&mut self, node: &SyntaxNode) {
        let mut children = node.children();
        let Some(parameter) = children.next() else { return };
        let parts = match parameter.kind() {
            SyntaxKind::NODE_PATTERN => parameter.children().collect(),
            _ => vec![parameter],
        };
        let names = parts.iter().filter_map(|part| static_key(&part.first_child()?)).collect();
        let defaults = parts.iter().filter_map(|part| part.children().nth(1));
        self.within(Scope::Names(names), defaults.chain(children));
    }

    fn reference(&mut self, node: &SyntaxNode) {
        let Some(name) = static_key(node) else { return };
        let is_bound = self.scopes.iter().any(|scope| match scope {
            Scope::Names(names) => names.contains(&name),
            Scope::With => true,
        });
        if is_bound || GLOBALS.contains(&name.as_str()) {
            return;
        }
        let visible = self.scopes.iter().flat_map(|scope| match scope {
            Scope::Names(names) => names.as_slice(),
            Scope::With => &[],
        });
        let visible = visible.map(String::as_str).chain(GLOBALS.iter().copied());
        let hint =
            closest(&name, visible).map_or_else(String::new, |near| format!("; `{near}` is"));
        self.found.push(Finding::new(node, format!("`{name}` is not bound here{hint}")));
    }
}

fn is_rec(set: &SyntaxNode) -> bool {
    set.first_token().is_some_and(|token| token.kind() == SyntaxKind::TOKEN_REC)
}

fn inherited_from(inherit: &SyntaxNode) -> Option<SyntaxNode> {
    let from = inherit.children().find(|child| child.kind() == SyntaxKind::NODE_INHERIT_FROM);
    from.and_then(|from| from.first_child())
}

/// The names that a `let` or a recursive set binds.
fn bound_names(node: &SyntaxNode) -> Vec<String> {
    let attributes = node.children().flat_map(|entry| match entry.kind() {
        SyntaxKind::NODE_ATTRPATH_VALUE => {
            entry.first_child().and_then(|path| path.first_child()).into_iter().collect()
        }
        SyntaxKind::NODE_INHERIT => entry.children().collect(),
        _ => Vec::new(),
    });
    attributes.filter_map(|attribute| static_key(&attribute)).collect()
}
