//! The parser's errors in the words of somebody who wants to mend the file.

use toml::de::Error;
use toml_parser::{Expected, ParseError};

use super::habits::habit;
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
    let is_in_text = error.description().ends_with("string") && !raw.is_empty();
    if let Some(found) = habit(text, line(text, at.start)).filter(|_| !is_in_text) {
        return found;
    }
    match error.description() {
        "string values must be quoted"
        | "invalid float"
        | "invalid mantissa"
        | "invalid boolean"
        | "missing opening quote" => scalar(raw, inside),
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
        "invalid unquoted key" => key(text, &inside, &at),
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

/// The line around a place, without its end.
fn line(text: &str, at: usize) -> Span {
    let start = line_start(text, text.floor_char_boundary(at));
    start..start + part(text, start..).find('\n').unwrap_or(text.len() - start)
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
        "null" | "nil" | "undefined" => found(format!("TOML has no `{word}`"))
            .help("take the line out: what is not written has its default"),
        lower @ ("yes" | "no" | "on" | "off") => {
            let value = matches!(lower, "yes" | "on");
            found(format!("`{word}` is not a value")).help(format!("write `{value}`"))
        }
        _ if word.ends_with(';') => {
            found(format!("`{word}` is not a value")).help("take the `;` out: a line just ends")
        }
        _ if word.starts_with('$') => {
            found("TOML has no variables".to_owned()).help("write the value itself")
        }
        _ if [" * ", " + ", " - ", " / "].iter().any(|sign| word.contains(sign)) => {
            found("TOML does not calculate".to_owned()).help("write the number that comes of it")
        }
        _ if word.matches(['"', '\'']).count() == 1 => {
            found("this text has only one of its quotes".to_owned())
                .help(format!("write `\"{bare}\"`"))
        }
        _ if bare != word => found("these quotes are not the ones of a keyboard".to_owned())
            .help(format!("write `\"{bare}\"`")),
        _ if ["lib.", "pkgs.", "config.", "builtins.", "mkForce", "mkDefault", "with pkgs;"]
            .iter()
            .any(|start| word.starts_with(start)) =>
        {
            found(format!("`{word}` is Nix, and TOML does not compute")).help(
                "write the value itself; what Nix computes is set in a module of `extra_modules`",
            )
        }
        _ => found(format!("`{word}` is text, which has to be in quotes"))
            .help(format!("write `\"{word}\"`")),
    }
}

/// A text that does not end, or has something in it that it cannot have.
fn string(raw: &str, place: Span, at: &Span) -> Diagnostic {
    let quote = if raw.starts_with('\'') { '\'' } else { '"' };
    let quotes = if raw.starts_with("\"\"\"") || raw.starts_with("'''") { 3 } else { 1 };
    if at.is_empty() {
        let first = raw.lines().next().unwrap_or_default();
        let place = place.start..place.start + first.len();
        let found = |message| Diagnostic::new(Code::Syntax, place, message);
        return match first.trim_end().strip_suffix(['"', '\'']) {
            Some(inner) if quotes == 1 && inner.len() > 1 => {
                found("this text ends with another quote than it starts with")
                    .help(format!("write `\"{}\"`", inner.trim_start_matches(quote)))
            }
            _ => found("this text has no closing quote")
                .help(format!("write `{}` at its end", quote.to_string().repeat(quotes))),
        };
    }
    Diagnostic::new(Code::Syntax, at.clone(), "a control character cannot be in text")
        .help("take it out; `\\t` in double quotes is a tab")
}

/// A header that does not end.
fn header(text: &str, raw: &str, place: Span) -> Diagnostic {
    let close = if raw.starts_with("[[") { "]]" } else { "]" };
    let rest = part(text, place.end..).lines().next().unwrap_or_default();
    if rest.trim_start().starts_with(|c: char| c.is_alphanumeric()) {
        let name =
            rest.trim().trim_end_matches(']').split_whitespace().collect::<Vec<_>>().join("-");
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
    let indent = part(text, start..).len() - part(text, start..).trim_start().len();
    let place = start + indent..(start + indent + word.len()).max(at.end);
    let found = Diagnostic::new(Code::Syntax, place, format!("`{word}` has no `=` and no value"));
    found.help("write `key = value`, or a table's header: `[name]`")
}

/// A key with a sign in it that it cannot have.
fn key(text: &str, place: &Span, at: &Span) -> Diagnostic {
    let bad = text.get(at.clone()).and_then(|bad| bad.chars().next()).unwrap_or_default();
    let at = at.start..at.start + bad.len_utf8();
    let found = Diagnostic::new(Code::Syntax, at, format!("`{bad}` cannot be in a key"));
    // What stands before a dot is part of a label's domain.
    let is_inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let start = part(text, ..place.start).trim_end_matches(is_inner).len();
    match part(text, start..place.end) {
        _ if bad.is_alphabetic() => {
            found.help("names are of the letters from `a` to `z`, digits and hyphens")
        }
        whole if whole.len() < 64 => found.help(format!("put the key in quotes: `\"{whole}\"`")),
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
        let (message, help) = twice(text, key, span.as_ref(), before.as_ref());
        return found(message).related(before, "first written here").help(help);
    }
    if message.starts_with("cannot extend") {
        return found(format!("`{key}` has a value already, to which nothing can be added"))
            .related(before, "the value")
            .help("write it all in one place");
    }
    found(message.replace('\n', ", "))
}

/// What is there twice, and what is done about it.
fn twice(text: &str, key: &str, span: Option<&Span>, before: Option<&Span>) -> (String, String) {
    let header = |place: &Span| {
        let header = part(text, line(text, place.start)).trim_start();
        let end = header.rfind(']').filter(|_| header.starts_with('['))?;
        Some(part(header, ..=end))
    };
    let is_header = before.is_some_and(|before| header(before).is_some());
    match span.and_then(header) {
        Some(list) if list.starts_with("[[") => {
            let name = list.trim_matches(['[', ']']);
            let message = format!("`{list}` is a list, and `{name}` is a table with names already");
            (message, format!("write `[{name}.<name>]`, with a name of its own for each"))
        }
        Some(header) if is_header => (
            format!("the table `{header}` is there twice"),
            "put the keys of both below one of them, or rename one".to_owned(),
        ),
        Some(_) => (
            format!("`{key}` has a value already, and cannot be a table as well"),
            "write it all in one place".to_owned(),
        ),
        None => {
            let between = before.zip(span).map(|(before, span)| before.end..span.start);
            let is_apart = between.is_some_and(|between| part(text, between).contains("\n\n"));
            let header =
                if is_apart { ", or write the header that is missing above it" } else { "" };
            (format!("the key `{key}` is there twice"), format!("take one of them out{header}"))
        }
    }
}
