//! Texts of many megabytes in pieces: the memory of a parser and of a formatter
//! grows with its input, and bindings do not influence each other.

use std::collections::HashSet;
use std::ops::Range;

use rnix::SyntaxKind;

/// Texts from this size on are split.
const LARGE: usize = 128 << 10;

/// Bindings in a group.
const GROUP: usize = 32;

/// Stands for the groups in the frame around them.
pub(super) const HOLE: &str = "nixgen-hole = null;";

/// A part of a text that parses by itself.
pub(super) struct Piece {
    pub(super) text: String,
    /// The parts of the whole text that it is made of, and where they are in it.
    parts: Vec<(Range<usize>, usize)>,
}

impl Piece {
    /// All of a text.
    pub(super) fn whole(text: &str) -> Self {
        Self { text: text.to_owned(), parts: vec![(0..text.len(), 0)] }
    }

    /// The byte of the whole text that a byte of this one is.
    pub(super) fn in_whole(&self, at: usize) -> usize {
        let part = self.parts.iter().rev().find(|(_, start)| *start <= at);
        part.map_or(at, |(whole, start)| (whole.start + at - start).min(whole.end))
    }

    /// Where ranges of the whole text, in order, are in this one.
    pub(super) fn ranges(&self, whole: &[Range<usize>]) -> Vec<Range<usize>> {
        let mut here = Vec::new();
        for (part, start) in &self.parts {
            let first = whole.partition_point(|range| range.start < part.start);
            let within = whole[first..].iter().take_while(|range| range.end <= part.end);
            let shifted = |at: usize| at - part.start + start;
            here.extend(within.map(|range| shifted(range.start)..shifted(range.end)));
        }
        here
    }
}

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
        let ends_its_line = |&at: &usize| text[at..].trim_start_matches(' ').starts_with('\n');
        let splits = text[last..set.close].trim().is_empty() && set.ends.iter().all(ends_its_line);
        (splits && !text.contains(HOLE)).then_some(Self { text, set, bounds })
    }

    /// What is around the groups, with [`HOLE`] in their place.
    pub(super) fn frame(&self) -> Piece {
        let (open, close) = (self.set.open, self.set.close);
        let head = format!("{}\n{HOLE}\n", &self.text[..open]);
        let tail = (close..self.text.len(), head.len());
        Piece { text: head + &self.text[close..], parts: vec![(0..open, 0), tail] }
    }

    /// The groups, as parts of the text.
    pub(super) fn groups(&self) -> impl Iterator<Item = Range<usize>> + Clone {
        self.bounds.windows(2).map(|bound| bound[0]..bound[1])
    }

    /// A group as a set of its own.
    pub(super) fn piece(&self, group: Range<usize>) -> Piece {
        let text = format!("{{{}}}", &self.text[group.clone()]);
        Piece { text, parts: vec![(group, 1)] }
    }

    /// The first binding of the set whose name was bound before it, whatever
    /// group that is in.
    pub(super) fn twice(&self) -> Option<&Range<usize>> {
        let mut seen = HashSet::new();
        self.set
            .names
            .iter()
            .find(|name| !seen.insert(self.text[(*name).clone()].trim_matches('"')))
    }
}

/// An attribute set in a text, by byte offsets.
struct LargeSet {
    /// Behind its opening brace.
    open: usize,
    /// The names of its bindings; a dotted one is the whole path.
    names: Vec<Range<usize>>,
    /// Behind each of its bindings.
    ends: Vec<usize>,
    /// Before its closing brace.
    close: usize,
}

/// The set that holds most of the text, in a file that is one set: a value of
/// one of its bindings. Tokens are enough to find it, and a tree of a text of
/// this size would cost more than laying it out.
fn largest_set(text: &str) -> Option<LargeSet> {
    let mut depth = 0_usize;
    let mut at = 0;
    let mut last_kind = None;
    // From the first to the last token since the last binding ended.
    let mut name: Option<Range<usize>> = None;
    let mut inner: Option<LargeSet> = None;
    for (kind, token) in rnix::tokenize(text) {
        let start = at;
        at += token.len();
        match kind {
            SyntaxKind::TOKEN_WHITESPACE | SyntaxKind::TOKEN_COMMENT => continue,
            SyntaxKind::TOKEN_L_BRACE => {
                depth += 1;
                if depth == 2 && last_kind == Some(SyntaxKind::TOKEN_ASSIGN) {
                    inner =
                        Some(LargeSet { open: at, names: Vec::new(), ends: Vec::new(), close: at });
                    name = None;
                }
            }
            SyntaxKind::TOKEN_R_BRACE => {
                depth = depth.checked_sub(1)?;
                if let (1, Some(set)) = (depth, &mut inner) {
                    set.close = start;
                    if (set.close - set.open) * 2 > text.len() {
                        return inner;
                    }
                    inner = None;
                }
            }
            SyntaxKind::TOKEN_ASSIGN if depth == 2 => {
                if let (Some(set), Some(name)) = (&mut inner, name.take()) {
                    set.names.push(name);
                }
            }
            SyntaxKind::TOKEN_SEMICOLON if depth == 2 => {
                if let Some(set) = &mut inner {
                    set.ends.push(at);
                }
                name = None;
            }
            // Not plain data: a semicolon may be no end of a binding there.
            SyntaxKind::TOKEN_ASSERT
            | SyntaxKind::TOKEN_COLON
            | SyntaxKind::TOKEN_INHERIT
            | SyntaxKind::TOKEN_LET
            | SyntaxKind::TOKEN_WITH => return None,
            _ if depth == 0 => return None,
            _ if depth == 2 => name = Some(name.map_or(start, |name| name.start)..at),
            _ => {}
        }
        last_kind = Some(kind);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn large(bindings: usize) -> String {
        let body: Vec<String> =
            (0..bindings).map(|n| format!("n{n} = {{ a = {n}; }};\n")).collect();
        format!("{{ first = 1; definitions = {{\n{}}}; last = 2; }}", body.concat())
    }

    #[test]
    fn pieces_know_their_place_in_the_whole() {
        let text = large(100);
        let split = Split::of_any(&text).expect("it is large");
        let pieces = split.groups().map(|group| split.piece(group)).chain([split.frame()]);
        let words = ["n0 ", "n31 ", "n32 ", "n99 ", "first", "last"];
        let values: Vec<Range<usize>> = {
            let starts = words.iter().map(|word| text.find(word).expect("it is there"));
            let mut ranges: Vec<_> = starts.map(|start| start..start + 3).collect();
            ranges.sort_by_key(|range| range.start);
            ranges
        };
        let mut seen = 0;
        for piece in pieces {
            assert!(rnix::Root::parse(&piece.text).errors().is_empty(), "{}", piece.text);
            for range in piece.ranges(&values) {
                let whole = piece.in_whole(range.start);
                assert_eq!(piece.text[range.clone()], text[whole..whole + 3]);
                seen += 1;
            }
        }
        assert_eq!(seen, words.len());
    }

    #[test]
    fn names_are_compared_across_groups() {
        let text = large(100);
        assert_eq!(Split::of_any(&text).and_then(|split| split.twice().cloned()), None);
        let text = text.replacen("n99 =", "\"n3\" =", 1);
        let split = Split::of_any(&text).expect("it is large");
        assert_eq!(split.twice().map(|name| &text[name.clone()]), Some("\"n3\""));
    }

    #[test]
    fn what_cannot_be_split_is_left_whole() {
        assert!(Split::of_any("{ lib }: lib").is_none());
        assert!(Split::of_any(&large(3)).is_none());
        assert!(Split::of(&large(100)).is_none());
    }
}
