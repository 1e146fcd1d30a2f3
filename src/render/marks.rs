//! Which bytes of a rendered text are values, and which line of the template
//! wrote each. Every value is put between marks as it is escaped, every line of
//! a template has one behind what it says, and they are taken out once the text
//! is whole. A mark starts with NUL, which no value of cluster.toml can hold.

use crate::text::part;
use std::borrow::Cow;
use std::ops::Range;

const MARK: char = '\0';
const OPEN: char = '(';
const CLOSE: char = ')';
/// Stands for the line 0 of a template; the next character for the line 1.
const LINES: u32 = 0x100;

/// A rendered text without its marks, and what they said.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Unmarked {
    /// The text.
    pub(super) text: String,
    /// The places of the values in it.
    pub(super) values: Vec<Range<usize>>,
    /// The ends of what a line of the template wrote, with that line.
    pub(super) lines: Vec<(usize, usize)>,
}

/// A value, escaped by a function that never sees a mark, between marks.
pub(super) fn marked(value: &str, escape: fn(&str) -> String) -> String {
    // What another filter made of it has marks of its own.
    let value =
        if value.contains(MARK) { Cow::Owned(take_out(value).text) } else { Cow::Borrowed(value) };
    around(&escape(&value))
}

/// Marks around a text that is escaped already.
pub(super) fn around(escaped: &str) -> String {
    ["\0(", escaped, "\0)"].concat()
}

/// The mark behind what a line of a template wrote. The line 0 is no line of it.
pub(super) fn line(number: usize) -> impl Iterator<Item = char> {
    let mark = u32::try_from(number).ok().and_then(|number| char::from_u32(LINES + number));
    mark.into_iter().flat_map(|mark| [MARK, mark])
}

/// A template that puts a mark behind the texts and values of each of its lines. White
/// space that its tags eat is eaten as before: no mark stands in its way.
pub(super) fn numbered(template: &str) -> String {
    // A mark of the template's own would be taken for one of these.
    let template = template.replace(MARK, "");
    let mut out = String::with_capacity(template.len() * 2);
    let (mut number, mut rest) = (1, template.as_str());
    while !rest.is_empty() {
        let tag = rest.match_indices('{').find_map(|(at, _)| Some((at, tag(part(rest, at..))?)));
        let (end, tag) = tag.unwrap_or((rest.len(), ""));
        for text in part(rest, ..end).split_inclusive('\n') {
            let said = text.trim_end();
            out.push_str(said);
            if !said.is_empty() {
                out.extend(line(number));
            }
            out.push_str(part(text, said.len()..));
            number += usize::from(text.ends_with('\n'));
        }
        out.push_str(tag);
        if tag.starts_with("{{") && !tag.ends_with("-}}") {
            out.extend(line(number));
        }
        number += tag.matches('\n').count();
        rest = part(rest, end + tag.len()..);
    }
    out
}

/// The column (from 1) in a line of a template that is this one once it is numbered.
pub(crate) fn column(template: &str, line: usize, numbered_column: usize) -> usize {
    let numbered = numbered(template);
    let text = numbered.split('\n').nth(line.saturating_sub(1)).unwrap_or_default();
    let before = text.chars().take(numbered_column.saturating_sub(1));
    numbered_column.saturating_sub(2 * before.filter(|c| *c == MARK).count())
}

/// The tag that a text starts with. One that has no end takes all that follows: such
/// a template is refused.
fn tag(text: &str) -> Option<&str> {
    let close = match text.as_bytes() {
        [b'{', b'{', ..] => b"}}",
        [b'{', b'%', ..] => b"%}",
        [b'{', b'#', ..] => b"#}",
        _ => return None,
    };
    // Strings in tags may hold what closes them.
    let mut quote = None;
    for (at, pair) in text.as_bytes().windows(2).enumerate().skip(2) {
        match (quote, pair) {
            (Some(open), [byte, ..]) if byte == open => quote = None,
            (None, [byte @ (b'"' | b'\'' | b'`'), ..]) if close != b"#}" => quote = Some(byte),
            (None, _) if pair == close => return text.get(..at + 2),
            _ => {}
        }
    }
    Some(text)
}

/// Takes the marks out of a text.
pub(super) fn take_out(text: &str) -> Unmarked {
    let mut plain = Unmarked { text: String::with_capacity(text.len()), ..Unmarked::default() };
    let mut start = None;
    let mut parts = text.split(MARK);
    plain.text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let end = plain.text.len();
        let mut rest = part.chars();
        match (rest.next(), start) {
            (Some(OPEN), None) => start = Some(end),
            (Some(CLOSE), Some(from)) => {
                plain.values.extend((from < end).then_some(from..end));
                start = None;
            }
            (Some(mark), _) if u32::from(mark) >= LINES => {
                plain.lines.push((end, (u32::from(mark) - LINES) as usize));
            }
            _ => {}
        }
        plain.text.push_str(rest.as_str());
    }
    // A mark that a template cut off: all that follows is suspect.
    plain.values.extend(start.map(|start| start..plain.text.len()));
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(text: &str) -> String {
        format!("'{text}'")
    }

    #[test]
    fn values_are_found_where_they_stand() {
        let text = format!("a = {};\nb = {}{};", marked("x", quoted), around(""), around("2"));
        let plain = take_out(&text);
        assert_eq!(plain.text, "a = 'x';\nb = 2;");
        assert_eq!(plain.values, [4..7, 13..14]);
    }

    #[test]
    fn a_filter_on_a_filtered_value_gives_one_value() {
        let text = marked(&marked("x", quoted), quoted) + &around("2");
        let plain = take_out(&text);
        assert_eq!((plain.text.as_str(), plain.values), ("''x''2", vec![0..5, 5..6]));
    }

    #[test]
    fn lines_are_told_behind_what_they_say_and_never_before_white_space_that_is_eaten() {
        let shown = |template: &str| {
            let mut shown = numbered(template);
            for number in 0..9 {
                let mark: String = line(number).collect();
                shown = shown.replace(&mark, &format!("<{number}>"));
            }
            shown
        };
        assert_eq!(shown("a = {{ b }};\nc"), "a =<1> {{ b }}<1>;<1>\nc<2>");
        let tags = "a\n{%- if x -%}\n  b\n{% endif %}";
        assert_eq!(shown(tags), "a<1>\n{%- if x -%}\n  b<3>\n{% endif %}");
        assert_eq!(shown("{{ x -}}\n y"), "{{ x -}}\n y<2>");
        assert_eq!(shown("{# a\n{{ \" #}b"), "{# a\n{{ \" #}b<2>");
        assert_eq!(shown("{{ \"}}\" }}{"), "{{ \"}}\" }}<1>{<1>");
        assert_eq!(shown("a {# b {# c"), "a<1> {# b {# c");
    }

    #[test]
    fn lines_are_read_back() {
        let plain = take_out(&numbered("a\0 b\nc"));
        assert_eq!(plain.text, "a b\nc");
        assert_eq!(plain.lines, [(3, 1), (5, 2)]);
    }
}
