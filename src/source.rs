//! The text of `cluster.toml` and the places in it.

use std::ops::Range;
use std::path::{Path, PathBuf};

/// A byte range in the source text.
pub type Span = Range<usize>;

/// A configuration file that was read: its path for messages and its text.
#[derive(Debug)]
pub struct Source {
    path: PathBuf,
    text: String,
    line_starts: Vec<usize>,
}

/// A position for people: both numbers start at 1, columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

/// The text of a file's bytes; or what of them is text, up to the first that is none.
pub fn text(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|error| {
        let end = error.utf8_error().valid_up_to();
        String::from_utf8_lossy(error.as_bytes().get(..end).unwrap_or_default()).into_owned()
    })
}

impl Source {
    /// Wraps a text that was read from `path`.
    pub fn new(path: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        let text = text.into();
        // Made in its full size: of a file of newlines, the index is most of it.
        let mut line_starts = Vec::with_capacity(text.matches('\n').count() + 1);
        line_starts.push(0);
        line_starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
        Self { path: path.into(), text, line_starts }
    }

    /// The path as the user gave it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file's own name, which generated files call their source: a folder
    /// in it would make the output depend on where the tree lies.
    pub fn file_name(&self) -> String {
        self.path.file_name().unwrap_or(self.path.as_os_str()).to_string_lossy().into_owned()
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The same text with some places made unreadable; every position stays.
    #[must_use]
    pub fn masked(&self, places: &[Span]) -> Self {
        let mut bytes = self.text.clone().into_bytes();
        for span in places {
            for byte in bytes.get_mut(span.clone()).unwrap_or_default() {
                if !matches!(byte, b'"' | b'\'' | b'\n' | b'\r') {
                    *byte = b'*';
                }
            }
        }
        Self::new(self.path.clone(), String::from_utf8_lossy(&bytes))
    }

    /// The line of a byte offset, from 1.
    pub fn line_at(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|&start| start <= offset)
    }

    /// Where a byte offset is; offsets past the end are at the end.
    pub fn position(&self, offset: usize) -> Position {
        let offset = self.text.floor_char_boundary(offset);
        let line = self.line_at(offset);
        let start = self.line_starts.get(line - 1).copied().unwrap_or_default();
        let column = self.text.get(start..offset).unwrap_or_default().chars().count() + 1;
        Position { line, column }
    }

    /// The place of whole lines, counted from 1, without the last one's ending.
    pub fn lines(&self, first: usize, last: usize) -> Span {
        let end_of_file = self.text.len();
        let start = |line: usize| self.line_starts.get(line - 1).copied().unwrap_or(end_of_file);
        let text = self.text.get(start(first)..start(last + 1)).unwrap_or_default();
        start(first)..start(first) + text.trim_end_matches(['\n', '\r']).len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_survive_any_offset() {
        let source = Source::new("c.toml", "a = 1\nhost = \"ü\" # x\r\n");
        assert_eq!(source.position(0), Position { line: 1, column: 1 });
        assert_eq!(source.position(6), Position { line: 2, column: 1 });
        let after_umlaut = source.text().find('ü').expect("it is there") + 'ü'.len_utf8();
        assert_eq!(source.position(after_umlaut), Position { line: 2, column: 10 });
        assert_eq!(source.position(after_umlaut - 1).column, 9, "inside a character");
        assert_eq!(source.position(usize::MAX).line, 3);
        assert_eq!(&source.text()[source.lines(2, 2)], "host = \"ü\" # x");
        assert_eq!(&source.text()[source.lines(1, 2)], "a = 1\nhost = \"ü\" # x");
        assert!(source.lines(99, 99).is_empty());
    }
}
