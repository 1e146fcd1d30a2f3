//! The type of a look: what a secret is, and how its text is told from others.

use std::ops::{Range, RangeInclusive};

/// How sure it is that a text is a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Certainty {
    /// Nothing else looks like it, even in prose.
    Everywhere,
    /// As a value; in a comment it may be the hash or the example of anything.
    InValues,
    /// It may be meant to be read.
    Suspected,
}

/// A secret that can be told by its looks.
pub(super) struct Look {
    pub(super) what: &'static str,
    /// Where it goes instead.
    pub(super) instead: &'static str,
    pub(super) certainty: Certainty,
    pub(super) shape: Shape,
}

pub(super) enum Shape {
    /// One of the beginnings, and behind it so many of such characters.
    Token(&'static [&'static str], Chars, RangeInclusive<usize>),
    /// A place in a word without quotes and brackets.
    Word(fn(&str) -> Option<Range<usize>>),
    /// Places anywhere in a text with a sign, without which there is no need to look closer.
    Text(char, fn(&str) -> Vec<Range<usize>>),
}

/// Whether a token may have a character.
pub(super) type Chars = fn(u8) -> bool;

/// Where a secret goes that is nobody's in particular.
const TO_FILE: &str =
    "put it in a file on the machine, by sops-nix or agenix, and write the file's path";

/// As long as anything is.
pub(super) const MOST: usize = 1 << 16;

impl Look {
    /// Whether it is one in what nixgen says, too, where many digits may name a commit.
    pub(super) const fn is_one_anywhere(&self) -> bool {
        matches!(self.certainty, Certainty::Everywhere) || matches!(self.shape, Shape::Text(..))
    }

    pub(super) const fn token(
        what: &'static str,
        starts: &'static [&'static str],
        chars: Chars,
        len: RangeInclusive<usize>,
    ) -> Self {
        Self::new(what, Shape::Token(starts, chars, len))
    }

    pub(super) const fn new(what: &'static str, shape: Shape) -> Self {
        Self { what, instead: TO_FILE, certainty: Certainty::Everywhere, shape }
    }

    pub(super) const fn instead(self, instead: &'static str) -> Self {
        Self { instead, ..self }
    }

    pub(super) const fn is(self, certainty: Certainty) -> Self {
        Self { certainty, ..self }
    }
}

pub(super) fn alnum(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

pub(super) fn upper(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

pub(super) fn hex(byte: u8) -> bool {
    byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)
}

/// As in base64 for URLs.
pub(super) fn url(byte: u8) -> bool {
    alnum(byte) || matches!(byte, b'-' | b'_')
}

pub(super) fn dotted(byte: u8) -> bool {
    url(byte) || byte == b'.'
}

pub(super) fn path(byte: u8) -> bool {
    url(byte) || byte == b'/'
}

/// As in base64.
pub(super) fn base64(byte: u8) -> bool {
    alnum(byte) || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_')
}
