//! The parser's errors in the words of somebody who wants to mend the file.

use toml::de::Error;
use toml_parser::{Expected, ParseError};

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::text::part;

/// A place that breaks the grammar.
pub(super) fn grammar(text: &str, error: &ParseError) -> Diagnostic {
    let span = |span: toml_parser::Span| {
        text.floor_char_boundary(span.start())..text.ceil_char_boundary(span.end())
    };
    let at = error.unexpected().map_or(0..0, span);
    let context = error.context().map(span);
    let inside = context.clone().unwrap_or_else(|| at.clone());
    let raw = text.get(inside.clone()).unwrap_or_default();
    let found = |span: Span, message: String| Diagnostic::new(Code::Syntax, span, message);
    if let Some(line) = conflict(text, at.start) {
        return found(line, "git left a conflict of a merge here".to_owned()).help(
            "keep one side of it, or what is right of both, and take out the lines that start with \
             `<<<<<<<`, `=======` and `>>>>>>>`",
        );
    }
    match error.description() {
        "string values must be quoted" | "invalid float" | "invalid boolean" => scalar(raw, inside),
        "unexpected leading zero" => {
            let number = raw.trim_start_matches('0');
            found(inside, format!("the number `{raw}` starts with a zero"))
                .help(format!("write `{number}`, or `\"{raw}\"` for text"))
        }
        // What the parser takes for the value where there is none.
        "invalid literal string" if raw.is_empty() => {
            found(at, "a key of this table has no value".to_owned()).help("write `key = value`")
        }
        "invalid basic string"
        | "invalid literal string"
        | "invalid multi-line basic string"
        | "invalid multi-line literal string" => string(raw, inside, &at),
        "missing escaped value" => {
            let next = part(text, at.start..).chars().next().map_or(0, char::len_utf8);
            let escape = at.start.saturating_sub(1)..at.start + next;
            let message = format!("`{}` is not an escape", part(text, escape.clone()));
            found(escape, message)
                .help("write `\\\\` for a backslash, or the text in single quotes: `'…'`")
        }
        "unclosed table" | "unclosed array table" => header(text, raw, inside),
        "unclosed array" => found(inside, "this `[` is never closed".to_owned())
            .help("write a `]` behind the last value"),
        "unclosed inline table" => found(inside, "this `{` is never closed".to_owned())
            .help("write a `}` behind the last value"),
        "missing comma between array elements" => unclosed(text, at, inside, ']'),
        "missing comma between key-value pairs" | "missing key for inline table element" => {
            unclosed(text, at, inside, '}')
        }
        "extra comma in array" | "extra comma in inline table" => {
            let message = "there is no value before this comma".to_owned();
            found(at, message)
                .related(context, "opened here")
                .help("write one, or take the comma out")
        }
        "missing assignment between key-value pairs" => {
            found(at, "a `=` is missing between a key and its value".to_owned())
                .related(context, "in this table")
        }
        "key with no value" => key_alone(text, at),
        "unquoted keys cannot be empty" => found(at, "a name is missing here".to_owned()),
        "invalid unquoted key" => key(text, raw, inside, at),
        "invalid key-value pair" => found(inside, format!("a line cannot start with `{raw}`"))
            .help("write `key = value`, or a table's header: `[name]`"),
        "extra `=`" => found(at, "there is one `=` too many".to_owned()).help("take it out"),
        "unexpected key or value" => rest(text, raw, &inside),
        "missing table open" => found(at.start..at.start + 1, "this `]` closes nothing".to_owned())
            .help("take it out, or write the `[` that it belongs to"),
        other => match expected(error) {
            Some(help) => found(at, other.to_owned()).help(help),
            None => found(at, other.to_owned()),
        },
    }
}

/// Where the line of a place starts.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    part(text, ..at).rfind('\n').map_or(0, |newline| newline + 1)
}

/// The line around a place, if it is one that git leaves between two sides.
fn conflict(text: &str, at: usize) -> Option<Span> {
    const MARKS: &[&str] = &["<<<<<<< ", "||||||| ", "=======", ">>>>>>> "];

    let at = text.floor_char_boundary(at);
    let start = line_start(text, at);
    let line = part(text, start..).lines().next()?;
    let is_mark = MARKS.iter().any(|mark| line.starts_with(mark));
    is_mark.then(|| start..start + line.trim_end().len())
}

/// A value that is neither a number nor a truth value.
fn scalar(raw: &str, place: Span) -> Diagnostic {
    let word = raw.trim();
    let found = |message: String| Diagnostic::new(Code::Syntax, place.clone(), message);
    let bare = word.trim_matches(['“', '”', '„', '‘', '’', '"', '\'']);
    match word.to_ascii_lowercase().as_str() {
        "" => found("there is no value behind the `=`".to_owned())
            .help("write one, or take the line out: most keys have a default"),
        lower @ ("true" | "false") => {
            found(format!("`{word}` is not a value")).help(format!("write `{lower}`"))
        }
        lower @ ("yes" | "no" | "on" | "off") => {
            let value = matches!(lower, "yes" | "on");
            found(format!("`{word}` is not a value")).help(format!("write `{value}`"))
        }
        _ if word.ends_with(';') => {
            found(format!("`{word}` is not a value")).help("take the `;` out: a line just ends")
        }
        _ if bare != word => found("these quotes are not the ones of a keyboard".to_owned())
            .help(format!("write `\"{bare}\"`")),
        _ => found(format!("`{word}` is text, which has to be in quotes"))
            .help(format!("write `\"{word}\"`")),
    }
}

/// A text that does not end, or has something in it that it cannot have.
fn string(raw: &str, place: Span, at: &Span) -> Diagnostic {
    let quote = if raw.starts_with('\'') { '\'' } else { '"' };
    let quotes = if raw.starts_with("\"\"\"") || raw.starts_with("'''") { 3 } else { 1 };
    if at.is_empty() {
        let quotes = quote.to_string().repeat(quotes);
        return Diagnostic::new(
            Code::Syntax,
            place.start..place.start + raw.lines().next().unwrap_or_default().len(),
            "this text has no closing quote",
        )
        .help(format!("write `{quotes}` at its end"));
    }
    Diagnostic::new(Code::Syntax, at.clone(), "a control character cannot be in text")
        .help("take it out; `\\t` in double quotes is a tab")
}

/// A header that does not end.
fn header(text: &str, raw: &str, place: Span) -> Diagnostic {
    let close = if raw.starts_with("[[") { "]]" } else { "]" };
    let rest = part(text, place.end..).lines().next().unwrap_or_default();
    if rest.trim_start().starts_with(|c: char| c.is_alphanumeric()) {
        let name = rest.trim().trim_end_matches(']');
        return Diagnostic::new(
            Code::Syntax,
            place.end..place.end + rest.len(),
            "a name in a header cannot have a space in it",
        )
        .help(format!("write `-` or `.` for it: `{raw}.{name}{close}`"));
    }
    Diagnostic::new(Code::Syntax, place, format!("this header has no `{close}` at its end"))
        .help(format!("write `{}{close}`", raw.trim_end_matches(']')))
}

/// A list or table that goes on without a comma: most often it should have ended.
fn unclosed(text: &str, at: Span, open: Span, close: char) -> Diagnostic {
    let before = part(text, ..at.start).trim_end();
    let line = line_start(text, before.len());
    let ends_here = part(text, before.len()..at.start).contains('\n');
    // Behind a comment it would be in it.
    let comment = part(before, line..).contains('#');
    let (place, message, help) = if line > open.start || !ends_here {
        let place = if comment { at } else { before.len()..before.len() };
        let message = format!("a `,` or `{close}` is missing here");
        (place, message, "put commas between the values".to_owned())
    } else if comment {
        let message = format!("this `{}` is not closed on its line", part(text, open.clone()));
        (open.clone(), message, format!("write the `{close}`"))
    } else {
        let place = before.len()..before.len();
        (place, format!("a `{close}` is missing here"), format!("write the `{close}`"))
    };
    let opened = (place != open).then_some(open);
    Diagnostic::new(Code::Syntax, place, message).related(opened, "opened here").help(help)
}

/// A word alone on its line.
fn key_alone(text: &str, at: Span) -> Diagnostic {
    let start = line_start(text, at.start);
    let word = part(text, start..at.start).trim();
    let rest = part(text, at.start..).lines().next().unwrap_or_default().trim();
    let indent = part(text, start..).len() - part(text, start..).trim_start().len();
    let place = start + indent..(start + indent + word.len()).max(at.end);
    let found = Diagnostic::new(Code::Syntax, place, format!("`{word}` has no `=` and no value"));
    match rest.strip_prefix(':') {
        Some(value) => found.help(format!("write `{word} = {}`", value.trim())),
        None => found.help("write `key = value`, or a table's header: `[name]`"),
    }
}

/// A key with a sign in it that it cannot have.
fn key(text: &str, raw: &str, place: Span, at: Span) -> Diagnostic {
    let bad = text.get(at.clone()).and_then(|bad| bad.chars().next()).unwrap_or_default();
    let at = at.start..at.start + bad.len_utf8();
    let found = Diagnostic::new(Code::Syntax, at, format!("`{bad}` cannot be in a key"));
    match bad {
        ':' if raw.ends_with(':') => found.help("TOML has `key = value`, and `[name]` for tables"),
        _ if raw.starts_with("//") || raw.starts_with("--") => {
            found.help("comments start with `#`")
        }
        _ if place.len() < 64 => found.help(format!("put the key in quotes: `\"{raw}\"`")),
        _ => found,
    }
}

/// Something behind a value.
fn rest(text: &str, raw: &str, place: &Span) -> Diagnostic {
    let start = place.end - raw.trim_start().len();
    let raw = raw.trim();
    let place = start..start + raw.len();
    let found = |message| Diagnostic::new(Code::Syntax, place.clone(), message);
    let line = line_start(text, place.start);
    match raw.chars().next() {
        Some(sign @ (';' | ',')) => found(format!("`{sign}` cannot be behind a value"))
            .help("take it out: a line just ends"),
        Some(sign @ (']' | '}')) => found(format!("this `{sign}` closes nothing"))
            .help("take it out, or write the bracket that it belongs to"),
        _ if raw.contains(['"', '\'']) && part(text, line..place.start).contains(['"', '\'']) => {
            found("the text ended at the quote before this".to_owned())
                .help("write `\\\"` for a quote in double quotes, or single quotes around it all")
        }
        _ => found(format!("`{raw}` cannot stand here: the line should have ended"))
            .help("start a new line for it, or write `#` before a comment"),
    }
}

/// Advice on what could have stood in a place.
fn expected(error: &ParseError) -> Option<String> {
    let words: Vec<String> = error.expected()?.iter().map(word).collect();
    (!words.is_empty()).then(|| format!("expected {}", words.join(", ")))
}

fn word(expected: &Expected) -> String {
    match expected {
        Expected::Literal("\n") => "the end of the line".to_owned(),
        Expected::Literal(literal) => format!("`{literal}`"),
        Expected::Description(what) => (*what).to_owned(),
        _ => "something else".to_owned(),
    }
}

/// A mistake in a text that follows the grammar and makes no table.
pub(super) fn table(text: &str, error: &Error, before: Option<Span>) -> Diagnostic {
    let span = error.span();
    let key = span.clone().and_then(|span| text.get(span)).unwrap_or_default();
    let message = error.message().trim_end();
    let found = |message: String| Diagnostic::new(Code::Syntax, span.clone(), message);
    if message == "duplicate key" {
        let header = |place: &Span| {
            let line = line_start(text, place.start);
            let line = part(text, line..).lines().next().unwrap_or_default().trim_start();
            line.starts_with('[').then_some(line.split_inclusive(']').next()?)
        };
        let is_header = before.as_ref().is_some_and(|before| header(before).is_some());
        let (message, help) = match span.as_ref().and_then(header) {
            Some(header) if is_header => (
                format!("the table `{header}` is there twice"),
                "put the keys of both below one of them, or rename one",
            ),
            Some(_) => (
                format!("`{key}` has a value already, and cannot be a table as well"),
                "write it all in one place",
            ),
            None => (format!("the key `{key}` is there twice"), "take one of them out"),
        };
        return found(message).related(before, "first written here").help(help);
    }
    if message.starts_with("cannot extend") {
        return found(format!("`{key}` has a value already, to which nothing can be added"))
            .related(before, "the value")
            .help("write it all in one place");
    }
    found(message.replace('\n', ", "))
}
