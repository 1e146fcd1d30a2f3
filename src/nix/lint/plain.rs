//! Plain data, told from its tokens: a data file may have megabytes, and a tree
//! of it costs more than all else that is done with it.

use std::collections::HashSet;
use std::ops::Range;

use rnix::SyntaxKind;

/// What is open around a token.
enum Open<'a> {
    /// A set, with the names that are bound in it.
    Set(HashSet<&'a str>),
    List,
    /// A string, and whether it is a name.
    String(bool),
}

/// What comes next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Value,
    Name,
    Assign,
    Semicolon,
    End,
}

/// Whether a text is nothing but strings, numbers, truth values, lists and sets,
/// with one value a name, and every value is one of those or within a string or a
/// comment. When in doubt it is not: its tree tells what is wrong, if anything is.
pub(in crate::nix) fn is_plain(text: &str, values: &[Range<usize>]) -> bool {
    scan(text, values).is_some()
}

fn scan(text: &str, values: &[Range<usize>]) -> Option<()> {
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut next = Next::Value;
    let mut values = values.iter().peekable();
    // The value that the scan is in, and how much is open around it.
    let mut value: Option<(&Range<usize>, usize)> = None;
    let mut end = 0;
    for (kind, token) in rnix::tokenize(text) {
        let start = end;
        end = start + token.len();
        if let Some((_, depth)) = value.take_if(|(value, _)| value.end <= start)
            && depth != open.len()
        {
            return None;
        }
        // Values that are less than this token are part of a text.
        while let Some(part) =
            values.next_if(|it| it.start < end && start < it.start || it.end < end)
        {
            let is_text =
                matches!(kind, SyntaxKind::TOKEN_STRING_CONTENT | SyntaxKind::TOKEN_COMMENT);
            if !is_text || part.end > end || value.is_some() {
                return None;
            }
        }
        if let Some(whole) = values.next_if(|it| it.start < end) {
            value = Some((whole, open.len()));
        }
        let is_at_its_depth = value.is_some_and(|(_, depth)| depth == open.len());
        match (kind, next) {
            (SyntaxKind::TOKEN_WHITESPACE, _) => {}
            (SyntaxKind::TOKEN_COMMENT, _) if value.is_none() => {}
            (SyntaxKind::TOKEN_STRING_START, Next::Name | Next::Value) if token == "\"" => {
                open.push(Open::String(next == Next::Name));
            }
            (SyntaxKind::TOKEN_STRING_CONTENT, _) => {
                if matches!(open.last()?, Open::String(true)) {
                    let Some([Open::Set(names), _]) = open.last_chunk_mut() else { return None };
                    // An escaped name may be another's twin.
                    if token.contains('\\') || !names.insert(token) {
                        return None;
                    }
                }
            }
            (SyntaxKind::TOKEN_STRING_END, _) if !is_at_its_depth => {
                let Some(Open::String(is_name)) = open.pop() else { return None };
                next = if is_name { Next::Assign } else { after_value(&open) };
            }
            (SyntaxKind::TOKEN_INTEGER | SyntaxKind::TOKEN_FLOAT, Next::Value) => {
                next = after_value(&open);
            }
            (SyntaxKind::TOKEN_IDENT, Next::Value)
                if matches!(token, "true" | "false" | "null") =>
            {
                next = after_value(&open);
            }
            (SyntaxKind::TOKEN_IDENT, Next::Name) => {
                let Some(Open::Set(names)) = open.last_mut() else { return None };
                if !names.insert(token) {
                    return None;
                }
                next = Next::Assign;
            }
            (SyntaxKind::TOKEN_ASSIGN, Next::Assign) if !is_at_its_depth => next = Next::Value,
            (SyntaxKind::TOKEN_SEMICOLON, Next::Semicolon) if !is_at_its_depth => next = Next::Name,
            (SyntaxKind::TOKEN_L_BRACE, Next::Value) => {
                open.push(Open::Set(HashSet::new()));
                next = Next::Name;
            }
            (SyntaxKind::TOKEN_L_BRACK, Next::Value) => open.push(Open::List),
            (SyntaxKind::TOKEN_R_BRACE, Next::Name) if !is_at_its_depth => {
                let Some(Open::Set(_)) = open.pop() else { return None };
                next = after_value(&open);
            }
            (SyntaxKind::TOKEN_R_BRACK, Next::Value) if !is_at_its_depth => {
                let Some(Open::List) = open.pop() else { return None };
                next = after_value(&open);
            }
            _ => return None,
        }
    }
    let is_whole = value.is_none_or(|(_, depth)| depth == open.len());
    (is_whole && open.is_empty() && next == Next::End && values.next().is_none()).then_some(())
}

fn after_value(open: &[Open<'_>]) -> Next {
    match open.last() {
        Some(Open::List) => Next::Value,
        Some(_) => Next::Semicolon,
        None => Next::End,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Judges a text whose values stand between `«` and `»`.
    fn plain(marked: &str) -> bool {
        let mut text = String::new();
        let mut values: Vec<Range<usize>> = Vec::new();
        for (index, part) in marked.split(['«', '»']).enumerate() {
            if index % 2 == 1 {
                values.push(text.len()..text.len() + part.len());
            }
            text.push_str(part);
        }
        is_plain(&text, &values)
    }

    #[test]
    fn data_is_plain() {
        for text in [
            "# of «it»\n{ a = 1; b = [ 1 2.5 \"x\" [ ] { } ]; \"c.d\" = { a = null; }; }",
            "{ «a» = «\"x\"»; «\"b.c\"» = «[ 1 { d = true; } ]»; e = \"-«x»-«y»\"; }",
            "\"«x»\"",
        ] {
            assert!(plain(text), "{text}");
        }
    }

    #[test]
    fn what_is_more_or_doubtful_is_not() {
        for text in [
            "{ a = b; }",
            "{ a = 1; a = 2; }",
            "{ a = 1; \"a\" = 2; }",
            "{ a.b = 1; }",
            "rec { a = 1; }",
            "{ a = \"${b}\"; }",
            "{ a = ''b''; }",
            "{ a = 1 }",
            "{ a = 1; ",
            "[ 1 ] [ 2 ]",
            "[ (-1) ]",
            "{ inherit a; }",
            "{ a = \"«x\"; b = \"y»\"; }",
            "{ a = «\"x\"; b = \"y\"»; }",
            "{ a = «1; b = 2»; }",
            "{ a = «[ 1 ]; b = [ 2 ]»; }",
            "{ a = [ «1 ] ; b = [ 2» ]; }",
            "{ «a = 1;» }",
            "{ a = 1«2»; }",
            "# x «y\n»{ a = 1; }",
            "{ a = 1; «# x»\n}",
        ] {
            assert!(!plain(text), "{text}");
        }
    }
}
