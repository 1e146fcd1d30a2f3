//! Turns arguments into an exit status.

use std::process::ExitCode;

use clap::Parser as _;
use nixgen::cli::Cli;
use nixgen::commands::{of_arguments, run};

fn main() -> ExitCode {
    let status = match Cli::try_parse() {
        Ok(cli) => run(&cli),
        Err(error) => of_arguments(&error),
    };
    ExitCode::from(status as u8)
}
