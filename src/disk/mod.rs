//! The tree on disk: compared with what is ready, shown as a diff, written.

mod apply;
mod compare;
mod diff;
mod lock;
mod root;

pub use apply::apply;
pub use compare::{Change, ChangeSet, State, compare};
pub use diff::{Style, unified};
pub use lock::LOCK_FILE;
pub use root::{Root, missing};

use std::path::{Path, PathBuf};

/// The world did not do as it was asked.
#[derive(Debug)]
pub struct IoError {
    /// The file or folder.
    pub path: PathBuf,
    /// What was tried, to complete "cannot …".
    pub action: &'static str,
    /// What the system said.
    pub cause: std::io::Error,
}

impl IoError {
    pub(crate) fn new(action: &'static str, path: &Path, cause: std::io::Error) -> Self {
        Self { path: path.to_owned(), action, cause }
    }
}

impl std::fmt::Display for IoError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cannot {} {}: {}", self.action, self.path.display(), self.cause)
    }
}

impl std::error::Error for IoError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}
