//! Lines as other languages have them, and signs that only look like those of TOML.

use toml::de::DeValue;
use unicode_normalization::UnicodeNormalization as _;

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::text::{is_unseen, part};

/// The signs that start a comment elsewhere.
const COMMENTS: [&str; 4] = ["//", "/*", "--", ";"];
/// The signs that stand between a key and its value elsewhere, the longest first.
const ASSIGNMENTS: [&str; 5] = [":=", "=>", "->", "==", ":"];

/// What a line that does not parse is elsewhere, if it is something.
pub(super) fn habit(text: &str, line: Span) -> Option<Diagnostic> {
    let written = part(text, line.clone()).trim_end_matches('\r');
    let bare: Vec<(usize, char)> = bare(written);
    let found = |at: usize, length: usize, message: String| {
        let start = line.start + at;
        Diagnostic::new(Code::Syntax, start..start + length, message)
    };
    if let Some((at, sign, help)) = bare.iter().find_map(|(at, c)| Some((*at, *c, instead(*c)?))) {
        let number = u32::from(sign);
        let message = format!("the character U+{number:04X} here is not one of TOML");
        return Some(found(at, sign.len_utf8(), message).help(help));
    }
    let trimmed = written.trim();
    let indent = written.len() - written.trim_start().len();
    if let Some((at, sign)) = comment(written, &bare) {
        let message = format!("`{sign}` starts no comment");
        return Some(found(at, sign.len(), message).help("comments start with `#`"));
    }
    let whole = |message: &str| found(indent, trimmed.len(), message.to_owned());
    if let Some(name) = trimmed.strip_prefix('(').map(|name| name.trim_end_matches(')')) {
        return Some(whole("a header is in square brackets").help(format!("write `[{name}]`")));
    }
    if let Some(block) = trimmed.strip_suffix('{').filter(|block| !block.contains('=')) {
        let words = block.split_whitespace().map(|word| word.trim_matches(['"', ':']));
        let name = words.collect::<Vec<_>>().join(".");
        let help = format!("write the header `[{name}]`, and the keys below it without braces");
        return Some(whole("TOML has no blocks in braces").help(help));
    }
    let (at, sign) = assignment(written, &bare)?;
    let name = part(written, ..at).trim().trim_matches('"');
    let value = part(written, at + sign.len()..).trim().trim_end_matches([',', ';']);
    let help = match value {
        "" => format!("write the header `[{name}]`, and the keys below it"),
        _ if DeValue::parse(value).is_ok() => format!("write `{name} = {value}`"),
        _ => format!("write `{name} = \"{}\"`", value.trim_matches(['"', '\''])),
    };
    let message = format!("`{sign}` cannot stand between a key and its value");
    Some(found(at, sign.len(), message).help(help))
}

/// The characters of a line that are neither in quotes nor in a comment.
fn bare(line: &str) -> Vec<(usize, char)> {
    let mut quote = None;
    let mut is_escaped = false;
    let mut found = Vec::new();
    for (at, c) in line.char_indices() {
        match quote {
            None if c == '#' => break,
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None => found.push((at, c)),
            Some(_) if is_escaped => is_escaped = false,
            Some('"') if c == '\\' => is_escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
        }
    }
    found
}

/// The sign of TOML in place of one that only looks like it, or like nothing at all.
fn instead(c: char) -> Option<String> {
    if is_unseen(c) {
        return Some("take it out: nobody sees it".to_owned());
    }
    let mut plain = std::iter::once(c).nfkc();
    match (plain.next().filter(char::is_ascii), plain.next()) {
        (Some(' '), None) if !c.is_ascii() => Some("write an ordinary space".to_owned()),
        (Some(plain), None) if plain.is_ascii_punctuation() && !c.is_ascii() => {
            Some(format!("write `{plain}`"))
        }
        _ => None,
    }
}

/// The first sign that starts a comment elsewhere: it stands alone or before a space.
fn comment(line: &str, bare: &[(usize, char)]) -> Option<(usize, &'static str)> {
    let starts_at = |at: usize| {
        let (before, rest) = (part(line, ..at), part(line, at..));
        let sign = COMMENTS.into_iter().find(|sign| rest.starts_with(sign))?;
        let is_apart = before.trim().is_empty() || before.ends_with(char::is_whitespace);
        let is_text = sign != ";" || rest.trim_end().len() > 1;
        (is_apart && is_text).then_some((at, sign))
    };
    bare.iter().find_map(|(at, _)| starts_at(*at))
}

/// The sign behind a key, where it is one of another language.
fn assignment(line: &str, bare: &[(usize, char)]) -> Option<(usize, &'static str)> {
    for (at, c) in bare {
        let rest = part(line, *at..);
        if let Some(sign) = ASSIGNMENTS.into_iter().find(|sign| rest.starts_with(sign)) {
            let is_key = !part(line, ..*at).trim().is_empty();
            return is_key.then_some((*at, sign));
        }
        if matches!(c, '=' | '[' | '{') {
            return None;
        }
    }
    None
}
