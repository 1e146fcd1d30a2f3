//! Colours of a terminal.

use anstyle::{AnsiColor, Style as Ansi};

/// Values and lines that go, and those that come.
pub(super) const OLD: Ansi = AnsiColor::Red.on_default();
pub(super) const NEW: Ansi = AnsiColor::Green.on_default();
pub(super) const BOLD: Ansi = Ansi::new().bold();
pub(super) const FAINT: Ansi = Ansi::new().dimmed();

/// Whether a text is for a program or for a person's terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Plain text.
    Plain,
    /// Coloured.
    Coloured,
}

impl Style {
    pub(super) fn paint(self, ansi: Ansi, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Coloured => format!("{ansi}{text}{ansi:#}"),
        }
    }
}
