//! One file a command, and how a failure ends the program.

mod adopt;
mod changes;
mod check;
mod config;
mod diff;
mod eject;
mod explain;
mod git;
mod graph;
mod in_clear;
mod init;
mod list;
mod output;
mod own_templates;
mod paths;
mod prepare;
mod removed;
mod render;
mod schema;
mod shell;
mod status;
mod templates;
mod terminal;
mod today;
mod validate;
mod ways_out;

use std::io::ErrorKind;

pub use output::{Output, of_arguments};

use crate::cli::{CheckFormat, Cli, Command, Global};
use crate::disk::{IoError, NoRevision, NotWritten};
use crate::render::Bug;

/// The way in which the program ends. Each number has this one meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    /// In sync, or done.
    Done = 0,
    /// Differences were found.
    Differs = 1,
    /// Wrong usage that only shows once the tree is known.
    Usage = 2,
    /// The file is invalid.
    Invalid = 3,
    /// The rendered files are invalid: a bug.
    Bug = 4,
    /// A file of the user's is in the way.
    Refused = 5,
    /// Input or output failed.
    Io = 6,
}

/// How a command ends.
pub(crate) type Outcome = Result<Status, Failure>;

/// The reason why a command ended early; everything was said already where it was found.
#[derive(Debug)]
pub(crate) enum Failure {
    /// `cluster.toml` has mistakes.
    Invalid,
    /// Templates have.
    Bugs(Vec<Bug>),
    /// The world did not do as it was asked.
    Io(IoError),
    /// Files were changed while it ran.
    Changed(Vec<String>),
    /// Something else, which ends it so: a message, and what helps.
    Told(Status, String, String),
}

impl From<IoError> for Failure {
    fn from(error: IoError) -> Self {
        Self::Io(error)
    }
}

impl From<Bug> for Failure {
    fn from(bug: Bug) -> Self {
        Self::Bugs(vec![bug])
    }
}

impl From<NoRevision> for Failure {
    fn from(reason: NoRevision) -> Self {
        match reason {
            NoRevision::Io(error) => Self::Io(error),
            NoRevision::Unknown(message, help) => Self::Told(Status::Usage, message, help),
        }
    }
}

impl From<NotWritten> for Failure {
    fn from(reason: NotWritten) -> Self {
        match reason {
            NotWritten::Io(error) => Self::Io(error),
            NotWritten::Changed(paths) => Self::Changed(paths),
        }
    }
}

/// Runs a command.
pub fn run(cli: &Cli) -> Status {
    let is_log = matches!(&cli.command, Command::Check(args) if args.format == CheckFormat::Github);
    let mut output = Output::new(&cli.global, is_log);
    let result = match &cli.command {
        Command::Render(args) => render::run(args, &cli.global, &mut output),
        Command::Diff(args) => diff::run(args, &cli.global, &mut output),
        Command::Check(args) => check::run(args, &cli.global, &mut output),
        Command::List(args) => list::run(args, &cli.global, &mut output),
        Command::Eject(args) => eject::run(args, &cli.global, &mut output),
        Command::Adopt(args) => adopt::run(args, &cli.global, &mut output),
        Command::Init { minimal } => init::run(*minimal, &cli.global, &mut output),
        Command::Validate => validate::run(&cli.global, &mut output),
        Command::Explain(args) => explain::run(args, &cli.global, &mut output),
        Command::Schema(args) => Ok(schema::run(args, &mut output)),
        Command::Graph(args) => graph::run(args, &cli.global, &mut output),
        Command::Status(args) => status::run(args, &cli.global, &mut output),
        Command::Templates(command) => templates::run(command, &cli.global, &mut output),
        Command::Completions { shell } => Ok(shell::completions(*shell, &mut output)),
        Command::Man { folder: None } => Ok(shell::man(&mut output)),
        Command::Man { folder: Some(folder) } => shell::write_man(folder),
    };
    let status = result.unwrap_or_else(|failure| report(failure, &cli.global, &mut output));
    match output.shown() {
        Ok(()) => status,
        Err(error) => {
            output.io_error(&error);
            Status::Io
        }
    }
}

/// Says why a command ended, as far as that was not said yet.
fn report(failure: Failure, global: &Global, output: &mut Output) -> Status {
    match failure {
        Failure::Invalid => Status::Invalid,
        Failure::Bugs(bugs) => {
            for bug in bugs {
                output.bug(&bug);
            }
            Status::Bug
        }
        Failure::Io(error) => {
            output.io_error(&error);
            if error.path == global.config && error.cause.kind() == ErrorKind::NotFound {
                output.note(
                    "  `nixgen init` writes one to begin with; `--config FILE` names another file, \
                     and one of a folder above is found by itself",
                );
            }
            if let Some(help) = &error.help {
                output.note(&format!("  {help}"));
            }
            Status::Io
        }
        Failure::Told(status, message, help) => {
            output.error(&message);
            output.note(&format!("  {help}"));
            status
        }
        Failure::Changed(paths) => {
            output.error("refused: files were changed while nixgen ran; nothing was written");
            for path in paths {
                output.note(&format!("  {path}"));
            }
            output.note("  run `nixgen render` again: it compares with what is there now");
            Status::Refused
        }
    }
}
