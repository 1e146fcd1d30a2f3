//! Where words go: data to standard output, everything else to standard error,
//! colours only where they are wanted. All that is said passes here, and no text of
//! anybody's leaves it with what looks like a secret, or as more than a text.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{self, ErrorKind, IsTerminal as _, Write as _};
use std::path::Path;

use anstream::adapter::strip_str;
use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::{Status, terminal};
use crate::cli::{Color, Global, MessageFormat};
use crate::diagnostic::{self, Diagnostic};
use crate::disk::IoError;
use crate::render::Bug;
use crate::review::{Finding, format};
use crate::secret::{hide, quotable};
use crate::source::Source;
use crate::text::{
    count, inert, listed, visible, visible_json, visible_line, visible_styled, wrapped,
};

/// A line on standard error, as programs read it.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Message<'a> {
    /// A mistake in the file.
    Diagnostic(diagnostic::Object<'a>),
    /// A mistake of ours.
    Bug {
        message: &'a str,
        template: &'a str,
        template_line: Option<usize>,
        path: &'a str,
        line: Option<usize>,
    },
    /// The world did not do as it was asked.
    IoError { message: String, path: Cow<'a, str> },
    /// Anything else that went wrong.
    Error { message: &'a str },
    /// A thing that the user has to know besides.
    Warning { message: &'a str },
    /// How it went.
    Note { message: &'a str },
    /// It waits for an answer on standard input.
    Question { message: &'a str },
}

const OUT: &str = "standard output";
const ERR: &str = "standard error";

/// The two streams.
pub struct Output {
    out: AutoStream<io::Stdout>,
    err: AutoStream<io::Stderr>,
    coloured: bool,
    /// The columns of each, where it is a terminal.
    out_width: Option<usize>,
    err_width: Option<usize>,
    format: MessageFormat,
    quiet: bool,
    /// Whether a forge reads it as the log of a job.
    is_log: bool,
    findings: Vec<Finding>,
    /// How many warnings were printed.
    warnings: usize,
    /// What could not be said, if anything could not.
    failed: Option<IoError>,
}

impl Output {
    /// The streams of this process.
    pub fn new(global: &Global, is_log: bool) -> Self {
        let choice = match global.color {
            _ if global.no_color => ColorChoice::Never,
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        let coloured = match choice {
            ColorChoice::Auto => AutoStream::choice(&io::stdout()),
            choice => choice,
        };
        Self {
            out: AutoStream::new(io::stdout(), choice),
            err: AutoStream::new(io::stderr(), choice),
            coloured: coloured != ColorChoice::Never,
            out_width: terminal::width(&io::stdout()),
            err_width: terminal::width(&io::stderr()),
            format: global.message_format,
            quiet: global.quiet,
            is_log: is_log || LOGS.iter().any(|name| std::env::var_os(name).is_some()),
            findings: Vec::new(),
            warnings: 0,
            failed: None,
        }
    }

    /// Whether standard output is laid out for a person's eyes.
    pub fn is_laid_out(&self) -> bool {
        self.coloured || self.out_width.is_some()
    }

    /// How standard output is to look.
    pub fn style(&self) -> format::Style {
        if self.coloured { format::Style::Coloured } else { format::Style::Plain }
    }

    /// The columns of standard output, if it is a terminal.
    pub fn columns(&self) -> Option<usize> {
        self.out_width
    }

    /// Whether only what was asked for is printed.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Data, of which each character is seen.
    pub fn data(&mut self, text: &str) {
        self.styled(&visible(text));
    }

    /// Data with colours of nixgen's own, in which texts were made visible.
    pub fn styled(&mut self, text: &str) {
        let result = self.out.write_all(self.safe(text).as_bytes());
        self.keep(OUT, result);
    }

    /// A text of nixgen's own with colours, as wide as the terminal.
    pub fn prose(&mut self, text: &str) {
        let text = visible_styled(text);
        self.styled(&wrapped(&text, self.out_width));
    }

    /// A file in a list, and the word for how it stands.
    pub fn standing(&mut self, word: &str, colour: AnsiColor, path: &str) {
        let style = colour.on_default();
        self.styled(&format!("{style}{word:<14}{style:#} {}\n", visible_line(path)));
    }

    /// Commands to the forge that reads the log.
    pub fn commands(&mut self, text: &str) {
        let result = self.out.write_all(visible(&hide(text)).as_bytes());
        self.keep(OUT, result);
    }

    /// Data as one JSON document.
    pub fn json(&mut self, document: &impl Serialize) {
        // At once: each write goes through a search for colours.
        let result = serde_json::to_string_pretty(document)
            .map_err(io::Error::from)
            .and_then(|text| self.out.write_all((visible_json(&hide(&text)) + "\n").as_bytes()));
        self.keep(OUT, result);
    }

    /// A text as it may leave the program.
    fn safe(&self, text: &str) -> String {
        let text = hide(text);
        let text = visible_styled(&text);
        if self.is_log { inert(&text) } else { text.into_owned() }
    }

    /// A text for standard error.
    fn tell(&mut self, text: &str) {
        let result = self.err.write_all(self.safe(text).as_bytes());
        self.keep(ERR, result);
    }

    /// A line on how it went; not when quiet.
    pub fn note(&mut self, text: &str) {
        if !self.quiet {
            self.say(&visible(text), &Message::Note { message: text.trim() });
        }
    }

    /// Lines of a file in a note, made visible and coloured where they were read.
    pub fn excerpt(&mut self, lines: &str) {
        if !self.quiet {
            self.say(lines, &Message::Note { message: &strip_str(lines).to_string() });
        }
    }

    /// Prints a warning, even when quiet.
    pub fn warning(&mut self, text: &str) {
        self.warnings += 1;
        let style = AnsiColor::Yellow.on_default().bold();
        let human = format!("{style}warning{style:#}: {}", visible(text));
        self.say(&human, &Message::Warning { message: text.trim() });
    }

    /// Prints an error.
    pub fn error(&mut self, text: &str) {
        self.say(&failed(text), &Message::Error { message: text });
    }

    /// Prints the failure of a disk or another part of the system.
    pub fn io_error(&mut self, error: &IoError) {
        let (message, path) = (error.to_string(), error.path.to_string_lossy());
        self.say(&failed(&error.to_string()), &Message::IoError { message, path });
    }

    /// A mistake of ours.
    pub fn bug(&mut self, bug: &Bug) {
        let Bug { message, template, template_line, path, line, .. } = bug;
        let (template_line, line) = (*template_line, line.as_ref().map(|(number, _)| *number));
        let human = format!("{bug}\n  This is a bug of nixgen. Nothing was written.");
        self.say(&failed(&human), &Message::Bug { message, template, template_line, path, line });
    }

    /// Prints the findings about a file that stop the run, and how many errors they are.
    pub fn diagnostics(&mut self, source: &Source, found: &[Diagnostic]) {
        self.found(source, found);
        let errors = found.iter().filter(|d| d.is_error()).count();
        if let (MessageFormat::Human, Some(first)) =
            (self.format, found.iter().find(|d| d.is_error()))
        {
            let style = Style::new().bold();
            let errors = count(errors, "error");
            let path = source.path().to_string_lossy();
            let path = visible_line(&path);
            let text = format!(
                "{style}{errors} in {path}. Nothing was written.{style:#}\n\
                 `nixgen explain {}` says why it is one, and what to write instead.\n{}",
                first.code,
                keys_of(found)
            );
            self.tell(&wrapped(&text, self.err_width));
        }
    }

    /// Prints findings of a run that writes nothing.
    pub fn found(&mut self, source: &Source, found: &[Diagnostic]) {
        self.findings
            .extend(found.iter().map(|diagnostic| Finding::of_diagnostic(source, diagnostic)));
        self.warnings += found.iter().filter(|diagnostic| !diagnostic.is_error()).count();
        let (shown, more) = found.split_at(found.len().min(diagnostic::MOST));
        if shown.is_empty() {
            return;
        }
        if self.format == MessageFormat::Json {
            for diagnostic in shown {
                let object = diagnostic::Object::new(source, diagnostic);
                self.say("", &Message::Diagnostic(object));
            }
        } else {
            self.tell(&diagnostic::render(&quotable(source, shown), shown, self.err_width));
        }
        if !more.is_empty() {
            self.note(&format!("{} more are not shown", more.len()));
        }
    }

    /// The findings that were printed so far, which are forgotten.
    pub fn take_findings(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.findings)
    }

    /// Asks whether to go on; anything but yes is no. Of warnings it reminds: what was
    /// shown since may have pushed them out of sight.
    pub fn confirm(&mut self, question: &str) -> bool {
        let warned = match std::mem::take(&mut self.warnings) {
            0 => String::new(),
            warnings => format!("{} above. ", count(warnings, "warning")),
        };
        self.ask(&format!("{warned}{question} [y/N]"))
            .is_some_and(|answer| matches!(answer.trim(), "y" | "Y" | "yes"))
    }

    /// Asks for one of several answers by its first letter, in lower case; `None`
    /// when there is nobody to answer any more.
    pub fn choose(&mut self, question: &str) -> Option<char> {
        let answer = self.ask(question)?;
        Some(answer.trim().chars().next().map_or(' ', |c| c.to_ascii_lowercase()))
    }

    /// Nobody can answer for what they were not shown.
    fn ask(&mut self, question: &str) -> Option<String> {
        let shown = self.out.flush();
        self.keep(OUT, shown);
        if self.format == MessageFormat::Json {
            self.say("", &Message::Question { message: question });
        } else {
            self.tell(&format!("{} ", visible(question)));
            let asked = self.err.flush();
            self.keep(ERR, asked);
        }
        if self.failed.is_some() {
            return None;
        }
        let mut answer = String::new();
        let read = io::stdin().read_line(&mut answer);
        read.is_ok_and(|bytes| bytes > 0).then_some(answer)
    }

    /// Whether a person is there to answer.
    pub fn is_interactive() -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Does what may take long, and says on a terminal that it is at it.
    pub fn during<T>(&self, what: &str, work: impl FnOnce() -> T) -> T {
        let is_watched = io::stderr().is_terminal() && self.format == MessageFormat::Human;
        if is_watched && !self.quiet { terminal::during(what, work) } else { work() }
    }

    /// Writes out what is held back. What could not be said is an error, once; a
    /// reader that went away has had enough.
    pub fn shown(&mut self) -> Result<(), IoError> {
        let result = self.out.flush();
        self.keep(OUT, result);
        self.failed.take().map_or(Ok(()), Err)
    }

    /// Writes a line to standard error, for whom it is asked for.
    fn say(&mut self, human: &str, message: &Message<'_>) {
        match self.format {
            MessageFormat::Human => self.tell(&(wrapped(human, self.err_width) + "\n")),
            MessageFormat::Json => {
                let result = serde_json::to_string(message)
                    .map_err(io::Error::from)
                    .and_then(|line| writeln!(self.err, "{}", visible_json(&hide(&line))));
                self.keep(ERR, result);
            }
        }
    }

    fn keep(&mut self, stream: &str, result: io::Result<()>) {
        if let Err(error) = result
            && error.kind() != ErrorKind::BrokenPipe
        {
            self.failed.get_or_insert_with(|| IoError::new("write to", Path::new(stream), error));
        }
    }
}

/// The line that leads from errors to their keys.
fn keys_of(found: &[Diagnostic]) -> String {
    let keys: BTreeSet<&str> =
        found.iter().filter(|d| d.is_error()).filter_map(|d| d.key.as_deref()).collect();
    let commands: Vec<String> = keys.iter().map(|key| format!("nixgen explain {key}")).collect();
    match commands.len() {
        0 => String::new(),
        1 => format!("{} says what the key takes.\n", listed(&commands, 1)),
        _ => format!("{} say what the keys take.\n", listed(&commands, 3)),
    }
}

/// Variables of the programs that take commands from the log of a job.
const LOGS: [&str; 2] = ["GITHUB_ACTIONS", "TF_BUILD"];

/// A text with the word for an error before it.
fn failed(text: &str) -> String {
    let style = AnsiColor::Red.on_default().bold();
    format!("{style}error{style:#}: {}", visible(text))
}

/// Prints what clap says of arguments: help that was asked for, or a mistake in them.
pub fn of_arguments(error: &clap::Error) -> Status {
    let text = error.render().ansi().to_string();
    let text = inert(&visible_styled(&text));
    // Where nobody listens there is nobody to tell.
    if error.use_stderr() {
        let _ = anstream::stderr().write_all(text.as_bytes());
        return Status::Usage;
    }
    let _ = anstream::stdout().write_all(text.as_bytes());
    Status::Done
}
