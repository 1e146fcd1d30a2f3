//! The lines of a text that say something else than another text. A longer value
//! makes a formatter break the lines around it, which say what they said before.

use std::collections::BTreeSet;
use std::ops::Range;

use similar::{Algorithm, DiffTag, TextDiff, capture_diff_slices};

/// A word, and the line that it is on.
type Word<'t> = (usize, &'t str);

/// The lines (from 1) of a text that another one does not have.
pub(super) fn changed_lines(old: &str, new: &str) -> BTreeSet<usize> {
    let (old_words, new_words) = (words(old), words(new));
    let diff = TextDiff::from_lines(old, new);
    let changed = diff.ops().iter().flat_map(|op| match op.as_tag_tuple() {
        (DiffTag::Equal | DiffTag::Insert, ..) => BTreeSet::new(),
        (DiffTag::Delete, old, _) => (old.start + 1..=old.end).collect(),
        (DiffTag::Replace, old, new) => {
            changed_words(on_lines(&old_words, &old), on_lines(&new_words, &new))
        }
    });
    changed.collect()
}

/// The words of a text, in order.
fn words(text: &str) -> Vec<Word<'_>> {
    let lines = text.lines().zip(1..);
    lines.flat_map(|(line, number)| line.split_whitespace().map(move |it| (number, it))).collect()
}

/// The words on some lines (from 0).
fn on_lines<'w, 't>(words: &'w [Word<'t>], lines: &Range<usize>) -> &'w [Word<'t>] {
    let start = words.partition_point(|(line, _)| *line <= lines.start);
    let end = words.partition_point(|(line, _)| *line <= lines.end);
    words.get(start..end).unwrap_or_default()
}

/// The lines of words that other words do not have.
fn changed_words(old: &[Word<'_>], new: &[Word<'_>]) -> BTreeSet<usize> {
    let ops = capture_diff_slices(Algorithm::Myers, &texts(old), &texts(new));
    let changed = ops.iter().flat_map(|op| match op.as_tag_tuple() {
        (DiffTag::Equal, ..) => Vec::new(),
        (DiffTag::Delete | DiffTag::Replace, at, _) => old.get(at).unwrap_or_default().to_vec(),
        (DiffTag::Insert, at, words) => {
            let (above, below) = old.split_at_checked(at.start).unwrap_or((old, &[]));
            beside(above, below, new, &words)
        }
    });
    changed.map(|(line, _)| line).collect()
}

fn texts<'t>(words: &[Word<'t>]) -> Vec<&'t str> {
    words.iter().map(|(_, text)| *text).collect()
}

/// The words on whose lines others come that were not there: those around them, if
/// they are on one line before or on the line of what comes.
fn beside<'t>(
    above: &[Word<'t>],
    below: &[Word<'t>],
    new: &[Word<'_>],
    come: &Range<usize>,
) -> Vec<Word<'t>> {
    let is_one_line = |a: Option<&Word<'_>>, b: Option<&Word<'_>>| {
        a.zip(b).is_some_and(|((a, _), (b, _))| a == b)
    };
    let (last, next) = (above.last(), below.first());
    let is_between = is_one_line(last, next);
    let is_behind =
        is_one_line(come.start.checked_sub(1).and_then(|at| new.get(at)), new.get(come.start));
    let is_before = is_one_line(new.get(come.end - 1), new.get(come.end));
    let last = last.filter(|_| is_between || is_behind);
    last.into_iter().chain(next.filter(|_| is_between || is_before)).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: [usize; 0] = [];

    fn changed(old: &str, new: &str) -> Vec<usize> {
        changed_lines(old, new).into_iter().collect()
    }

    #[test]
    fn a_line_changes_with_its_words_and_not_with_its_layout() {
        assert_eq!(changed("a = 1;\nb = 2;\n", "a = 1;\nb = 3;\n"), [2]);
        assert_eq!(changed("a = [\n  x\n  y\n];\n", "a = [ x y ];\n"), NONE);
        assert_eq!(changed("a = [\n  x\n  y\n];\n", "a = [ x z ];\n"), [3]);
        assert_eq!(changed("{ a, b }:\nc\n", "{\n  a,\n  b\n}:\nd\n"), [2]);
    }

    #[test]
    fn a_line_changes_with_what_comes_into_it() {
        assert_eq!(changed("a = [ ];\nb = 1;\n", "a = [ x ];\nb = 1;\n"), [1]);
        assert_eq!(changed("a\nb\n", "a c\nb\n"), [1]);
        assert_eq!(changed("a\nb\n", "a\nc\nb\n"), NONE);
        assert_eq!(changed("a\nb\nc\n", "a\nc\n"), [2]);
    }
}
