//! The words in which two lines differ.

use std::ops::Range;

use similar::{ChangeTag, TextDiff};

/// The ranges of the words that each line has alone; none where they share too little.
pub(super) fn differing(old: &str, new: &str) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    /// Longer lines are data of a machine.
    const LONG: usize = 400;
    if old.len().max(new.len()) > LONG {
        return (Vec::new(), Vec::new());
    }
    let diff = TextDiff::from_words(old, new);
    if diff.ratio() < 0.4 {
        return (Vec::new(), Vec::new());
    }
    let (mut removed, mut added) = (Vec::new(), Vec::new());
    let (mut old_at, mut new_at) = (0, 0);
    for change in diff.iter_all_changes() {
        let length = change.value().len();
        match change.tag() {
            ChangeTag::Equal => {
                old_at += length;
                new_at += length;
            }
            ChangeTag::Delete => {
                removed.push(old_at..old_at + length);
                old_at += length;
            }
            ChangeTag::Insert => {
                added.push(new_at..new_at + length);
                new_at += length;
            }
        }
    }
    (removed, added)
}
