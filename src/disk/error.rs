//! Calls to the system that failed, with their paths.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::text::visible_line;

/// The world did not do as it was asked.
#[derive(Debug)]
pub struct IoError {
    /// The file or folder.
    pub path: PathBuf,
    /// The attempt, to complete "cannot …".
    pub action: &'static str,
    /// The answer of the system.
    pub cause: std::io::Error,
    /// The way on for the user.
    pub help: Option<String>,
}

impl IoError {
    pub(crate) fn new(action: &'static str, path: &Path, cause: std::io::Error) -> Self {
        // Renames stay on one file system.
        let help = (cause.kind() == ErrorKind::CrossesDevices)
            .then(|| "it is on another file system than the root of the tree".to_owned());
        Self { path: path.to_owned(), action, cause, help }
    }

    /// An error about something that is not what it has to be.
    pub(crate) fn invalid(action: &'static str, path: &Path, reason: &str) -> Self {
        Self::new(action, path, std::io::Error::new(ErrorKind::InvalidData, reason.to_owned()))
    }

    pub(crate) fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

impl std::fmt::Display for IoError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "cannot {} {}: {}",
            self.action,
            visible_line(&self.path.to_string_lossy()),
            self.cause
        )
    }
}
