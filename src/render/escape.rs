//! Text as a value of each language. Whatever goes in, it comes out of that
//! language's own parser unchanged, and never as code.

use std::fmt::Write as _;

use crate::text::{visible, visible_line};

/// A Nix string literal.
pub(crate) fn nix_string(text: &str) -> String {
    format!("\"{}\"", nix_string_part(text))
}

/// Text for inside the quotes of a Nix string literal.
pub(crate) fn nix_string_part(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            // A bare CR, and CR LF, would be read as LF.
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' if chars.peek() == Some(&'{') => out.push_str("\\$"),
            c => out.push(c),
        }
    }
    out
}

/// Whether a text is itself inside the quotes of an indented Nix string. There is
/// no escape for the rest that could be trusted: formatters disagree with Nix on
/// them, and spaces behind one, or at an edge, can count as layout.
pub(super) fn is_plain_when_indented(text: &str) -> bool {
    let plain = |c: char| !c.is_control() && !matches!(c, '\'' | '$');
    !text.is_empty() && text.chars().all(plain) && text.trim() == text
}

/// An indented Nix string, for a text that reads better on several lines. `None`
/// where the indentation or a space that nobody sees would not survive, or where
/// one quote would have to be escaped: alejandra stumbles over that.
pub(super) fn nix_lines(text: &str) -> Option<String> {
    let (body, end) = match text.strip_suffix('\n') {
        Some(body) => (body, "\n"),
        None => (text, ""),
    };
    let lines: Vec<&str> = body.split('\n').collect();
    let is_plain = |line: &&str| {
        let has_odd_quote = ["'''", "'$", "'\\"].iter().any(|pair| line.contains(pair));
        line.trim_end().len() == line.len() && !line.ends_with('\'') && !has_odd_quote
    };
    let has_margin = |line: &&str| !line.is_empty() && !line.starts_with(char::is_whitespace);
    let ends = [lines.first()?, lines.last()?];
    if lines.len() < 2
        || text.contains('\r')
        || !lines.iter().all(is_plain)
        || !lines.iter().any(has_margin)
        || ends.iter().any(|line| line.is_empty())
    {
        return None;
    }
    let body = body.replace("''", "'''").replace("${", "''${").replace('\t', "''\\t");
    Some(format!("''\n{body}{end}''"))
}

/// A Nix number with a point in it: without one it would be another type, or no
/// number. It must be finite.
pub(super) fn nix_float(number: f64) -> String {
    let text = format!("{number:?}");
    match text.split_once('e') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0e{exponent}"),
        _ => text,
    }
}

const NIX_KEYWORDS: &[&str] =
    &["assert", "else", "if", "in", "inherit", "let", "or", "rec", "then", "with"];

/// A Nix attribute name, quoted only where it must be.
pub(crate) fn nix_attribute(text: &str) -> String {
    let start = |c: char| c.is_ascii_alphabetic() || c == '_';
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '\'');
    let bare = text.starts_with(start) && text.chars().all(inner) && !NIX_KEYWORDS.contains(&text);
    if bare { text.to_owned() } else { nix_string(text) }
}

/// A Nix path, given relative to the file it stands in (`./x`, `../x`).
pub(crate) fn nix_path(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '/');
    if text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("(./. + {})", nix_string(&format!("/{text}")))
    }
}

/// A double-quoted YAML scalar.
pub(super) fn yaml_string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Not printable in YAML, or a line break to some parsers.
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c if is_noncharacter(c) => {
                let _ = write!(out, "\\U{:08x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A JSON string, in ASCII on one line: it also holds inside a YAML block, where
/// a line break or an unprintable character would not.
pub(super) fn json_string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            ' '..='~' => out.push(c),
            c => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
    out
}

/// One word of a shell command, in single quotes: nothing is special in them.
/// With control characters it is Bash's other kind of quotes, so that it is one
/// line, and nothing that trims lines can trim the value.
pub(super) fn shell_word(text: &str) -> String {
    if !text.contains(char::is_control) {
        return format!("'{}'", text.replace('\'', "'\\''"));
    }
    let mut out = String::from("$'");
    for c in text.chars() {
        match c {
            '\'' | '\\' => out.extend(['\\', c]),
            // Three digits each, so that none that follows is taken for a fourth.
            c if c.is_ascii_control() => {
                let _ = write!(out, "\\{:03o}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

/// One word of a shell command that a person types, quoted only where needed.
pub(crate) fn shell_word_if_needed(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "@%+=:,./-_".contains(c);
    if !text.is_empty() && text.chars().all(plain) { text.to_owned() } else { shell_word(text) }
}

/// Running text of a Markdown page, on one line.
pub(crate) fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c if c.is_control() => out.push(' '),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '#' | '|' | '~' | '!' | '$' => {
                out.extend(['\\', c]);
            }
            c => out.push(c),
        }
    }
    out
}

/// A Markdown code span. A longer fence than any run of back quotes inside
/// keeps it closed. A pipe would end a table cell even there, and nothing that
/// escapes it in a table is right elsewhere: it goes into HTML, in which no character
/// means anything but itself.
pub(crate) fn markdown_code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let text = visible_line(text).replace('\t', " ");
    if text.contains('|') {
        let as_entity = |c: char| match c {
            '<' => "&lt;".to_owned(),
            c if c.is_ascii_punctuation() => format!("&#{};", u32::from(c)),
            c => c.to_string(),
        };
        return format!("<code>{}</code>", text.chars().map(as_entity).collect::<String>());
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    // A space on both sides is taken off, unless there is nothing else.
    let blank = text.chars().all(|c| c == ' ');
    let edge = text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']);
    let pad = if edge && !blank { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A block of code in Markdown: a longer fence than any run of back quotes inside
/// keeps it closed.
pub(crate) fn fenced(text: &str, language: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let end = if text.ends_with('\n') || text.is_empty() { "" } else { "\n" };
    format!("{fence}{language}\n{text}{end}{fence}")
}

/// A quoted label of a mermaid diagram; it may have several lines.
pub(crate) fn mermaid(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        if c.is_alphanumeric() || " -_./:,()=".contains(c) {
            out.push(c);
        } else if c == '\n' {
            out.push_str("<br/>");
        } else {
            let _ = write!(out, "#{};", u32::from(c));
        }
    }
    out.push('"');
    out
}

/// Text of HTML or SVG, in an element or a quoted attribute. XML has no place for
/// control characters, not even escaped, and nothing may reorder what is read.
pub(crate) fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// Text for a comment: it stays on its line, whatever a reader takes for its
/// end (YAML has two of its own), and is nothing that a stream may not carry.
pub(super) fn comment(text: &str) -> String {
    let unfit = |c: char| {
        c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') || is_noncharacter(c)
    };
    text.chars().map(|c| if unfit(c) { ' ' } else { c }).collect()
}

/// Permanently unassigned: a YAML stream may not carry them.
fn is_noncharacter(c: char) -> bool {
    u32::from(c) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_lines_are_an_indented_string_where_they_survive_it() {
        assert_eq!(nix_lines("a\n  b\n").as_deref(), Some("''\na\n  b\n''"));
        assert_eq!(nix_lines("it's\n'' ${x}").as_deref(), Some("''\nit's\n''' ''${x}''"));
        let unfit = ["", "a", "a\n", "\na\n", "a\n\n", " a\n b\n", "a \nb", "a\r\nb\n", "a\n \nb"];
        for text in unfit.iter().chain(&["a\nb'", "a\n'''b", "a\n'${b}", "a\n'\\"]) {
            assert_eq!(nix_lines(text), None, "{text:?}");
        }
    }

    #[test]
    fn floats_have_a_point() {
        let floats = [(1.0, "1.0"), (-0.5, "-0.5"), (1e300, "1.0e300"), (1.5e-9, "1.5e-9")];
        for (number, text) in floats {
            assert_eq!(nix_float(number), text);
        }
    }

    #[test]
    fn attributes_are_bare_when_they_can_be() {
        for bare in ["k8s-master", "a_b", "x'", "_"] {
            assert_eq!(nix_attribute(bare), bare);
        }
        for quoted in ["", "in", "8s", "a.b", "a/b", "a b", "${x}", "-a"] {
            assert_eq!(nix_attribute(quoted), nix_string(quoted));
        }
    }

    #[test]
    fn paths_with_odd_characters_are_still_paths() {
        assert_eq!(nix_path("../modules/a.nix"), "../modules/a.nix");
        assert_eq!(nix_path("./my vms/a.nix"), "(./. + \"/./my vms/a.nix\")");
    }
}
