//! `nixgen init`: a `cluster.toml` to begin with.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};

use super::{Outcome, Output, Status};
use crate::cli::Global;
use crate::disk::IoError;

/// The documented example.
const EXAMPLE: &str = include_str!("../../cluster.toml");

pub(super) fn run(global: &Global, output: &mut Output) -> Outcome {
    let path = &global.config;
    let failed = |error| IoError::new("write", path, error);
    let mut file = match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            output.error(&format!("{} is there already; nothing was written", path.display()));
            return Ok(Status::Refused);
        }
        Err(error) => return Err(failed(error).into()),
    };
    if let Err(error) = file.write_all(EXAMPLE.as_bytes()) {
        // Half an example would only be in the way.
        let _ = fs::remove_file(path);
        return Err(failed(error).into());
    }
    output.note(&format!(
        "{} is the documented example of a cluster; make it yours, then `nixgen render` shows what \
         comes of it",
        path.display()
    ));
    Ok(Status::Done)
}
