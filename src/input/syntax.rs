//! Syntax errors, one for each place that is really wrong.

use toml::de::{DeTable, Error};

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Source;

/// Larger texts get their first error only: each further one takes another look
/// at the whole text.
const THOROUGH: usize = 1 << 20;
/// A file with more tables that do not parse is not a `cluster.toml`.
const MOST: usize = 20;

/// Says what is wrong. One missing brace makes the parser stumble to the end of
/// the file, so the table that the first error is in is blanked and the rest is
/// read again, until it parses: each table that is wrong gets its one error.
pub(super) fn report(source: &Source, errors: &[Error], log: &mut Vec<Diagnostic>) {
    let mut text = source.text().to_owned();
    let mut first = first(errors);
    while let Some(found) = first.take() {
        let at = found.span.as_ref().map_or(0, |span| span.start);
        log.push(found);
        if log.len() >= MOST || text.len() > THOROUGH {
            return;
        }
        blank_table(&mut text, at);
        first = self::first(&DeTable::parse_recoverable(&text).1);
    }
}

fn first(errors: &[Error]) -> Option<Diagnostic> {
    let start = |error: &&Error| error.span().map_or(usize::MAX, |span| span.start);
    let error = errors.iter().min_by_key(start)?;
    let message = error.message().trim_end().replace('\n', ", ");
    Some(Diagnostic::new(Code::Syntax, error.span(), message))
}

/// Replaces the table around a place by spaces: offsets stay as they are.
fn blank_table(text: &mut String, at: usize) {
    let at = text.floor_char_boundary(at.min(text.len()));
    let line = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    // An error on a header's own line is most often a value before it that
    // does not end.
    let above = if text[line..].starts_with('[') { line.saturating_sub(1) } else { line };
    let header = |from: &str| from.rfind("\n[").map(|newline| newline + 1);
    let start = header(&text[..above]).unwrap_or(0);
    let end = text[line..].find("\n[").map_or(text.len(), |newline| line + newline + 1);
    let end = if above == line { end } else { end.max(line) };
    let blank: String =
        text[start..end].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
    text.replace_range(start..end, &blank);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<usize> {
        let source = Source::new("c.toml", text);
        let mut log = Vec::new();
        report(&source, &DeTable::parse_recoverable(text).1, &mut log);
        log.iter().filter_map(|d| Some(source.position(d.span.clone()?.start).line)).collect()
    }

    #[test]
    fn one_missing_brace_is_one_error() {
        assert_eq!(lines("[a]\nx = { y = 1\nz = 2\n\n[b]\nc = { d = 1 }\n[e]\nf = 1\n").len(), 1);
        assert_eq!(lines("[a]\nx = \"unclosed\n[b]\ny = 1\n"), [2]);
    }

    #[test]
    fn every_table_that_is_wrong_is_named() {
        assert_eq!(lines("[a]\nx = = 1\n[b]\ny = 1\n[c]\nz = 1 2\n"), [2, 6]);
        assert_eq!(lines("x = \n"), [1]);
        assert_eq!(lines(&"[a\n".repeat(100)).len(), MOST);
    }

    #[test]
    fn odd_text_is_survived() {
        for text in
            ["\u{feff}", "ü = ", "[", "\"", "\n[\n[\n", "[ü]\nü = {ü\n", "\0", "a.b = 1\na = 2"]
        {
            let _ = lines(text);
        }
    }
}
