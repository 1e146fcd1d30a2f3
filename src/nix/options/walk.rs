//! From a module to the options that it sets, and what it sets them to. What
//! only shows when it is evaluated is taken as right.

use std::ops::Range;

use rnix::{SyntaxKind, SyntaxNode};

use super::functions::{Returns, returns};
use super::resolve::{Bound, among, resolve};
use super::tree::{Node, Options, flake_schema};
use super::types::Shape;
use crate::input::suggest::closest;
use crate::nix::lint::{Finding, binding, operator, plain_string, static_key};

/// Deeper than any module goes: a function that calls itself ends here.
const DEEPEST: usize = 64;

pub(super) struct Walk<'a> {
    options: &'a Options,
    /// Where values stand.
    values: &'a [Range<usize>],
    /// Whether the options are those of a NixOS, and not of nixgen's templates.
    is_complete: bool,
    /// The option that the walk is at.
    path: Vec<String>,
    depth: usize,
    found: &'a mut Vec<Finding>,
}

/// What an expression is expected to be.
#[derive(Clone, Copy)]
enum Want<'a> {
    /// A value of an option.
    Value(&'a Node),
    /// A set of a name and such a value.
    Pair(&'a Node),
    /// Lists of those.
    Values(&'a Node),
    Pairs(&'a Node),
}

/// What is below an option.
enum Below<'a> {
    Option(&'a Node),
    /// Whatever the user likes.
    Anything,
    Nothing,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        options: &'a Options,
        values: &'a [Range<usize>],
        is_complete: bool,
        found: &'a mut Vec<Finding>,
    ) -> Self {
        Self { options, values, is_complete, path: Vec::new(), depth: 0, found }
    }

    /// A file that is a module.
    pub(super) fn module(&mut self, root: &SyntaxNode) {
        self.value(root, Want::Value(&self.options.module));
    }

    /// A library: what some of its functions return is the value of an option.
    pub(super) fn library(&mut self, root: &SyntaxNode, exports: &[(&str, &str)]) {
        let sets = root.descendants().filter(|it| it.kind() == SyntaxKind::NODE_ATTR_SET);
        // The set that the file is, once its arguments are given.
        let Some(set) = sets.into_iter().find(|set| is_result(set, root)) else { return };
        for (name, option) in exports {
            if let (Bound::To(function), Some(node)) = (among(name, &set), self.options.at(option))
            {
                self.path = vec![(*option).to_owned()];
                self.result(&function, usize::MAX, Want::Value(node));
                self.path.clear();
            }
        }
    }

    /// A flake, and what is given to its function for systems: a list of modules.
    pub(super) fn flake(&mut self, root: &SyntaxNode, system: &str) {
        self.value(root, Want::Value(flake_schema()));
        for call in root.descendants().filter(|it| it.kind() == SyntaxKind::NODE_APPLY) {
            let mut parts = call.children();
            let is_system = parts.next().is_some_and(|function| function.text() == system);
            if let Some(modules) = parts.next().filter(|_| is_system) {
                self.value(&modules, Want::Value(&self.options.modules));
            }
        }
    }

    fn value(&mut self, expression: &SyntaxNode, want: Want<'a>) {
        if self.depth == DEEPEST {
            return;
        }
        self.depth += 1;
        let children = expression.children();
        match expression.kind() {
            SyntaxKind::NODE_ROOT | SyntaxKind::NODE_PAREN | SyntaxKind::NODE_LET_IN => {
                children.last().iter().for_each(|inner| self.value(inner, want));
            }
            SyntaxKind::NODE_WITH | SyntaxKind::NODE_ASSERT | SyntaxKind::NODE_IF_ELSE => {
                children.skip(1).for_each(|inner| self.value(&inner, want));
            }
            // `x.a or default`
            SyntaxKind::NODE_SELECT => children.skip(2).for_each(|it| self.value(&it, want)),
            SyntaxKind::NODE_IDENT => self.ident(expression, want),
            SyntaxKind::NODE_LIST => {
                self.shape(expression, &Shape::List, want);
                if let Some(element) = want.element() {
                    self.path.push("*".to_owned());
                    children.for_each(|item| self.value(&item, element));
                    self.path.pop();
                }
            }
            SyntaxKind::NODE_ATTR_SET => match want {
                Want::Pair(node) => self.pair(expression, node),
                Want::Value(node) if node.kind.is_module() || node.kind.admits(&Shape::Set) => {
                    self.entries(expression, node);
                }
                _ => self.shape(expression, &Shape::Set, want),
            },
            SyntaxKind::NODE_LAMBDA => match want {
                Want::Value(node) if node.kind.is_module() => {
                    children.last().iter().for_each(|body| self.value(body, want));
                }
                _ => self.shape(expression, &Shape::Function, want),
            },
            SyntaxKind::NODE_BIN_OP => self.operation(expression, want),
            SyntaxKind::NODE_APPLY => self.call(expression, want),
            _ => {
                if let Some(shape) = literal(expression) {
                    self.shape(expression, &shape, want);
                }
            }
        }
        self.depth -= 1;
    }

    fn ident(&mut self, ident: &SyntaxNode, want: Want<'a>) {
        let name = ident.text().to_string();
        match (resolve(&name, ident), name.as_str()) {
            (Bound::To(expression), _) => self.value(&expression, want),
            (Bound::Free, "true" | "false") => self.shape(ident, &Shape::Bool, want),
            (Bound::Free, "null") => self.shape(ident, &Shape::Null, want),
            _ => {}
        }
    }

    fn operation(&mut self, operation: &SyntaxNode, want: Want<'a>) {
        let mut sides = operation.children();
        let shape = match operator(operation) {
            Some(SyntaxKind::TOKEN_CONCAT | SyntaxKind::TOKEN_UPDATE) => {
                let is_list = operator(operation) == Some(SyntaxKind::TOKEN_CONCAT);
                sides.for_each(|side| self.value(&side, want));
                if is_list { Shape::List } else { Shape::Set }
            }
            Some(SyntaxKind::TOKEN_ADD) => match sides.next().as_ref().and_then(literal) {
                Some(Shape::String(_)) => Shape::String(None),
                Some(Shape::Path) => Shape::Path,
                _ => return,
            },
            Some(SyntaxKind::TOKEN_SUB | SyntaxKind::TOKEN_MUL | SyntaxKind::TOKEN_DIV) | None => {
                return;
            }
            Some(_) => Shape::Bool,
        };
        self.shape(operation, &shape, want);
    }

    fn call(&mut self, call: &SyntaxNode, want: Want<'a>) {
        let (function, arguments) = uncurried(call);
        let known = library_name(&function).and_then(|name| returns(&name, arguments.len()));
        let Some(known) = known else {
            return self.result(&function, arguments.len(), want);
        };
        let shape = match known {
            Returns::Argument(at) => return self.value(&arguments[at], want),
            Returns::Both => return arguments.iter().for_each(|it| self.value(it, want)),
            Returns::Singleton(at) => {
                if let Some(element) = want.element() {
                    self.value(&arguments[at], element);
                }
                Shape::List
            }
            Returns::Merged(at) => {
                let Want::Value(node) = want else { return };
                return self.value(&arguments[at], Want::Values(node));
            }
            Returns::Mapped(at, count) => {
                if let Some(element) = want.element() {
                    self.result(&arguments[at], count, element);
                }
                Shape::List
            }
            Returns::MappedSet(at, count) => {
                // The names stay.
                let names =
                    arguments.get(at + 1).filter(|it| it.kind() == SyntaxKind::NODE_ATTR_SET);
                if let (Some(set), Want::Value(node)) = (names, want) {
                    self.names(set, node);
                }
                if let Some(node) = want.attribute() {
                    self.result(&arguments[at], count, Want::Value(node));
                }
                Shape::Set
            }
            Returns::MappedPairs(at, count) => {
                if let Some(node) = want.attribute() {
                    self.result(&arguments[at], count, Want::Pair(node));
                }
                Shape::Set
            }
            Returns::Pairs(at) => {
                if let Some(node) = want.attribute() {
                    self.value(&arguments[at], Want::Pairs(node));
                }
                Shape::Set
            }
            Returns::Pair(at) => {
                if let Want::Pair(node) = want {
                    self.path.push("<name>".to_owned());
                    self.value(&arguments[at], Want::Value(node));
                    self.path.pop();
                }
                return;
            }
            Returns::String => Shape::String(None),
            Returns::Bool => Shape::Bool,
            Returns::Int => Shape::Int(None),
            Returns::List => Shape::List,
            Returns::Set => Shape::Set,
        };
        self.shape(call, &shape, want);
    }

    /// What a function returns once it is given so many arguments.
    fn result(&mut self, function: &SyntaxNode, arguments: usize, want: Want<'a>) {
        if self.depth == DEEPEST {
            return;
        }
        self.depth += 1;
        match function.kind() {
            SyntaxKind::NODE_PAREN | SyntaxKind::NODE_LET_IN => {
                function.last_child().iter().for_each(|it| self.result(it, arguments, want));
            }
            SyntaxKind::NODE_IF_ELSE => {
                function.children().skip(1).for_each(|it| self.result(&it, arguments, want));
            }
            SyntaxKind::NODE_IDENT => {
                if let Bound::To(it) = resolve(&function.text().to_string(), function) {
                    self.result(&it, arguments, want);
                }
            }
            SyntaxKind::NODE_APPLY => {
                let (inner, given) = uncurried(function);
                if library_name(&inner).is_none() {
                    self.result(&inner, arguments.saturating_add(given.len()), want);
                }
            }
            SyntaxKind::NODE_LAMBDA => {
                if let Some(body) = function.last_child() {
                    let is_last = body.kind() != SyntaxKind::NODE_LAMBDA && arguments == usize::MAX;
                    if arguments == 1 || is_last {
                        self.value(&body, want);
                    } else {
                        self.result(
                            &body,
                            if arguments == usize::MAX { arguments } else { arguments - 1 },
                            want,
                        );
                    }
                }
            }
            _ => {}
        }
        self.depth -= 1;
    }

    /// The attributes of a set that is written out.
    fn entries(&mut self, set: &SyntaxNode, node: &'a Node) {
        for entry in set.children() {
            let start = self.path.len();
            match entry.kind() {
                SyntaxKind::NODE_ATTRPATH_VALUE => {
                    if let Some((path, value)) = binding(&entry)
                        && let Some(option) = self.descend(&path, node)
                    {
                        self.value(&value, Want::Value(option));
                    }
                }
                SyntaxKind::NODE_INHERIT => {
                    let is_from = |it: &SyntaxNode| it.kind() == SyntaxKind::NODE_INHERIT_FROM;
                    let inherits_from = entry.children().any(|it| is_from(&it));
                    for attribute in entry.children().filter(|it| !is_from(it)) {
                        let option = self.descend(std::slice::from_ref(&attribute), node);
                        if let (Some(option), false) = (option, inherits_from)
                            && let Bound::To(value) = resolve(&attribute.text().to_string(), &entry)
                        {
                            self.value(&value, Want::Value(option));
                        }
                        self.path.truncate(start);
                    }
                }
                _ => {}
            }
            self.path.truncate(start);
        }
    }

    /// The attributes of a set whose values become others.
    fn names(&mut self, set: &SyntaxNode, node: &'a Node) {
        for entry in set.children() {
            let attributes: Vec<SyntaxNode> = match entry.kind() {
                SyntaxKind::NODE_INHERIT => entry.children().collect(),
                _ => binding(&entry)
                    .into_iter()
                    .filter_map(|(path, _)| path.into_iter().next())
                    .collect(),
            };
            for attribute in attributes.iter().filter(|it| static_key(it).is_some()) {
                let start = self.path.len();
                self.descend(std::slice::from_ref(attribute), node);
                self.path.truncate(start);
            }
        }
    }

    /// The value of a set that is a pair.
    fn pair(&mut self, set: &SyntaxNode, node: &'a Node) {
        for (path, value) in set.children().filter_map(|entry| binding(&entry)) {
            let start = self.path.len();
            self.path.push("<name>".to_owned());
            match path.first().and_then(static_key).as_deref() {
                Some("value") => {
                    if let Some(option) = self.descend(&path[1..], node) {
                        self.value(&value, Want::Value(option));
                    }
                }
                Some("name") | None => {}
                Some(other) => {
                    let message = format!("a pair has a `name` and a `value`, and no `{other}`");
                    self.found.push(Finding::new(&path[0], message));
                }
            }
            self.path.truncate(start);
        }
    }

    /// The option at the end of a path, unless the path goes where anything may.
    fn descend(&mut self, path: &[SyntaxNode], mut node: &'a Node) -> Option<&'a Node> {
        for attribute in path {
            let Some(name) = static_key(attribute) else {
                self.path.push("<name>".to_owned());
                node = node.element.as_deref().filter(|_| node.takes_any_name())?;
                continue;
            };
            match self.below(node, &name) {
                // An option that a value names is the user's.
                Below::Option(_) if self.names_option(node, attribute) => return None,
                Below::Option(option) => node = option.used(),
                Below::Anything => return None,
                Below::Nothing => {
                    if !self.is_value(attribute) {
                        self.unknown(attribute, &name, node);
                    }
                    return None;
                }
            }
            self.path.push(attribute.text().to_string());
        }
        Some(node)
    }

    /// Whether a name is a value of cluster.toml, and means one option, unlike
    /// that of a user or a file.
    fn names_option(&self, node: &Node, attribute: &SyntaxNode) -> bool {
        self.is_value(attribute) && !node.takes_any_name()
    }

    fn below(&self, node: &'a Node, name: &str) -> Below<'a> {
        if node.kind.is_module() {
            return match name {
                "imports" => Below::Option(&self.options.modules),
                "config" => Below::Option(&self.options.root),
                "options" | "disabledModules" | "freeformType" | "key" | "meta" | "_class"
                | "_file" => Below::Anything,
                _ => self.below(&self.options.root, name),
            };
        }
        match node.child(name) {
            Some(option) => Below::Option(option),
            None if node.kind.is_open() => Below::Anything,
            // Internal options, and modules of others, are in no `options.json`.
            None if self.is_complete && self.options.is_elsewhere(node, name) => Below::Anything,
            None => Below::Nothing,
        }
    }

    fn unknown(&mut self, attribute: &SyntaxNode, name: &str, node: &Node) {
        let node = if node.kind.is_module() { &self.options.root } else { node };
        let mut path = self.path.join(".");
        let near = closest(name, node.children.keys().map(String::as_str));
        let hint = near.map_or_else(String::new, |near| {
            let dot = if path.is_empty() { "" } else { "." };
            format!("; `{path}{dot}{near}` is")
        });
        path.push_str(if path.is_empty() { "" } else { "." });
        let message = format!("`{path}{attribute}` is no known option{hint}");
        self.found.push(Finding::new(attribute, message));
    }

    fn shape(&mut self, expression: &SyntaxNode, shape: &Shape, want: Want<'_>) {
        let (fits, words) = match want {
            Want::Value(node) => (node.kind.admits(shape), node.words.as_str()),
            Want::Values(_) | Want::Pairs(_) => (*shape == Shape::List, "a list"),
            Want::Pair(_) => (*shape == Shape::Set, "a set of `name` and `value`"),
        };
        if !fits {
            let path = self.path.join(".");
            let whose = if self.is_value(expression) { " (a value of cluster.toml)" } else { "" };
            let message = format!("`{path}` takes {words}, not {}{whose}", shape.words());
            self.found.push(Finding::new(expression, message));
        }
    }

    fn is_value(&self, node: &SyntaxNode) -> bool {
        let at = usize::from(node.text_range().start());
        let after = self.values.partition_point(|value| value.end <= at);
        self.values.get(after).is_some_and(|value| value.start <= at)
    }
}

impl<'a> Want<'a> {
    /// What an element of a list has to be.
    fn element(self) -> Option<Self> {
        match self {
            Self::Value(node) => node.element.as_deref().map(Self::Value),
            Self::Values(node) => Some(Self::Value(node)),
            Self::Pairs(node) => Some(Self::Pair(node)),
            Self::Pair(_) => None,
        }
    }

    /// What an attribute of any name has to be.
    fn attribute(self) -> Option<&'a Node> {
        match self {
            Self::Value(node) if node.takes_any_name() => node.element.as_deref(),
            _ => None,
        }
    }
}

/// A function and all arguments that it is applied to.
fn uncurried(call: &SyntaxNode) -> (SyntaxNode, Vec<SyntaxNode>) {
    let mut function = call.clone();
    let mut arguments = Vec::new();
    while function.kind() == SyntaxKind::NODE_APPLY {
        let (Some(inner), Some(argument)) = (function.first_child(), function.last_child()) else {
            break;
        };
        arguments.push(argument);
        function = inner;
    }
    arguments.reverse();
    (function, arguments)
}

/// `lib.NAME`, `builtins.NAME`, or one of the names that Nix itself binds.
fn library_name(function: &SyntaxNode) -> Option<String> {
    match function.kind() {
        SyntaxKind::NODE_SELECT => {
            let mut parts = function.children();
            let set = parts.next()?.text().to_string();
            let path = parts.next()?;
            let is_library = matches!(set.as_str(), "lib" | "builtins");
            (is_library && path.children().count() == 1).then(|| path.text().to_string())
        }
        SyntaxKind::NODE_IDENT => {
            let name = function.text().to_string();
            matches!(resolve(&name, function), Bound::Free).then_some(name)
        }
        _ => None,
    }
}

/// What a literal is.
fn literal(expression: &SyntaxNode) -> Option<Shape> {
    Some(match expression.kind() {
        SyntaxKind::NODE_STRING => Shape::String(plain_string(expression)),
        SyntaxKind::NODE_PATH_ABS | SyntaxKind::NODE_PATH_REL => Shape::Path,
        SyntaxKind::NODE_HAS_ATTR => Shape::Bool,
        SyntaxKind::NODE_LITERAL => match expression.first_token()?.kind() {
            SyntaxKind::TOKEN_INTEGER => Shape::Int(expression.text().to_string().parse().ok()),
            SyntaxKind::TOKEN_FLOAT => Shape::Float,
            _ => Shape::String(None),
        },
        SyntaxKind::NODE_UNARY_OP => match (operator(expression)?, &expression.first_child()?) {
            (SyntaxKind::TOKEN_INVERT, _) => Shape::Bool,
            (_, number) => match literal(number)? {
                Shape::Int(number) => Shape::Int(number.map(|number| -number)),
                other => other,
            },
        },
        _ => return None,
    })
}

/// Whether a set is what a file comes to, past arguments and bindings.
fn is_result(set: &SyntaxNode, root: &SyntaxNode) -> bool {
    let mut node = set.clone();
    while let Some(parent) = node.parent() {
        let passes = matches!(
            parent.kind(),
            SyntaxKind::NODE_ROOT
                | SyntaxKind::NODE_PAREN
                | SyntaxKind::NODE_LET_IN
                | SyntaxKind::NODE_LAMBDA
        );
        if !passes || parent.last_child().as_ref() != Some(&node) {
            return false;
        }
        if parent == *root {
            return true;
        }
        node = parent;
    }
    false
}
