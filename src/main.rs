//! Turns arguments into an exit status.

use std::process::ExitCode;

use nixgen::cli::Cli;
use nixgen::commands::{of_arguments, run};

fn main() -> ExitCode {
    let status = match Cli::of_process() {
        Ok(cli) => run(&cli),
        Err(error) => of_arguments(&error),
    };
    ExitCode::from(status as u8)
}
