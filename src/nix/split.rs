//! Texts of many megabytes in pieces: the memory of a parser and of a formatter
//! grows with its input, and bindings do not influence each other.

use super::plain::{self, Part};
use crate::text::part;

/// Texts from this size on are split.
const LARGE: usize = 128 << 10;

/// Bindings in a group.
const GROUP: usize = 32;

/// Stands for the groups in the frame around them.
pub(super) const HOLE: &str = "nixgen-hole = null;";

/// A text whose largest attribute set is to be taken apart.
pub(super) struct Split<'a> {
    text: &'a str,
    set: LargeSet,
    /// Where the groups of bindings begin, and where the last one ends.
    bounds: Vec<usize>,
}

impl<'a> Split<'a> {
    /// `None` when a text is small, or is not one big set of sets.
    pub(super) fn of(text: &'a str) -> Option<Self> {
        if text.len() >= LARGE { Self::of_any(text) } else { None }
    }

    pub(super) fn of_any(text: &'a str) -> Option<Self> {
        let set = largest_set(text)?;
        if set.ends.len() < 2 * GROUP {
            return None;
        }
        let last = *set.ends.last()?;
        let mut bounds = vec![set.open];
        bounds.extend(set.ends.chunks(GROUP).filter_map(|group| group.last()).copied());
        // A comment behind a binding on its line belongs to that binding.
        let ends_its_line =
            |&at: &usize| part(text, at..).trim_start_matches(' ').starts_with('\n');
        let splits =
            part(text, last..set.close).trim().is_empty() && set.ends.iter().all(ends_its_line);
        (splits && !text.contains(HOLE)).then_some(Self { text, set, bounds })
    }

    /// The text around the groups, with [`HOLE`] in their place.
    pub(super) fn frame(&self) -> String {
        let (above, below) = (part(self.text, ..self.set.open), part(self.text, self.set.close..));
        format!("{above}\n{HOLE}\n{below}")
    }

    /// The groups of bindings.
    pub(super) fn groups(&self) -> impl Iterator<Item = &'a str> {
        self.bounds.windows(2).filter_map(|bound| match bound {
            [start, end] => self.text.get(*start..*end),
            _ => None,
        })
    }
}

/// An attribute set in a text, by byte offsets.
struct LargeSet {
    /// Behind its opening brace.
    open: usize,
    /// Behind each of its bindings.
    ends: Vec<usize>,
    /// Before its closing brace.
    close: usize,
}

/// The set that holds most of a text of plain data: a value of one of the bindings
/// of the set that the text is.
fn largest_set(text: &str) -> Option<LargeSet> {
    let mut depth = 0;
    let mut ends = Vec::new();
    let mut largest = None;
    plain::read(text, |part, range| {
        match part {
            Part::Open(_) => {
                depth += 1;
                if depth == 2 {
                    ends.clear();
                }
            }
            Part::Bound if depth == 2 => ends.push(range.end),
            Part::Close(_) => {
                if depth == 2 && range.len() * 2 > text.len() {
                    let (open, close) = (range.start + 1, range.end - 1);
                    largest = Some(LargeSet { open, ends: std::mem::take(&mut ends), close });
                }
                depth -= 1;
            }
            _ => {}
        }
        Some(())
    })?;
    largest
}
