//! `nixgen completions` and `nixgen man`: what shells and `man` want to know of
//! the command line.

use std::path::Path;

use clap::CommandFactory as _;
use clap_complete::Shell;
use clap_mangen::Man;

use super::{Outcome, Output, Status};
use crate::cli::Cli;
use crate::disk::IoError;

/// The completions of a shell.
pub(super) fn completions(shell: Shell, output: &mut Output) -> Status {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "nixgen", &mut script);
    output.data(&String::from_utf8_lossy(&script));
    Status::Done
}

/// The manual: the page of nixgen, and one of each command behind it.
pub(super) fn man(output: &mut Output) -> Status {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let mut pages = vec![command.clone()];
    pages.extend(command.get_subcommands().cloned());
    for page in pages {
        let mut text = Vec::new();
        // Nothing fails where memory is written to.
        if Man::new(page).render(&mut text).is_ok() {
            output.data(&String::from_utf8_lossy(&text));
        }
    }
    Status::Done
}

/// The same, as a file a page.
pub(super) fn write_man(folder: &Path) -> Outcome {
    let failed = |error| IoError::new("write", folder, error);
    std::fs::create_dir_all(folder).map_err(failed)?;
    clap_mangen::generate_to(Cli::command(), folder).map_err(failed)?;
    Ok(Status::Done)
}
