//! From text to a TOML table, or to what keeps it from being one.
//!
//! toml's own parser collects every error of a text, takes memory for each and
//! stumbles on from one to the next. So a text is first walked over for the one
//! place that is wrong, and how much there is of it.

mod habits;
mod outline;
mod twice;
mod words;

use toml::Spanned as TomlSpanned;
use toml::de::{DeTable, Error};

use self::outline::{Refusal, check};
use self::twice::FirstPlaces;
use self::words::line_start;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Source;
use crate::text::part;

/// Larger texts get their first error only: each further one takes another look
/// at the whole text.
const THOROUGH: usize = 1 << 20;
/// A file with more places that do not parse is not a `cluster.toml`.
const MOST: usize = 20;

/// Reads the tables. With syntax errors there are none: a table that was cut
/// short would only give rise to mistakes that nobody made.
pub(super) fn parse<'a>(
    source: &'a Source,
    log: &mut Vec<Diagnostic>,
) -> Option<TomlSpanned<DeTable<'a>>> {
    match check(source.text()) {
        Err(Refusal::Grammar(error)) => {
            log.push(words::grammar(source.text(), &error));
            let at = error.unexpected().map_or(0, |span| span.start());
            others(source.text(), at, log);
            return None;
        }
        Err(Refusal::TooMuch(most, what)) => {
            log.push(too_large(&format!("{most} {what}")));
            return None;
        }
        Ok(()) => {}
    }
    let (table, errors) = DeTable::parse_recoverable(source.text());
    if errors.is_empty() {
        return Some(table);
    }
    report(source.text(), &errors, log);
    None
}

/// A file that has more of something than any cluster needs.
pub(crate) fn too_large(what: &str) -> Diagnostic {
    Diagnostic::new(Code::TooLarge, None, format!("the file has more than {what}"))
        .help("a cluster of 10,000 VMs with all their keys has less; is this the right file?")
}

/// Says what else breaks the grammar. One missing brace makes the parser stumble
/// to the end of the file, so the table that the first error is in is blanked
/// and the rest is read again, until it parses: each table that is wrong gets
/// its one error.
fn others(text: &str, first: usize, log: &mut Vec<Diagnostic>) {
    let mut text = text.to_owned();
    let mut at = first;
    while log.len() < MOST && text.len() <= THOROUGH {
        blank_table(&mut text, at);
        let Err(Refusal::Grammar(error)) = check(&text) else { return };
        at = error.unexpected().map_or(0, |span| span.start());
        log.push(words::grammar(&text, &error));
    }
}

/// Replaces the table around a place by spaces: offsets stay as they are.
fn blank_table(text: &mut String, at: usize) {
    let at = text.floor_char_boundary(at.min(text.len()));
    let line = line_start(text, at);
    // An error on a header's own line is most often a value before it that
    // does not end.
    let above = if part(text, line..).starts_with('[') { line.saturating_sub(1) } else { line };
    let header = |from: &str| from.rfind("\n[").map(|newline| newline + 1);
    let start = header(part(text, ..above)).unwrap_or(0);
    let end = part(text, line..).find("\n[").map_or(text.len(), |newline| line + newline + 1);
    let end = if above == line { end } else { end.max(line) };
    let blank: String =
        part(text, start..end).bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
    text.replace_range(start..end, &blank);
}

/// Says what follows the grammar and is no table all the same: keys that are
/// there twice, and dates that there are not.
fn report(text: &str, errors: &[Error], log: &mut Vec<Diagnostic>) {
    let places = FirstPlaces::find(text);
    // All keys below a header that is there twice are those of the first one.
    let mut below_a_header = 0;
    for error in errors {
        let Some(span) = error.span().filter(|span| span.start >= below_a_header) else {
            continue;
        };
        if log.len() == MOST {
            return;
        }
        log.push(words::table(text, error, places.before(&span)));
        let line = line_start(text, span.start);
        if part(text, line..).starts_with('[') {
            let next = part(text, span.start..).find("\n[");
            below_a_header = next.map_or(text.len(), |next| span.start + next);
        }
    }
}
