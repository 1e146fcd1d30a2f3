//! Names that are not bound, and bindings that nothing needs.

use rnix::{SyntaxKind, SyntaxNode};

use super::{Finding, binding, static_key};
use crate::text::closest;

/// What Nix binds for every file.
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

/// Of text of the user's own, only names that are not bound are reported.
pub(super) fn check(root: &SyntaxNode, is_own: bool, found: &mut Vec<Finding>) {
    let mut walk =
        Walk { scopes: Vec::new(), names: Vec::new(), uses: Vec::new(), user: None, is_own, found };
    walk.expression(root);
    if !is_own {
        walk.report_unused();
    }
}

/// A name by its place in [`Walk::names`].
type Id = usize;

/// What binds a name, which decides whether it has to be used.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Binder {
    Let,
    Argument,
    /// Attributes are there for others.
    Rec,
}

struct Name {
    text: String,
    at: usize,
    binder: Binder,
}

enum Scope {
    Names(Vec<Id>),
    /// Whatever a set has, which only shows when it is evaluated.
    With,
}

struct Walk<'a> {
    scopes: Vec<Scope>,
    names: Vec<Name>,
    /// Who uses whom; `None` is what is evaluated anyway.
    uses: Vec<(Option<Id>, Id)>,
    /// The binding that the walk is in the value of.
    user: Option<Id>,
    is_own: bool,
    found: &'a mut Vec<Finding>,
}

impl Walk<'_> {
    fn expression(&mut self, node: &SyntaxNode) {
        match node.kind() {
            SyntaxKind::NODE_IDENT => self.reference(node),
            SyntaxKind::NODE_ATTRPATH => {
                let names = |attribute: &SyntaxNode| attribute.kind() == SyntaxKind::NODE_IDENT;
                node.children().filter(|child| !names(child)).for_each(|it| self.expression(&it));
            }
            SyntaxKind::NODE_INHERIT => self.inherit(node),
            SyntaxKind::NODE_LET_IN => self.bindings(node, Binder::Let),
            SyntaxKind::NODE_LEGACY_LET => self.bindings(node, Binder::Rec),
            SyntaxKind::NODE_ATTR_SET if is_rec(node) => {
                let before = self.uses.len();
                let first = self.names.len();
                self.bindings(node, Binder::Rec);
                let own = first..first + count_names(node);
                let is_needless = !self.uses[before..].iter().any(|(_, used)| own.contains(used));
                if is_needless && !self.is_own {
                    let message = "`rec` is needless: no attribute refers to another";
                    self.found.push(Finding::new(node, message));
                }
            }
            SyntaxKind::NODE_LAMBDA => self.lambda(node),
            SyntaxKind::NODE_WITH => {
                let mut children = node.children();
                children.next().into_iter().for_each(|set| self.expression(&set));
                self.scopes.push(Scope::With);
                children.for_each(|body| self.expression(&body));
                self.scopes.pop();
            }
            _ => node.children().for_each(|child| self.expression(&child)),
        }
    }

    /// A `let` or a recursive set, whose bindings see each other.
    fn bindings(&mut self, node: &SyntaxNode, binder: Binder) {
        let scope: Vec<Id> = bound_names(node)
            .map(|(attribute, text)| self.bind(&attribute, text, binder))
            .collect();
        let id = |walk: &Self, name: &str| {
            let same = |id: &Id| binder == Binder::Let && walk.names[*id].text == name;
            scope.iter().copied().find(same).or(walk.user)
        };
        let user = self.user;
        // `inherit x;` takes it from outside.
        let (outer, inner): (Vec<_>, Vec<_>) = node.children().partition(|entry| {
            entry.kind() == SyntaxKind::NODE_INHERIT && inherited_from(entry).is_none()
        });
        for attribute in outer.iter().flat_map(SyntaxNode::children) {
            self.user = id(self, &attribute.text().to_string());
            self.reference(&attribute);
            self.user = user;
        }
        self.scopes.push(Scope::Names(scope.clone()));
        for entry in inner {
            match entry.kind() {
                SyntaxKind::NODE_ATTRPATH_VALUE => {
                    let name = binding(&entry).and_then(|(path, _)| static_key(path.first()?));
                    self.user = name.map_or(user, |name| id(self, &name));
                    entry.children().for_each(|child| self.expression(&child));
                }
                SyntaxKind::NODE_INHERIT => {
                    let Some(from) = inherited_from(&entry) else { continue };
                    for name in entry.children().filter_map(|attribute| static_key(&attribute)) {
                        self.user = id(self, &name);
                        self.expression(&from);
                    }
                }
                _ => self.expression(&entry),
            }
            self.user = user;
        }
        self.scopes.pop();
    }

    fn inherit(&mut self, node: &SyntaxNode) {
        match inherited_from(node) {
            Some(from) => self.expression(&from),
            None => node.children().for_each(|attribute| self.reference(&attribute)),
        }
    }

    fn lambda(&mut self, node: &SyntaxNode) {
        let mut scope = Vec::new();
        let mut defaults = Vec::new();
        let mut children = node.children();
        let Some(parameter) = children.next() else { return };
        let idents = |node: &SyntaxNode| {
            node.children().find(|child| child.kind() == SyntaxKind::NODE_IDENT)
        };
        if parameter.kind() == SyntaxKind::NODE_PATTERN {
            for part in parameter.children() {
                let Some(ident) = idents(&part) else { continue };
                let id = self.bind(&ident, ident.text().to_string(), Binder::Argument);
                scope.push(id);
                defaults.extend(part.children().nth(1).map(|default| (id, default)));
            }
        } else if let Some(ident) = idents(&parameter) {
            scope.push(self.bind(&ident, ident.text().to_string(), Binder::Argument));
        }
        self.scopes.push(Scope::Names(scope));
        for (id, default) in defaults {
            let user = self.user.replace(id);
            self.expression(&default);
            self.user = user;
        }
        children.for_each(|body| self.expression(&body));
        self.scopes.pop();
    }

    fn bind(&mut self, attribute: &SyntaxNode, text: String, binder: Binder) -> Id {
        self.names.push(Name { text, at: attribute.text_range().start().into(), binder });
        self.names.len() - 1
    }

    fn reference(&mut self, node: &SyntaxNode) {
        let Some(name) = static_key(node) else { return };
        let mut knowable = true;
        for scope in self.scopes.iter().rev() {
            match scope {
                Scope::With => knowable = false,
                Scope::Names(ids) => {
                    if let Some(id) = ids.iter().find(|id| self.names[**id].text == name) {
                        self.uses.push((self.user, *id));
                        return;
                    }
                }
            }
        }
        if knowable && !GLOBALS.contains(&name.as_str()) {
            let visible = self.scopes.iter().flat_map(|scope| match scope {
                Scope::Names(ids) => ids.as_slice(),
                Scope::With => &[],
            });
            let visible = visible.map(|id| self.names[*id].text.as_str());
            let hint = closest(&name, visible.chain(GLOBALS.iter().copied()))
                .map_or_else(String::new, |near| format!("; `{near}` is"));
            self.found.push(Finding::new(node, format!("`{name}` is not bound here{hint}")));
        }
    }

    /// What is reached from nowhere but itself is dead.
    fn report_unused(self) {
        let mut live = vec![false; self.names.len()];
        let mut next: Vec<Option<Id>> = vec![None];
        while let Some(user) = next.pop() {
            for (_, used) in self.uses.iter().filter(|(by, _)| *by == user) {
                if !live[*used] {
                    live[*used] = true;
                    next.push(Some(*used));
                }
            }
        }
        for (name, _) in self.names.iter().zip(live).filter(|(_, live)| !live) {
            let message = match name.binder {
                Binder::Let => format!("`{}` is bound and never used", name.text),
                Binder::Argument if !name.text.starts_with('_') => {
                    format!("the argument `{}` is never used", name.text)
                }
                _ => continue,
            };
            self.found.push(Finding { at: name.at, message });
        }
    }
}

fn is_rec(set: &SyntaxNode) -> bool {
    set.first_token().is_some_and(|token| token.kind() == SyntaxKind::TOKEN_REC)
}

fn inherited_from(inherit: &SyntaxNode) -> Option<SyntaxNode> {
    inherit
        .children()
        .find(|child| child.kind() == SyntaxKind::NODE_INHERIT_FROM)
        .and_then(|from| from.first_child())
}

/// The names that a `let` or a recursive set binds, each once.
fn bound_names(node: &SyntaxNode) -> impl Iterator<Item = (SyntaxNode, String)> {
    let mut seen = Vec::new();
    let attributes = node.children().flat_map(|entry| match entry.kind() {
        SyntaxKind::NODE_ATTRPATH_VALUE => {
            binding(&entry).and_then(|(path, _)| path.into_iter().next()).into_iter().collect()
        }
        SyntaxKind::NODE_INHERIT => entry.children().collect(),
        _ => Vec::new(),
    });
    attributes.filter_map(move |attribute| {
        let name = static_key(&attribute).filter(|name| !seen.contains(name))?;
        seen.push(name.clone());
        Some((attribute, name))
    })
}

fn count_names(node: &SyntaxNode) -> usize {
    bound_names(node).count()
}
