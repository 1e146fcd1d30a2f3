//! The tokens of Nix that count: those that no formatter changes.

use std::borrow::Cow;

use crate::text::part;
use rnix::SyntaxKind;

/// Whether it would take too long to find the tokens of a text. Before each of
/// `a.a.a` rnix looks at all that follows, since it may be a path; no file that
/// means anything has a thousandth of what is too much.
pub fn is_tangled(text: &str) -> bool {
    const MOST: usize = 1 << 26;

    // Not even one word would be too much.
    if text.len() <= MOST.isqrt() {
        return false;
    }
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_.+-".contains(&byte);
    let words = text.as_bytes().split(|byte| !is_part(*byte));
    let looks = words.map(|word| {
        let tokens = word.iter().filter(|byte| b".+-".contains(byte)).count();
        tokens.saturating_mul(word.len())
    });
    looks.fold(0, usize::saturating_add) > MOST
}

/// The tokens of a Nix text that are no layout, with a NUL behind each. Two texts
/// with the same essence differ in what a formatter or git may do to them: spaces,
/// line breaks and their kind, the indentation of strings and comments, and the comma
/// behind the last argument of a function.
pub fn essence(text: &str) -> String {
    const COMMA: &str = "\0,\0";

    let text = &unix(text);
    let mut out = String::with_capacity(text.len());
    // The strings that are open; of an indented one, its own text and its place.
    let mut open: Vec<Option<(usize, String)>> = Vec::new();
    // What is put into the text at the end: all that follows would move for each.
    let mut strings: Vec<(usize, String)> = Vec::new();
    for (kind, token) in rnix::tokenize(text) {
        match kind {
            SyntaxKind::TOKEN_WHITESPACE => continue,
            SyntaxKind::TOKEN_R_BRACE if out.ends_with(COMMA) => {
                out.truncate(out.len() + 1 - COMMA.len());
            }
            SyntaxKind::TOKEN_STRING_START => {
                open.push((token == "''").then(|| (out.len() + token.len(), String::new())));
            }
            SyntaxKind::TOKEN_STRING_CONTENT => {
                if let Some(Some((_, own))) = open.last_mut() {
                    own.push_str(token);
                    continue;
                }
            }
            SyntaxKind::TOKEN_INTERPOL_START => {
                if let Some(Some((_, own))) = open.last_mut() {
                    own.push(INTERPOLATION);
                }
            }
            SyntaxKind::TOKEN_STRING_END => {
                if let Some(Some((start, own))) = open.pop() {
                    strings.push((start, unindented(&own)));
                }
            }
            _ => {}
        }
        match kind {
            SyntaxKind::TOKEN_COMMENT => out.push_str(&comment(token)),
            _ => out.push_str(token),
        }
        out.push('\0');
    }
    strings.sort_by_key(|(start, _)| *start);
    let mut whole = String::with_capacity(text.len());
    let mut from = 0;
    for (start, own) in strings {
        whole.push_str(part(&out, from..start));
        whole.push_str(&own);
        from = start;
    }
    whole + part(&out, from..)
}

/// Stands in a string's own text for what is interpolated.
const INTERPOLATION: char = '\0';

/// A text with the line breaks that git may have changed as they were.
fn unix(text: &str) -> Cow<'_, str> {
    if text.contains('\r') { text.replace("\r\n", "\n").into() } else { text.into() }
}

fn comment(token: &str) -> Cow<'_, str> {
    if token.contains('\n') {
        token.lines().map(str::trim).collect::<Vec<_>>().join("\n").into()
    } else {
        token.trim_end().into()
    }
}

/// An indented string as Nix understands it: without the indentation that its
/// lines have in common, and without the spaces around it.
fn unindented(own: &str) -> String {
    let own = match own.split_once('\n') {
        Some((first, rest)) if is_blank(first) => rest,
        _ => own,
    };
    let indentation = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let lines = own.split('\n').filter(|line| !is_blank(line));
    let common = lines.map(indentation).min().unwrap_or(usize::MAX);
    let stripped = |line: &'_ str| part(line, indentation(line).min(common)..).to_owned();
    let mut lines: Vec<String> = own.split('\n').map(stripped).collect();
    if let Some(last) = lines.last_mut().filter(|last| is_blank(last)) {
        last.clear();
    }
    lines.join("\n")
}

fn is_blank(line: &str) -> bool {
    line.bytes().all(|byte| byte == b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_is_not_of_the_essence() {
        let a = "{a=1;# x\n}";
        let b = "{\n  a = 1; # x  \n}\n";
        assert_eq!(essence(a), essence(b));
        assert_ne!(essence(a), essence("{a=2;# x\n}"));
        assert_ne!(essence(a), essence("{a=1;# y\n}"));
    }

    #[test]
    fn the_indentation_of_strings_is_layout_and_their_text_is_not() {
        let string = "''\n  a ${b} ${\n''\n  c\n''}\n\n    d\n''";
        for same in [
            "''\n    a ${b} ${''\n      c\n  ''}\n  \n      d\n  ''",
            "''\r\n  a ${b} ${\r\n''\r\n  c\r\n''}\r\n\r\n    d\r\n''",
        ] {
            assert_eq!(essence(string), essence(same));
        }
        for other in [
            "''\n  a ${b} ${\n''\n  c\n''}\n\n   d\n''",
            "''\n  a ${b}  ${\n''\n  c\n''}\n\n    d\n''",
            "''\n  a ${b} ${\n''\n  c\n''}\n    d\n''",
            "''\n${b} a ${\n''\n  c\n''}\n\n    d\n''",
        ] {
            assert_ne!(essence(string), essence(other), "{other}");
        }
        assert_ne!(essence("\"  a\n b\""), essence("\"a\n  b\""));
    }

    #[test]
    fn what_is_tangled_is_told_before_it_is_read() {
        for word in ["a.", "-", "..", "1+", "a-"] {
            assert!(is_tangled(&word.repeat(100_000)), "{word}");
        }
        let hash = "0123456789abcdef+/".repeat(100_000);
        assert!(!is_tangled(&format!("{{ a = \"{hash}\"; }}")));
        assert!(!is_tangled(&"a.b.c.d = 1.5;\n".repeat(100_000)));
    }

    #[test]
    fn a_comma_behind_the_last_argument_is_layout() {
        assert_eq!(essence("{ a, b, }: a"), essence("{\n  a\n, b\n}: a"));
        assert_ne!(essence("{ a, b }: a"), essence("{ a, b, ... }: a"));
    }
}
