//! An expression in its canonical spelling: no comments, one space where two
//! tokens need one or read better with one, strings by value.

use std::fmt::Write as _;

use rnix::ast::{InterpolPart, Str};
use rnix::{NodeOrToken, SyntaxKind, SyntaxNode, WalkEvent};
use rowan::ast::AstNode as _;

use crate::render::nix_string_part;

pub(super) fn code(node: &SyntaxNode) -> String {
    let mut out = String::new();
    let mut last = None;
    let mut events = node.preorder_with_tokens();
    while let Some(event) = events.next() {
        let (kind, text) = match event {
            WalkEvent::Enter(NodeOrToken::Node(node)) => {
                let text = match node.kind() {
                    SyntaxKind::NODE_STRING => Str::cast(node.clone()).map(|it| string(&it)),
                    SyntaxKind::NODE_PATH_REL
                    | SyntaxKind::NODE_PATH_ABS
                    | SyntaxKind::NODE_PATH_HOME => Some(node.text().to_string()),
                    _ => None,
                };
                let Some(text) = text else { continue };
                events.skip_subtree();
                (node.kind(), text)
            }
            WalkEvent::Enter(NodeOrToken::Token(token)) => match token.kind() {
                SyntaxKind::TOKEN_WHITESPACE | SyntaxKind::TOKEN_COMMENT => continue,
                kind => (kind, token.text().to_owned()),
            },
            WalkEvent::Leave(_) => continue,
        };
        if last.is_some_and(|last| parted(last, kind)) {
            out.push(' ');
        }
        out.push_str(&text);
        last = Some(kind);
    }
    out
}

/// Whether a space stands between two tokens.
fn parted(left: SyntaxKind, right: SyntaxKind) -> bool {
    use SyntaxKind as Kind;
    let opens = matches!(
        left,
        Kind::TOKEN_L_PAREN
            | Kind::TOKEN_DOT
            | Kind::TOKEN_INTERPOL_START
            | Kind::TOKEN_INVERT
            | Kind::TOKEN_AT
    );
    let closes = matches!(
        right,
        Kind::TOKEN_R_PAREN
            | Kind::TOKEN_DOT
            | Kind::TOKEN_INTERPOL_END
            | Kind::TOKEN_SEMICOLON
            | Kind::TOKEN_COMMA
            | Kind::TOKEN_COLON
            | Kind::TOKEN_AT
    );
    !opens && !closes
}

/// A string literal of either kind, in double quotes.
pub(super) fn string(literal: &Str) -> String {
    let mut out = String::from("\"");
    for part in literal.normalized_parts() {
        match part {
            InterpolPart::Literal(text) => out.push_str(&nix_string_part(&text)),
            InterpolPart::Interpolation(inner) => {
                let inner = inner.expr().map(|expr| code(expr.syntax())).unwrap_or_default();
                let _ = write!(out, "${{{inner}}}");
            }
        }
    }
    out.push('"');
    out
}
