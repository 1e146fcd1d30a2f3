//! Secrets in a text that need not be valid, and the text without them.

use std::ops::Range;

use rnix::SyntaxKind;

use super::NamePath;
use super::looks::{self, ends_word};

/// Stands for what is not shown.
pub(crate) const HIDDEN: &str = "***";

/// A text with the words hidden that look like a secret.
pub(crate) fn hide_words(text: &str) -> String {
    if !looks::is_in(text) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for word in text.split_inclusive(ends_word) {
        let bare = word.trim_end_matches(ends_word);
        if looks::is_in(bare) {
            out.push_str(HIDDEN);
            out.push_str(word.strip_prefix(bare).unwrap_or_default());
        } else {
            out.push_str(word);
        }
    }
    // What spans several words, such as a key block.
    if looks::is_in(&out) { HIDDEN.to_owned() } else { out }
}

/// A part of a text without what lies in some of the ranges of the text; its lines
/// stay as many.
pub(crate) fn mask(part: &str, at: usize, secrets: &[Range<usize>]) -> String {
    let mut out = String::with_capacity(part.len());
    let mut hidden = false;
    for (offset, c) in part.char_indices() {
        let is_secret = secrets.iter().any(|range| range.contains(&(at + offset)));
        match (is_secret && !matches!(c, '\n' | '\r'), hidden) {
            (true, false) if c.is_whitespace() => out.push(c),
            (true, false) => {
                out.push_str(HIDDEN);
                hidden = true;
            }
            (true, true) => {}
            (false, _) => {
                out.push(c);
                hidden = false;
            }
        }
    }
    out
}

/// Blocks of PEM.
pub(crate) fn in_pem(text: &str) -> Vec<Range<usize>> {
    let mut blocks = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find("-----BEGIN ").map(|at| from + at) {
        let end = text[start..].find("-----END ").map_or(text.len(), |at| {
            let end = start + at;
            text[end..].find(['\n', '"', '\'']).map_or(text.len(), |at| end + at)
        });
        blocks.push(start..end);
        from = end;
    }
    blocks
}

/// The strings in a Nix text, under some names, that are assigned to the name of a
/// secret.
pub(crate) fn in_nix<'a>(mut path: NamePath<'a>, text: &'a str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    // How many names are above each open set.
    let mut sets = vec![path.len()];
    let mut assigned = path.len() > 0;
    for (kind, token) in rnix::tokenize(text) {
        let range = at..at + token.len();
        at = range.end;
        match kind {
            SyntaxKind::TOKEN_IDENT | SyntaxKind::TOKEN_STRING_CONTENT if !assigned => {
                path.push(token);
            }
            SyntaxKind::TOKEN_STRING_CONTENT if path.secret_in(token).is_some() => {
                found.push(range);
            }
            SyntaxKind::TOKEN_ASSIGN | SyntaxKind::TOKEN_IN => assigned = true,
            SyntaxKind::TOKEN_L_BRACE => {
                if !assigned {
                    path.truncate(sets.last().copied().unwrap_or_default());
                }
                sets.push(path.len());
                assigned = false;
            }
            SyntaxKind::TOKEN_R_BRACE => {
                // What follows a set belongs to its own binding again.
                path.truncate(sets.pop().unwrap_or_default());
                assigned = true;
            }
            SyntaxKind::TOKEN_SEMICOLON => {
                path.truncate(sets.last().copied().unwrap_or_default());
                assigned = false;
            }
            _ => {}
        }
    }
    found
}

/// The strings in an expression whose value a path is, and in the sets in it.
pub(crate) fn in_nix_value<'a>(path: &NamePath<'a>, code: &'a str) -> Vec<Range<usize>> {
    let mut at = 0;
    let strings = rnix::tokenize(code).filter_map(|(kind, token)| {
        let range = at..at + token.len();
        at = range.end;
        let is_text = kind == SyntaxKind::TOKEN_STRING_CONTENT;
        (is_text && path.secret_in(token).is_some()).then_some(range)
    });
    strings.chain(in_nix(path.clone(), code)).collect()
}

/// The literals that a line of another language assigns to the name of a secret:
/// `name: value`, `NAME=value`, `--name value`.
pub(crate) fn in_lines(text: &str) -> Vec<Range<usize>> {
    let mut at = 0;
    let in_line = |line: &str| {
        let start = at;
        at += line.len();
        assigned(line).map(|value| start + value.start..start + value.end)
    };
    text.split_inclusive('\n').filter_map(in_line).collect()
}

fn assigned(line: &str) -> Option<Range<usize>> {
    let name_before = |index: usize| line[..index].rsplit(ends_name).next().unwrap_or_default();
    let ends = line.char_indices().filter(|(_, c)| matches!(c, ':' | '=' | ' '));
    // In prose a name is followed by a space, and holds no secret.
    let mut ends = ends.filter(|(index, c)| *c != ' ' || name_before(*index).starts_with("--"));
    ends.find_map(|(index, _)| {
        let rest = line[index + 1..].trim_end();
        let value = rest.trim_start();
        let literal = value.trim_matches(['"', '\'']);
        let is_code = literal.starts_with(['$', '<', '{', '[', '|', '>', '&', '*', '\\']);
        NamePath::from_iter([name_before(index)]).secret_in(literal).filter(|_| !is_code)?;
        let end = index + 1 + rest.len();
        Some(end - value.len()..end)
    })
}

fn ends_name(c: char) -> bool {
    c.is_whitespace() || "\"'`(){}[],;|&".contains(c)
}
