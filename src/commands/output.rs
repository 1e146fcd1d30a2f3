//! Where words go: data to standard output, everything else to standard error,
//! colours only where they are wanted.

use std::io::{self, IsTerminal as _, Write as _};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use crate::cli::Color;
use crate::diagnostic::{self, Diagnostic};
use crate::source::Source;

/// The two streams.
pub struct Output {
    out: AutoStream<io::Stdout>,
    err: AutoStream<io::Stderr>,
    coloured: bool,
    quiet: bool,
    failed: Option<io::Error>,
}

impl Output {
    /// The streams of this process.
    pub fn new(color: Color, quiet: bool) -> Self {
        let choice = match color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        let coloured = match color {
            Color::Auto => AutoStream::choice(&io::stdout()) != ColorChoice::Never,
            Color::Always => true,
            Color::Never => false,
        };
        Self {
            out: AutoStream::new(io::stdout(), choice),
            err: AutoStream::new(io::stderr(), choice),
            coloured,
            quiet,
            failed: None,
        }
    }

    /// Whether standard output shows colours.
    pub fn is_coloured(&self) -> bool {
        self.coloured
    }

    /// Whether only what was asked for is printed.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Data, as it is.
    pub fn data(&mut self, text: &str) {
        let result = self.out.write_all(text.as_bytes());
        self.keep(result);
    }

    /// A line on how it went; not when quiet.
    pub fn note(&mut self, text: &str) {
        if !self.quiet {
            let result = writeln!(self.err, "{text}");
            self.keep(result);
        }
    }

    /// What went wrong.
    pub fn error(&mut self, text: &str) {
        let style = AnsiColor::Red.on_default().bold();
        let result = writeln!(self.err, "{style}error{style:#}: {text}");
        self.keep(result);
    }

    /// What is wrong with the file.
    pub fn diagnostics(&mut self, source: &Source, found: &[Diagnostic]) {
        let result = self.err.write_all(diagnostic::render(source, found).as_bytes());
        self.keep(result);
        let errors = found.iter().filter(|d| d.is_error()).count();
        let Some(first) = found.iter().find(|d| d.is_error()) else { return };
        let style = Style::new().bold();
        let plural = if errors == 1 { "" } else { "s" };
        let path = source.path().display();
        let result = writeln!(
            self.err,
            "{style}{errors} error{plural} in {path}. Nothing was written.{style:#}\n\
             `nixgen explain {}` says why it is one, and what to write instead.",
            first.code
        );
        self.keep(result);
    }

    /// Asks a question on the terminal; anything but yes is no.
    pub fn confirm(&mut self, question: &str) -> bool {
        let shown = self.out.flush().and_then(|()| {
            write!(self.err, "{question} [y/N] ")?;
            self.err.flush()
        });
        self.keep(shown);
        let mut answer = String::new();
        match io::stdin().read_line(&mut answer) {
            Ok(_) => matches!(answer.trim(), "y" | "Y" | "yes"),
            Err(_) => false,
        }
    }

    /// Whether a person is there to answer.
    pub fn is_interactive() -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Writes out what is held back, and says whether any writing failed.
    pub fn flush(&mut self) -> io::Result<()> {
        let result = self.out.flush();
        self.keep(result);
        self.failed.take().map_or(Ok(()), Err)
    }

    fn keep(&mut self, result: io::Result<()>) {
        if let Err(error) = result {
            self.failed.get_or_insert(error);
        }
    }
}
