//! Turns arguments into an exit status.

use std::process::ExitCode;

use clap::Parser as _;
use nixgen::cli::Cli;

fn main() -> ExitCode {
    ExitCode::from(nixgen::commands::run(&Cli::parse()) as u8)
}
