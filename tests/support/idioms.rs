//! What no careful author of Nix would write, though Nix takes it: what statix says, and
//! deadnix. Users write as they like; nixgen's own templates do not.

use rnix::SyntaxKind::{self, *};
use rnix::{NodeOrToken, SyntaxNode};
use rnix_of_deadnix as deadnix_rnix;

/// What is said of a text.
pub fn said(text: &str) -> Vec<String> {
    let root = rnix::Root::parse(text).syntax();
    let mut said: Vec<String> = root.descendants().flat_map(|node| of_node(&node)).collect();
    let settings = deadnix::Settings {
        no_lambda_arg: false,
        no_lambda_pattern_names: false,
        no_underscore: false,
        warn_used_underscore: false,
    };
    let dead = settings.find_dead_code(&deadnix_rnix::Root::parse(text).syntax());
    said.extend(dead.iter().map(|it| format!("`{}` is bound and never used", it.binding.name)));
    said
}

fn of_node(node: &SyntaxNode) -> Vec<String> {
    let fixed = match node.kind() {
        NODE_BIN_OP if compares_with_truth(node) => "something is compared with a truth value",
        NODE_BIN_OP if adds_nothing(node) => "an empty side adds nothing",
        NODE_IF_ELSE if asks_and_takes(node) => "asking and taking are one: write `or`",
        NODE_INHERIT if node.children().all(|it| it.kind() == NODE_INHERIT_FROM) => {
            "the `inherit` inherits nothing"
        }
        NODE_LEGACY_LET => "an old `let` with a body attribute",
        NODE_LET_IN if node.children().count() == 1 => "the `let` binds nothing",
        NODE_LET_IN if node.children().last().is_some_and(|it| it.kind() == NODE_LET_IN) => {
            "a `let` in a `let`: one can bind it all"
        }
        NODE_LITERAL if first_token(node) == Some(TOKEN_URI) => "a URI belongs in quotes",
        NODE_PAREN if is_needless(node) => "needless parentheses",
        NODE_UNARY_OP if negates_a_comparison(node) => "a comparison is negated",
        NODE_WITH => "`with` hides where names come from",
        NODE_ATTR_SET if first_token(node) == Some(TOKEN_REC) => "`rec` hides what refers to what",
        NODE_ATTR_SET => return repeated_key(node).into_iter().collect(),
        NODE_ATTRPATH_VALUE => return inherited(node).into_iter().collect(),
        _ => return Vec::new(),
    };
    vec![fixed.to_owned()]
}

fn first_token(node: &SyntaxNode) -> Option<SyntaxKind> {
    node.first_token().map(|token| token.kind())
}

/// The operator of an operation.
fn operator(node: &SyntaxNode) -> Option<SyntaxKind> {
    let tokens = node.children_with_tokens().filter_map(NodeOrToken::into_token);
    tokens.map(|token| token.kind()).find(|kind| !kind.is_trivia())
}

/// The attributes of a binding's path, and its value.
fn binding(node: &SyntaxNode) -> Option<(Vec<SyntaxNode>, SyntaxNode)> {
    let mut children = node.children();
    let path = children.find(|child| child.kind() == NODE_ATTRPATH)?;
    Some((path.children().collect(), children.next()?))
}

fn compares_with_truth(node: &SyntaxNode) -> bool {
    matches!(operator(node), Some(TOKEN_EQUAL | TOKEN_NOT_EQUAL))
        && node.children().any(|side| side.text() == "true" || side.text() == "false")
}

fn negates_a_comparison(node: &SyntaxNode) -> bool {
    let inner = node.first_child().filter(|inner| inner.kind() == NODE_PAREN);
    let compared = inner.and_then(|inner| inner.first_child());
    operator(node) == Some(TOKEN_INVERT)
        && compared.is_some_and(|it| matches!(operator(&it), Some(TOKEN_EQUAL | TOKEN_NOT_EQUAL)))
}

fn adds_nothing(node: &SyntaxNode) -> bool {
    let empty = match operator(node) {
        Some(TOKEN_CONCAT) => NODE_LIST,
        Some(TOKEN_UPDATE) => NODE_ATTR_SET,
        _ => return false,
    };
    node.children().any(|side| side.kind() == empty && side.first_child().is_none())
}

/// `if x ? a then x.a else d`; a third part of what is taken is a default already.
fn asks_and_takes(node: &SyntaxNode) -> bool {
    let sides: Vec<SyntaxNode> = node.children().take(2).collect();
    let [asked, taken] = &sides[..] else { return false };
    let parts = |node: &SyntaxNode| -> Vec<String> {
        node.children().map(|part| part.text().to_string()).collect()
    };
    (asked.kind(), taken.kind()) == (NODE_HAS_ATTR, NODE_SELECT) && parts(asked) == parts(taken)
}

fn is_needless(node: &SyntaxNode) -> bool {
    let is_alone = node.parent().is_none_or(|parent| match parent.kind() {
        NODE_ATTRPATH_VALUE | NODE_PAREN | NODE_ROOT => true,
        NODE_LET_IN => parent.last_child().as_ref() == Some(node),
        _ => false,
    });
    let atoms = [NODE_ATTR_SET, NODE_IDENT, NODE_LIST, NODE_LITERAL, NODE_STRING];
    is_alone || node.first_child().is_some_and(|inner| atoms.contains(&inner.kind()))
}

/// A key that begins three dotted bindings of one set, and so wants to be a set.
fn repeated_key(set: &SyntaxNode) -> Option<String> {
    let paths = set.children().filter_map(|entry| binding(&entry)).map(|(path, _)| path);
    let mut keys: Vec<String> =
        paths.filter(|path| path.len() > 1).map(|path| path[0].text().to_string()).collect();
    keys.sort();
    let three = keys.windows(3).find(|keys| keys[0] == keys[2])?;
    Some(format!("`{}` begins three bindings: make it a set", three[0]))
}

/// `a = a;` and `a = x.b.a;`
fn inherited(node: &SyntaxNode) -> Option<String> {
    let (path, value) = binding(node)?;
    let [name] = &path[..] else { return None };
    if name.kind() != NODE_IDENT {
        return None;
    }
    if value.kind() == NODE_IDENT && value.text() == name.text() {
        return Some(format!("write `inherit {name};`"));
    }
    let last = value.last_child().and_then(|attributes| attributes.last_child());
    let is_taken = value.kind() == NODE_SELECT && value.children().count() == 2;
    let is_same = last.is_some_and(|it| it.kind() == NODE_IDENT && it.text() == name.text());
    (is_taken && is_same).then(|| format!("write `inherit (…) {name};`"))
}
