//! Secrets in a text that need not be valid, and the text without them.

use std::borrow::Cow;
use std::ops::Range;

use super::lines::in_lines;
use super::looks::found;
use super::names::HIDDEN;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Source;

/// A text of nixgen's own without what looks like a secret in it.
pub(crate) fn hide(text: &str) -> Cow<'_, str> {
    let sure = found(text).into_iter().filter(|(_, look)| look.is_one_anywhere());
    let secrets: Vec<Range<usize>> = sure.map(|(place, _)| place).collect();
    if secrets.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(mask(text, 0, &secrets)) }
}

/// A text by itself without what may be a secret in it.
pub(crate) fn hide_all(text: &str) -> String {
    mask(text, 0, &[in_looks(text), in_lines(text)].concat())
}

/// What looks like a secret in a text.
pub(crate) fn in_looks(text: &str) -> Vec<Range<usize>> {
    found(text).into_iter().map(|(place, _)| place).collect()
}

/// Which texts of a list are secrets by the words before them, as arguments are.
pub(crate) fn are_arguments(words: &[&str]) -> Vec<bool> {
    let secrets = in_lines(&words.join(" "));
    let mut at = 0;
    let is_one = |word: &&str| {
        let end = at + word.len();
        let is_in = secrets.iter().any(|secret| secret.start < end && at < secret.end);
        at = end + 1;
        is_in
    };
    words.iter().map(is_one).collect()
}

/// A file without the secrets that lines of it would show which are quoted: what is said
/// of some, what looks like one, and where no table says what belongs to a name, what
/// stands behind one.
pub(crate) fn quotable(source: &Source, found: &[Diagnostic]) -> Source {
    let is_about =
        |found: &&Diagnostic| matches!(found.code, Code::LiteralSecret | Code::SuspectedSecret);
    let mut secrets = in_looks(source.text());
    secrets.extend(found.iter().filter(is_about).filter_map(|found| found.span.clone()));
    if found.iter().any(|found| found.code == Code::Syntax) {
        secrets.extend(in_lines(source.text()));
    }
    source.masked(&secrets)
}

/// A part of a text without what lies in some of the ranges of the text; its lines
/// stay as many.
pub(crate) fn mask(part: &str, at: usize, secrets: &[Range<usize>]) -> String {
    let here = at..at + part.len();
    let secrets: Vec<&Range<usize>> = secrets
        .iter()
        .filter(|secret| secret.start < here.end && here.start < secret.end)
        .collect();
    if secrets.is_empty() {
        return part.to_owned();
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_that_is_quoted_shows_a_secret() {
        let text = "[a]\nx = { token = \"abc\", y = 1 } # u://a:b@c\npsk = \"d\n";
        let source = Source::new("c", text);
        let at = text.find("\"abc").unwrap_or(0);
        let secret = Diagnostic::new(Code::LiteralSecret, at..at + 5, "a secret");
        let other = Diagnostic::new(Code::UnknownKey, at + 7..at + 8, "on the same line");
        let quoted = quotable(&source, &[secret, other]);
        assert_eq!(quoted.text(), text.replace("abc", "***").replace(":b@", ":*@"));
        let quoted = quotable(&source, &[Diagnostic::new(Code::Syntax, None, "wrong")]);
        assert!(!quoted.text().contains("abc") && quoted.text().ends_with("\npsk = \"*\n"));
    }
}
