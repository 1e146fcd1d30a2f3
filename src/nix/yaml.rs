//! YAML: that it can be read, that no mapping has a key twice, and that every
//! value is within one scalar or one comment.

use std::collections::HashSet;
use std::ops::Range;

use saphyr_parser::{Event, Marker, Parser};

use super::finding::Finding;
use crate::text::part;

/// Deeper manifests are nobody's, and the parser takes the longer the deeper they are.
const DEEPEST: usize = 64;

/// A collection that is being read.
enum Open {
    Sequence,
    /// The keys so far, and whether one is next.
    Mapping(HashSet<String>, bool),
}

/// Everything that is wrong with a text.
pub(super) fn check(text: &str, values: &[Range<usize>]) -> Vec<Finding> {
    let lines = Lines::of(text);
    let mut found = Vec::new();
    let mut scalars = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = match event {
            Ok(event) => event,
            Err(error) => {
                let at = lines.byte(error.marker());
                return vec![Finding { at, message: error.info().to_owned() }];
            }
        };
        let at = lines.byte(&span.start);
        let (is_node, key) = match &event {
            Event::Scalar(key, ..) => (true, Some(key)),
            Event::Alias(_) | Event::SequenceStart(..) | Event::MappingStart(..) => (true, None),
            _ => (false, None),
        };
        if let (true, Some(Open::Mapping(keys, is_key))) = (is_node, open.last_mut()) {
            let key = key.filter(|_| *is_key);
            if key.is_some_and(|key| !keys.insert(key.to_string())) {
                found.push(Finding { at, message: "the key is there twice".to_owned() });
            }
            *is_key = !*is_key;
        }
        if open.len() > DEEPEST {
            let message =
                format!("more than {DEEPEST} lists and mappings stand in each other here");
            return vec![Finding { at, message }];
        }
        match event {
            Event::Scalar(..) => scalars.push(at..lines.byte(&span.end)),
            Event::SequenceStart(..) => open.push(Open::Sequence),
            Event::MappingStart(..) => open.push(Open::Mapping(HashSet::new(), true)),
            Event::SequenceEnd | Event::MappingEnd => drop(open.pop()),
            _ => {}
        }
    }
    for value in values {
        let next = scalars.partition_point(|scalar| scalar.end <= value.start);
        let is_within =
            |scalar: &Range<usize>| scalar.start <= value.start && value.end <= scalar.end;
        if !scalars.get(next).is_some_and(is_within) && !lines.is_comment(value) {
            let message = format!("a value became code, at `{}`", part(text, value.clone()));
            found.push(Finding { at: value.start, message });
        }
    }
    found
}

/// The text of a key, in whatever mapping that is; none of one that is a list or a mapping.
pub fn scalar(text: &str, name: &str) -> Option<String> {
    // Of each collection, whether a key is next; a sequence has none.
    let mut open: Vec<Option<bool>> = Vec::new();
    let mut is_found = false;
    for event in Parser::new_from_str(text) {
        let (event, _) = event.ok()?;
        let is_value = std::mem::take(&mut is_found);
        match event {
            Event::Scalar(value, ..) if is_value => return Some(value.into_owned()),
            Event::Scalar(key, ..) => is_found = is_key(&mut open) && key == name,
            Event::SequenceStart(..) | Event::MappingStart(..) if open.len() > DEEPEST => break,
            Event::SequenceStart(..) => {
                is_key(&mut open);
                open.push(None);
            }
            Event::MappingStart(..) => {
                is_key(&mut open);
                open.push(Some(true));
            }
            Event::SequenceEnd | Event::MappingEnd => drop(open.pop()),
            Event::Alias(_) => drop(is_key(&mut open)),
            _ => {}
        }
    }
    None
}

/// Whether what comes now is a key of the innermost collection, which then expects its value.
fn is_key(open: &mut [Option<bool>]) -> bool {
    let Some(Some(is_key)) = open.last_mut() else { return false };
    *is_key = !*is_key;
    !*is_key
}

struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        let breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, starts: std::iter::once(0).chain(breaks).collect() }
    }

    /// A parser counts lines from 1, and characters within them from 0.
    fn byte(&self, marker: &Marker) -> usize {
        let start = self.starts.get(marker.line().saturating_sub(1)).copied();
        let Some(start) = start else { return self.text.len() };
        let mut characters = part(self.text, start..).char_indices();
        characters.nth(marker.col()).map_or(self.text.len(), |(at, _)| start + at)
    }

    /// Whether a range outside of all scalars is in a comment.
    fn is_comment(&self, range: &Range<usize>) -> bool {
        let line = self.starts.partition_point(|start| *start <= range.start);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let before = part(self.text, start..range.start);
        (before.starts_with('#') || before.contains(" #"))
            && !part(self.text, range.clone()).contains('\n')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a text whose values stand between `«` and `»`.
    fn said(marked: &str) -> Vec<String> {
        let (text, values) = crate::nix::tests::marked(marked);
        check(&text, &values).into_iter().map(|it| it.message).collect()
    }

    #[test]
    fn what_is_right_is_right() {
        for text in [
            "# of «x: y»\na: «\"b\"»\n---\na: [ 1, { b: \"é «c»\" } ]\n",
            "net-conf.json: |\n  { \"Network\": «\"10.0.0.0/8\"» }\n",
            "a: 1 # «x»\n",
            "- a: 1\n- a: 2\n",
            "a:\n  a: 1\nb: { a: 1 }\n",
        ] {
            assert_eq!(said(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn a_key_is_found_wherever_it_is() {
        let text = "# name: 0\nother: name\nlist: [name, 2]\nin:\n  - { at: &a x, \"name\": 'a: b' }\n\
                    plain: 10.0.0.1:6443 # said\nmap:\n  below: *a\n  last: |\n    name: 3\n";
        let found = ["name", "plain", "map", "list", "absent", "at"].map(|name| scalar(text, name));
        let said = ["a: b", "10.0.0.1:6443", "", "", "", "x"];
        assert_eq!(found.map(Option::unwrap_or_default), said);
        assert_eq!(scalar("a: [ 1\nname: 2", "name"), None);
        assert_eq!(scalar(&"[".repeat(100_000), "name"), None);
    }

    #[test]
    fn what_is_wrong_is_found() {
        for (text, message) in [
            ("a: [ 1\nb: 2\n", "illegal placement of ':'"),
            ("a: 1\nb: 2\na: 3\n", "the key is there twice"),
            ("a: { b: 1, \"b\": 2 }\n", "the key is there twice"),
            ("a: «b: c»\n", "mapping values are not allowed"),
            ("a:\n  «b: c»\n", "a value became code"),
            ("a: «1\nb: 2»\n", "a value became code"),
            ("# «a\nb: 1»\n", "a value became code"),
        ] {
            let said = said(text);
            assert!(said.len() == 1 && said[0].contains(message), "{text}: {said:?}");
        }
    }

    #[test]
    fn what_is_deep_is_refused_before_the_parser_takes_long() {
        for part in ["- ", "? ", "[ ", "{ a: "] {
            let said = said(&part.repeat(100_000));
            assert!(said.len() == 1 && !said[0].contains("became"), "{part}: {said:?}");
        }
    }
}
