//! From the syntax tree to entries.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Place;
use std::fmt::Write as _;

use rnix::ast::{
    self, AstToken as _, Attr, AttrSet, BinOpKind, Expr, HasEntry, InterpolPart, LiteralKind,
    Param, UnaryOpKind,
};
use rowan::ast::AstNode as _;

use super::code::{code, string};
use super::{AttrPath, Attrs, Entry, Value, plain, segment, with};
use crate::nix::parse;

pub(super) fn read(text: &str) -> Option<Attrs> {
    plain::read(text).or_else(|| tree(text))
}

/// The same by its syntax tree, whatever it is.
pub(super) fn tree(text: &str) -> Option<Attrs> {
    parse::tree(text).ok().map(|root| entries(&root))
}

/// The attributes that a tree without errors sets.
pub(super) fn entries(root: &rnix::Root) -> Attrs {
    let mut reader = Reader::default();
    if let Some(expr) = root.expr() {
        reader.body(expr);
    }
    Attrs { entries: reader.entries }
}

/// Collects the entries of one set, at the path that it has come to.
#[derive(Default)]
struct Reader {
    path: Vec<String>,
    entries: BTreeMap<AttrPath, Entry>,
}

impl Reader {
    /// A file's expression: which arguments it takes is no option, but what
    /// they are without a caller may be.
    fn body(&mut self, expr: Expr) {
        match expr {
            Expr::Lambda(lambda) => {
                self.defaults(&lambda);
                if let Some(body) = lambda.body() {
                    self.body(body);
                }
            }
            expr => self.value(expr),
        }
    }

    fn defaults(&mut self, lambda: &ast::Lambda) {
        let Some(Param::Pattern(pattern)) = lambda.param() else { return };
        for entry in pattern.pat_entries() {
            if let (Some(name), Some(default)) = (entry.ident(), entry.default()) {
                let name = segment(&name.syntax().text().to_string());
                self.below(["let".to_owned(), name], |reader| reader.value(default));
            }
        }
    }

    /// Reads an expression at this path.
    fn value(&mut self, expr: Expr) {
        match expr {
            Expr::Paren(paren) => {
                if let Some(inner) = paren.expr() {
                    self.value(inner);
                }
            }
            Expr::AttrSet(set) if set.entries().next().is_some() => self.bindings(&set),
            Expr::LetIn(let_in) => {
                self.below(["let".to_owned()], |reader| reader.bindings(&let_in));
                if let Some(body) = let_in.body() {
                    self.body(body);
                }
            }
            Expr::With(with) => match with::list(&with, leaf) {
                Some(list) => self.add(Entry { value: list, offset: offset(&Expr::With(with)) }),
                None => self.guarded("with", with.namespace(), with.body()),
            },
            Expr::Assert(assert) => self.guarded("assert", assert.condition(), assert.body()),
            Expr::Lambda(lambda) => {
                self.defaults(&lambda);
                let param = match lambda.param() {
                    Some(Param::IdentParam(name)) => name.syntax().text().to_string(),
                    _ => "{ }".to_owned(),
                };
                if let Some(body) = lambda.body() {
                    self.below([format!("{param}:")], |reader| reader.value(body));
                }
            }
            Expr::BinOp(ref operation) if operation.operator() == Some(BinOpKind::Update) => {
                self.update(&expr);
            }
            Expr::Apply(ref apply) => match Merge::of(apply) {
                Some(Merge::If(condition, set)) => {
                    let condition = format!("(if {})", code(condition.syntax()));
                    self.below([condition], |reader| reader.value(set));
                }
                Some(Merge::All(sets)) => self.merge(&expr, sets),
                None => self.put(&expr),
            },
            expr => self.put(&expr),
        }
    }

    /// Reads at a longer path.
    fn below<const N: usize>(&mut self, segments: [String; N], read: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        self.path.extend(segments);
        read(self);
        self.path.truncate(length);
    }

    fn guarded(&mut self, word: &str, guard: Option<Expr>, body: Option<Expr>) {
        if let Some(guard) = guard {
            self.below([word.to_owned()], |reader| reader.put(&guard));
        }
        if let Some(body) = body {
            self.value(body);
        }
    }

    fn bindings(&mut self, set: &impl HasEntry) {
        for entry in set.entries() {
            match entry {
                ast::Entry::AttrpathValue(binding) => {
                    let (Some(path), Some(value)) = (binding.attrpath(), binding.value()) else {
                        continue;
                    };
                    let length = self.path.len();
                    self.path.extend(path.attrs().map(|attr| name(&attr)));
                    self.value(value);
                    self.path.truncate(length);
                }
                ast::Entry::Inherit(inherit) => {
                    let from = inherit.from().and_then(|from| from.expr());
                    for attr in inherit.attrs() {
                        let name = name(&attr);
                        let value = match &from {
                            Some(from @ (Expr::Ident(_) | Expr::Select(_))) => {
                                format!("{}.{name}", code(from.syntax()))
                            }
                            Some(from) => format!("({}).{name}", code(from.syntax())),
                            None => name.clone(),
                        };
                        let offset = usize::from(attr.syntax().text_range().start());
                        self.below([name], |reader| {
                            reader.add(Entry { value: Value::Code(value), offset });
                        });
                    }
                }
            }
        }
    }

    /// `a // b // …`: of literal sets the last one wins, name by name. What
    /// else is merged in stays code, with its place between them.
    fn update(&mut self, expr: &Expr) {
        let mut operands = Vec::new();
        collect_operands(expr.clone(), &mut operands);
        let is_set = |operand: &Expr| matches!(operand, Expr::AttrSet(_));
        if !operands.iter().any(is_set) {
            return self.put(expr);
        }
        if !operands.iter().all(is_set) {
            let spelled: Vec<String> = operands
                .iter()
                .map(|operand| match operand {
                    Expr::AttrSet(_) => "{ … }".to_owned(),
                    other => code(other.syntax()),
                })
                .collect();
            let value = Value::Code(spelled.join(" // "));
            let offset = offset(expr);
            self.below(["//".to_owned()], |reader| reader.add(Entry { value, offset }));
        }
        let depth = self.path.len();
        let mut merged = BTreeMap::<AttrPath, Entry>::new();
        for operand in operands {
            let Expr::AttrSet(set) = operand else { continue };
            let mut right = Self { path: self.path.clone(), ..Self::default() };
            right.bindings(&set);
            let names: Vec<&String> =
                right.entries.keys().filter_map(|path| path.0.get(depth)).collect();
            merged.retain(|path, _| path.0.get(depth).is_none_or(|name| !names.contains(&name)));
            merged.extend(right.entries);
        }
        self.entries.extend(merged);
    }

    /// `mkMerge`, where no option is set twice; otherwise code.
    fn merge(&mut self, expr: &Expr, sets: Vec<Expr>) {
        let mut merged = BTreeMap::new();
        for set in sets {
            let mut part = Self { path: self.path.clone(), ..Self::default() };
            part.value(set);
            for (path, entry) in part.entries {
                if merged.insert(path, entry).is_some() {
                    return self.put(expr);
                }
            }
        }
        let paths: Vec<&AttrPath> = merged.keys().collect();
        if paths.windows(2).any(|pair| matches!(pair, [a, b] if b.0.starts_with(&a.0))) {
            return self.put(expr);
        }
        self.entries.extend(merged);
    }

    fn put(&mut self, expr: &Expr) {
        self.add(Entry { value: leaf(expr), offset: offset(expr) });
    }

    /// Adds an entry; two of one path, such as two `with`, are one in their order.
    fn add(&mut self, entry: Entry) {
        match self.entries.entry(AttrPath(self.path.clone())) {
            Place::Vacant(place) => drop(place.insert(entry)),
            Place::Occupied(mut place) => match &mut place.get_mut().value {
                Value::Code(all) => drop(write!(all, "; {}", entry.value)),
                first => *first = Value::Code(format!("{first}; {}", entry.value)),
            },
        }
    }
}

/// `mkIf` and `mkMerge` of literal sets.
enum Merge {
    If(Expr, Expr),
    All(Vec<Expr>),
}

impl Merge {
    fn of(apply: &ast::Apply) -> Option<Self> {
        let argument = bare(apply.argument()?);
        match apply.lambda()? {
            Expr::Apply(inner) if is_function(&inner.lambda()?, "mkIf") => {
                Self::is_set(&argument).then_some(Self::If(inner.argument()?, argument))
            }
            function if is_function(&function, "mkMerge") => {
                let Expr::List(list) = argument else { return None };
                let sets: Vec<Expr> = list.items().map(bare).collect();
                sets.iter().all(Self::is_set).then_some(Self::All(sets))
            }
            _ => None,
        }
    }

    fn is_set(expr: &Expr) -> bool {
        match expr {
            Expr::AttrSet(set) => set.entries().next().is_some(),
            Expr::Apply(apply) => Self::of(apply).is_some(),
            _ => false,
        }
    }
}

fn is_function(expr: &Expr, name: &str) -> bool {
    let text = expr.syntax().text();
    text == name || text == format!("lib.{name}").as_str()
}

fn bare(expr: Expr) -> Expr {
    match expr {
        Expr::Paren(ref paren) => paren.expr().map_or(expr.clone(), bare),
        other => other,
    }
}

fn collect_operands(expr: Expr, operands: &mut Vec<Expr>) {
    match bare(expr) {
        Expr::BinOp(ref operation) if operation.operator() == Some(BinOpKind::Update) => {
            for side in [operation.lhs(), operation.rhs()].into_iter().flatten() {
                collect_operands(side, operands);
            }
        }
        other => operands.push(other),
    }
}

fn offset(expr: &Expr) -> usize {
    usize::from(expr.syntax().text_range().start())
}

/// The segment of a name.
fn name(attr: &Attr) -> String {
    match attr {
        Attr::Ident(name) => segment(&name.syntax().text().to_string()),
        Attr::Str(text) => literal(text).map_or_else(|| string(text), |text| segment(&text)),
        Attr::Dynamic(dynamic) => match dynamic.expr().map(bare) {
            Some(Expr::Str(text)) if literal(&text).is_some() => name(&Attr::Str(text)),
            Some(expr) => format!("${{{}}}", code(expr.syntax())),
            None => String::new(),
        },
    }
}

/// The text of a literal without interpolation.
pub(in crate::nix) fn literal(literal: &ast::Str) -> Option<String> {
    let mut text = String::new();
    for part in literal.normalized_parts() {
        match part {
            InterpolPart::Literal(part) => text.push_str(&part),
            InterpolPart::Interpolation(_) => return None,
        }
    }
    Some(text)
}

/// An expression as a value.
fn leaf(expr: &Expr) -> Value {
    let value = match expr {
        Expr::Paren(paren) => paren.expr().map(|inner| leaf(&inner)),
        Expr::Str(text) => literal(text).map(Value::Text),
        Expr::Literal(literal) => match literal.kind() {
            LiteralKind::Integer(number) => number.value().ok().map(Value::Int),
            LiteralKind::Uri(uri) => Some(Value::Text(uri.syntax().text().to_owned())),
            LiteralKind::Float(_) => None,
        },
        Expr::Ident(name) => match name.syntax().text().to_string().as_str() {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            "null" => Some(Value::Null),
            _ => None,
        },
        Expr::PathRel(_) | Expr::PathAbs(_) | Expr::PathHome(_) => path(expr),
        Expr::BinOp(operation) => spaced_path(operation),
        Expr::UnaryOp(operation) if operation.operator() == Some(UnaryOpKind::Negate) => {
            match operation.expr().map(|inner| leaf(&inner)) {
                Some(Value::Int(number)) => number.checked_neg().map(Value::Int),
                _ => None,
            }
        }
        Expr::List(list) => Some(Value::List(list.items().map(|item| leaf(&item)).collect())),
        Expr::AttrSet(set) => Some(self::set(set)),
        _ => None,
    };
    value.unwrap_or_else(|| Value::Code(code(expr.syntax())))
}

fn set(set: &AttrSet) -> Value {
    let mut reader = Reader::default();
    reader.bindings(set);
    Value::Set(reader.entries.into_iter().map(|(path, entry)| (path, entry.value)).collect())
}

fn path(expr: &Expr) -> Option<Value> {
    let text = expr.syntax().text().to_string();
    (!text.contains("${")).then_some(Value::Path(text))
}

/// `./. + "/a b"`: how a path is written that has characters of its own.
fn spaced_path(operation: &ast::BinOp) -> Option<Value> {
    let (Some(BinOpKind::Add), Some(Expr::PathRel(here)), Some(Expr::Str(rest))) =
        (operation.operator(), operation.lhs(), operation.rhs())
    else {
        return None;
    };
    let rest = literal(&rest)?;
    let rest = rest.strip_prefix('/').filter(|_| here.syntax().text() == "./.")?;
    let relative = rest.starts_with("./") || rest.starts_with("../");
    Some(Value::Path(if relative { rest.to_owned() } else { format!("./{rest}") }))
}
