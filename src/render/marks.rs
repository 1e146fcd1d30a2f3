//! Which bytes of a rendered text are values. Every value is put between marks
//! as it is escaped, and the marks are taken out once the text is whole. A mark
//! starts with NUL, which no value of cluster.toml can hold.

use std::borrow::Cow;
use std::ops::Range;

const MARK: char = '\0';

/// A value, escaped by a function that never sees a mark, between marks.
pub(super) fn marked(value: &str, escape: fn(&str) -> String) -> String {
    // What another filter made of it has marks of its own.
    let value =
        if value.contains(MARK) { Cow::Owned(take_out(value).0) } else { Cow::Borrowed(value) };
    around(&escape(&value))
}

/// Marks around a text that is escaped already.
pub(super) fn around(escaped: &str) -> String {
    ["\0(", escaped, "\0)"].concat()
}

/// A text without its marks, and where the values are in it.
pub(super) fn take_out(text: &str) -> (String, Vec<Range<usize>>) {
    let mut plain = String::with_capacity(text.len());
    let mut values = Vec::new();
    let mut start = None;
    let mut parts = text.split(MARK);
    plain.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let end = plain.len();
        match start.take() {
            None if part.starts_with('(') => start = Some(end),
            Some(start) if start < end => values.push(start..end),
            _ => {}
        }
        plain.push_str(part.get(1..).unwrap_or_default());
    }
    // A mark that a template cut off: all that follows is suspect.
    values.extend(start.map(|start| start..plain.len()));
    (plain, values)
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
        assert_eq!(take_out(&text), ("a = 'x';\nb = 2;".to_owned(), vec![4..7, 13..14]));
    }

    #[test]
    fn a_filter_on_a_filtered_value_gives_one_value() {
        let text = marked(&marked("x", quoted), quoted) + &around("2");
        assert_eq!(take_out(&text), ("''x''2".to_owned(), vec![0..5, 5..6]));
    }
}
