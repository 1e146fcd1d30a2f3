//! That no value became code. A value is data as long as it is whole strings,
//! numbers, truth values, names of attributes, paths, and lists and sets of
//! those; or stays inside the string or the comment that it stands in.

use std::iter::successors;
use std::ops::Range;

use rnix::{SyntaxKind, SyntaxNode, SyntaxToken};

use crate::nix::finding::Finding;

/// Finds the values, which are in order, that became code.
pub(in crate::nix) fn check(root: &SyntaxNode, values: &[Range<usize>], found: &mut Vec<Finding>) {
    let mut tokens = successors(root.first_token(), SyntaxToken::next_token).peekable();
    for value in values {
        while tokens.next_if(|token| range(token).end <= value.start).is_some() {}
        let mut of_value = successors(tokens.peek().cloned(), SyntaxToken::next_token)
            .take_while(|token| range(token).start < value.end);
        if let Some(code) = of_value.find(|token| !is_data(token, value)) {
            let message = format!("a value became code, at `{}`", code.text());
            found.push(Finding { at: range(&code).start.max(value.start), message });
        }
    }
}

fn is_data(token: &SyntaxToken, value: &Range<usize>) -> bool {
    let within = |range: Range<usize>| value.start <= range.start && range.end <= value.end;
    let parent = token.parent();
    let parent_is_within =
        || parent.as_ref().is_some_and(|node| within(to_usize(node.text_range())));
    match token.kind() {
        SyntaxKind::TOKEN_STRING_CONTENT => true,
        SyntaxKind::TOKEN_COMMENT => {
            let comment = range(token);
            comment.start < value.start && value.end <= comment.end
        }
        SyntaxKind::TOKEN_WHITESPACE
        | SyntaxKind::TOKEN_INTEGER
        | SyntaxKind::TOKEN_FLOAT
        | SyntaxKind::TOKEN_PATH_REL => within(range(token)),
        SyntaxKind::TOKEN_IDENT => within(range(token)) && is_name_or_constant(token),
        // Both ends of what they enclose or join.
        SyntaxKind::TOKEN_STRING_START
        | SyntaxKind::TOKEN_STRING_END
        | SyntaxKind::TOKEN_L_BRACE
        | SyntaxKind::TOKEN_R_BRACE
        | SyntaxKind::TOKEN_L_BRACK
        | SyntaxKind::TOKEN_R_BRACK
        | SyntaxKind::TOKEN_ASSIGN
        | SyntaxKind::TOKEN_SEMICOLON
        | SyntaxKind::TOKEN_SUB => parent_is_within(),
        // Between names of attributes, and not after an expression.
        SyntaxKind::TOKEN_DOT => {
            parent_is_within()
                && parent.as_ref().is_some_and(|node| node.kind() == SyntaxKind::NODE_ATTRPATH)
        }
        // Around a negative number in a list, or a path with odd characters, which
        // is the sum of a path and a string.
        SyntaxKind::TOKEN_L_PAREN | SyntaxKind::TOKEN_R_PAREN | SyntaxKind::TOKEN_ADD => {
            parent_is_within()
                && parent.as_ref().is_some_and(|node| {
                    node.descendants().any(|it| {
                        matches!(it.kind(), SyntaxKind::NODE_PATH_REL | SyntaxKind::NODE_UNARY_OP)
                    })
                })
        }
        _ => false,
    }
}

fn is_name_or_constant(ident: &SyntaxToken) -> bool {
    let Some(around) = ident.parent().and_then(|node| node.parent()) else { return false };
    match around.kind() {
        SyntaxKind::NODE_ATTRPATH => true,
        // Only what is inherited from a set is a name and no reference.
        SyntaxKind::NODE_INHERIT => {
            around.children().any(|child| child.kind() == SyntaxKind::NODE_INHERIT_FROM)
        }
        _ => matches!(ident.text(), "true" | "false" | "null"),
    }
}

fn range(token: &SyntaxToken) -> Range<usize> {
    to_usize(token.text_range())
}

fn to_usize(range: rnix::TextRange) -> Range<usize> {
    range.start().into()..range.end().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Judges a text whose values stand between `«` and `»`.
    fn code(marked: &str) -> bool {
        let (text, values) = crate::nix::tests::marked(marked);
        let parsed = rnix::Root::parse(&text);
        assert!(parsed.errors().is_empty(), "{text}: {:?}", parsed.errors());
        let mut found = Vec::new();
        check(&parsed.syntax(), &values, &mut found);
        !found.is_empty()
    }

    #[test]
    fn data_stays_data() {
        for text in [
            "{ «a» = «\"x\"»; }",
            "{ a = \"b-«c»\"; }",
            "{ a = ''\n  «c»''; }",
            "# of «it ${x} \" '' »\n1",
            "{ «\"a.b\"».«c» = «[ 1 (-2) true null \"x\" { a = -1; } ]»; }",
            "[ «../a/b.nix» «(./. + \"/my vms/a.nix\")» ]",
            "x: x.«a»",
            "x: { inherit (x) «a»; }",
            "x: [ \"${x}«y»${x}\" ]",
        ] {
            assert!(!code(text), "{text}");
        }
    }

    #[test]
    fn code_in_a_value_is_found() {
        for text in [
            // Escaped for the other kind of string.
            "x: ''«\\${x}»''",
            "x: \"«${x}»\"",
            "x: \"«a\" + x + \"b»\"",
            // Not quoted at all.
            "x: { a = «x»; }",
            "x: { inherit «x»; }",
            "{ a = «1; b = 2»; }",
            "# «a\n1»",
            "[ «1 2» ]\n++ «[ 3 ] ++ [ 4 ]»",
            "«a: a»",
            "{ a = 1«2 »+ 3; }",
            "x: [ x«y» ]",
        ] {
            let text = text.replace("x«y»", "y«x»");
            assert!(code(&text.replace("y«x»", "«x»")), "{text}");
        }
    }
}
