//! `with pkgs; [ git ]`: the same list as `[ pkgs.git ]`.

use rnix::SyntaxNode;
use rnix::ast::{self, Expr, HasEntry as _, Param};
use rowan::ast::AstNode as _;

use super::Value;
use super::code::code;

/// So many names are looked for around a list.
const MOST_NAMES: usize = 256;

/// The list of a `with` whose items are names and values, each as it is called without it.
/// `leaf` reads one that the `with` does not reach.
pub(super) fn list(with: &ast::With, leaf: fn(&Expr) -> Value) -> Option<Value> {
    let (Some(namespace @ (Expr::Ident(_) | Expr::Select(_))), Some(Expr::List(list))) =
        (with.namespace(), with.body())
    else {
        return None;
    };
    let namespace = code(namespace.syntax());
    let bound = bound_around(with.syntax())?;
    let item = |expr: Expr| {
        let first = match &expr {
            Expr::Ident(name) => Some(name.syntax().text().to_string()),
            Expr::Select(select) => match select.expr() {
                Some(Expr::Ident(name)) if select.default_expr().is_none() => {
                    Some(name.syntax().text().to_string())
                }
                _ => return None,
            },
            Expr::Str(_) | Expr::Literal(_) | Expr::PathRel(_) | Expr::PathAbs(_) => None,
            _ => return None,
        };
        let is_constant = |name: &str| matches!(name, "true" | "false" | "null" | "builtins");
        Some(match first {
            Some(name) if !is_constant(&name) && !bound.contains(&name) => {
                Value::Code(format!("{namespace}.{}", code(expr.syntax())))
            }
            _ => leaf(&expr),
        })
    };
    list.items().map(item).collect::<Option<Vec<_>>>().map(Value::List)
}

/// The names that a `with` does not reach, because something around it binds them.
fn bound_around(node: &SyntaxNode) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for around in node.ancestors().skip(1) {
        if let Some(lambda) = ast::Lambda::cast(around.clone()) {
            match lambda.param() {
                Some(Param::IdentParam(name)) => names.push(name.syntax().text().to_string()),
                Some(Param::Pattern(pattern)) => {
                    let of = |name: ast::Ident| name.syntax().text().to_string();
                    names.extend(pattern.pat_entries().filter_map(|it| it.ident()).map(of));
                    names.extend(pattern.pat_bind().and_then(|it| it.ident()).map(of));
                }
                None => {}
            }
        } else if let Some(let_in) = ast::LetIn::cast(around.clone()) {
            bind(let_in.entries(), &mut names);
        } else if let Some(set) = ast::AttrSet::cast(around).filter(|set| set.rec_token().is_some())
        {
            bind(set.entries(), &mut names);
        }
        if names.len() > MOST_NAMES {
            return None;
        }
    }
    Some(names)
}

fn bind(entries: impl Iterator<Item = ast::Entry>, names: &mut Vec<String>) {
    for entry in entries.take(MOST_NAMES + 1) {
        match entry {
            ast::Entry::AttrpathValue(binding) => {
                let first = binding.attrpath().and_then(|path| path.attrs().next());
                names.extend(first.map(|attr| attr.syntax().text().to_string()));
            }
            ast::Entry::Inherit(inherit) => {
                names.extend(inherit.attrs().map(|attr| attr.syntax().text().to_string()));
            }
        }
    }
}
