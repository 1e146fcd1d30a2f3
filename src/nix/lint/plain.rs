//! Data files that are plain data, which need no syntax tree to be judged.

use std::collections::HashSet;
use std::ops::Range;

use crate::nix::plain::{self, Bracket, Part};

/// Whether a text is plain data with one value a name, and every value is one part
/// of it, or within a string or a comment. When in doubt it is not: its tree tells
/// what is wrong, if anything is.
pub(in crate::nix) fn is_plain(text: &str, values: &[Range<usize>]) -> bool {
    let mut values = values.iter().peekable();
    // The names that are bound in each set around a part.
    let mut names: Vec<HashSet<&str>> = Vec::new();
    let mut is_dotted = false;
    let read = plain::read(text, |part, range| {
        let is_comment = part == Part::Comment;
        let quotes = usize::from(text.get(range.clone()).is_some_and(|text| text.starts_with('"')));
        let is_text = is_comment || quotes == 1;
        let is_data = |value: &&Range<usize>| {
            let is_within = range.start < value.start && value.end + quotes <= range.end;
            is_text && is_within || !is_comment && **value == range
        };
        while values.next_if(is_data).is_some() {}
        match part {
            Part::Open(Bracket::Set) => names.push(HashSet::new()),
            Part::Close(Bracket::Set) => drop(names.pop()),
            // An escaped name may be another's twin.
            Part::Name(name) => {
                let is_new = !name.contains('\\') && names.last_mut()?.insert(name);
                (is_new && !is_dotted).then_some(())?;
            }
            _ => {}
        }
        is_dotted = matches!(part, Part::Name(_));
        Some(())
    });
    read.is_some() && values.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Judges a text whose values stand between `«` and `»`.
    fn plain(marked: &str) -> bool {
        let (text, values) = crate::nix::tests::marked(marked);
        is_plain(&text, &values)
    }

    #[test]
    fn data_is_plain() {
        for text in [
            "# of «it»\n{ a = 1; b = [ 1 2.5 \"x\" [ ] { } ]; \"c.d\" = { a = null; }; }",
            "{ «a» = «\"x\"»; «\"b.c\"» = «[ 1 { d = true; } ]»; e = \"-«x»-«y»\"; }",
            "\"«x»\"",
        ] {
            assert!(plain(text), "{text}");
        }
    }

    #[test]
    fn what_is_more_or_doubtful_is_not() {
        for text in [
            "{ a = b; }",
            "{ a = 1; a = 2; }",
            "{ a = 1; \"a\" = 2; }",
            "{ a.b = 1; }",
            "rec { a = 1; }",
            "{ a = \"${b}\"; }",
            "{ a = ''b''; }",
            "{ a = 1 }",
            "{ a = 1; ",
            "[ 1 ] [ 2 ]",
            "[ (-1) ]",
            "{ inherit a; }",
            "{ ${a} = 1; }",
            "{ a = -1; }",
            "{ a = ./b; }",
            "{ a = \"b",
            "{ a. = 1; }",
            "{ a. }",
            "{ a = ]; }",
            "[ 1; ]",
            "[ { ]",
            "",
            "{ a = \"«x\"; b = \"y»\"; }",
            "{ a = «\"x\"; b = \"y\"»; }",
            "{ a = «1; b = 2»; }",
            "{ a = «[ 1 ]; b = [ 2 ]»; }",
            "{ a = [ «1 ] ; b = [ 2» ]; }",
            "{ «a = 1;» }",
            "{ a = 1«2»; }",
            "# x «y\n»{ a = 1; }",
            "{ a = 1; «# x»\n}",
        ] {
            assert!(!plain(text), "{text}");
        }
        let lists = |depth: usize| "[ ".repeat(depth) + &"] ".repeat(depth);
        assert!(plain(&lists(32)) && !plain(&lists(33)), "nobody reads what is deeper");
    }
}
