//! Plain data, read by its tokens alone: sets, lists, strings, numbers, truth
//! values and `null`. A data file may have megabytes, and a syntax tree of it would
//! cost more than all else that is done with it.

use std::ops::Range;

use rnix::SyntaxKind;

/// A part of plain data, in the order of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// A name of an attribute, as it is written but for quotes; of a dotted path
    /// one after the other.
    Name(&'a str),
    Open(Bracket),
    /// A set or a list, now that it ends.
    Close(Bracket),
    /// A number, a truth value or `null`.
    Word(&'a str),
    /// A string, as it is written but for quotes.
    Text(&'a str),
    /// The semicolon behind a binding.
    Bound,
    Comment,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bracket {
    Set,
    List,
}

/// The kind of part that comes next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Value,
    Name,
    /// A name, or the end of the set.
    Binding,
    /// That, or another name of the path.
    Assign,
    Semicolon,
    End,
}

/// Deeper data is no machine's.
const DEEPEST: usize = 32;

/// Gives every part of a text, and where it is, to a reader. `None` where the text
/// is more than plain data, or the reader wants no more of it.
pub(super) fn read<'a>(
    text: &'a str,
    mut take: impl FnMut(Part<'a>, Range<usize>) -> Option<()>,
) -> Option<()> {
    let mut open: Vec<(Bracket, usize)> = Vec::new();
    let after_value = |open: &[(Bracket, usize)]| match open.last() {
        Some((Bracket::Set, _)) => Next::Semicolon,
        Some((Bracket::List, _)) => Next::Value,
        None => Next::End,
    };
    let (mut next, mut end) = (Next::Value, 0);
    let mut tokens = rnix::tokenize(text);
    while let Some((kind, token)) = tokens.next() {
        let start = end;
        end += token.len();
        match (kind, next) {
            (SyntaxKind::TOKEN_WHITESPACE, _) => {}
            (SyntaxKind::TOKEN_COMMENT, _) => take(Part::Comment, start..end)?,
            (SyntaxKind::TOKEN_IDENT, Next::Name | Next::Binding) => {
                take(Part::Name(token), start..end)?;
                next = Next::Assign;
            }
            (SyntaxKind::TOKEN_STRING_START, _) if token == "\"" => {
                let content = content(&mut tokens)?;
                end += content.len() + 1;
                match next {
                    Next::Name | Next::Binding => {
                        take(Part::Name(content), start..end)?;
                        next = Next::Assign;
                    }
                    Next::Value => {
                        take(Part::Text(content), start..end)?;
                        next = after_value(&open);
                    }
                    _ => return None,
                }
            }
            (SyntaxKind::TOKEN_DOT, Next::Assign) => next = Next::Name,
            (SyntaxKind::TOKEN_ASSIGN, Next::Assign) => next = Next::Value,
            (SyntaxKind::TOKEN_SEMICOLON, Next::Semicolon) => {
                take(Part::Bound, start..end)?;
                next = Next::Binding;
            }
            (SyntaxKind::TOKEN_INTEGER | SyntaxKind::TOKEN_FLOAT, Next::Value) => {
                take(Part::Word(token), start..end)?;
                next = after_value(&open);
            }
            (SyntaxKind::TOKEN_IDENT, Next::Value)
                if matches!(token, "true" | "false" | "null") =>
            {
                take(Part::Word(token), start..end)?;
                next = after_value(&open);
            }
            (SyntaxKind::TOKEN_L_BRACE | SyntaxKind::TOKEN_L_BRACK, Next::Value)
                if open.len() < DEEPEST =>
            {
                let (bracket, inside) = match kind {
                    SyntaxKind::TOKEN_L_BRACE => (Bracket::Set, Next::Binding),
                    _ => (Bracket::List, Next::Value),
                };
                open.push((bracket, start));
                take(Part::Open(bracket), start..end)?;
                next = inside;
            }
            (SyntaxKind::TOKEN_R_BRACE, Next::Binding)
            | (SyntaxKind::TOKEN_R_BRACK, Next::Value) => {
                let (bracket, from) = open.pop()?;
                if (bracket == Bracket::Set) != (kind == SyntaxKind::TOKEN_R_BRACE) {
                    return None;
                }
                take(Part::Close(bracket), from..end)?;
                next = after_value(&open);
            }
            _ => return None,
        }
    }
    (next == Next::End).then_some(())
}

/// The content of a string without interpolation, up to its end.
fn content<'a>(tokens: &mut impl Iterator<Item = (SyntaxKind, &'a str)>) -> Option<&'a str> {
    match tokens.next()? {
        (SyntaxKind::TOKEN_STRING_END, _) => Some(""),
        (SyntaxKind::TOKEN_STRING_CONTENT, content) => {
            (tokens.next()?.0 == SyntaxKind::TOKEN_STRING_END).then_some(content)
        }
        _ => None,
    }
}
