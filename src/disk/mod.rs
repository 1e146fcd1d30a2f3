//! The tree on disk: compared with what is ready, shown as a diff, written.

mod apply;
mod attributes;
mod between;
mod change;
mod changes;
mod compare;
mod decide;
mod ejected;
mod folder;
mod git;
mod hold;
mod journal;
mod lock;
mod own;
mod recover;
mod renamed;
mod revision;
mod root;
mod staging;
mod state;
mod swap;

pub use apply::apply;
pub use between::between;
pub use change::{Change, Delete, Write};
pub use changes::ChangeSet;
pub use compare::compare;
pub use ejected::{Merged, ThreeWay};
pub use git::{Unseen, WorkTree};
pub use hold::Hold;
pub use lock::{Input, LOCK_FILE};
pub use own::Content;
pub use revision::{NoRevision, Revision};
pub use root::{Root, missing};
pub use state::State;

use std::io::ErrorKind;
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
    /// What the user can do about it.
    pub help: Option<String>,
}

/// Why a tree was not written. It is as it was.
#[derive(Debug)]
pub enum NotWritten {
    /// The world did not do as it was asked.
    Io(IoError),
    /// These files were changed since they were compared.
    Changed(Vec<String>),
}

impl From<IoError> for NotWritten {
    fn from(mut error: IoError) -> Self {
        error.help.get_or_insert_with(|| "nothing was written".to_owned());
        Self::Io(error)
    }
}

impl IoError {
    pub(crate) fn new(action: &'static str, path: &Path, cause: std::io::Error) -> Self {
        // Renames stay on one file system.
        let help = (cause.kind() == ErrorKind::CrossesDevices)
            .then(|| "it is on another file system than the root of the tree".to_owned());
        Self { path: path.to_owned(), action, cause, help }
    }

    /// What is there is not what it has to be.
    pub(crate) fn invalid(action: &'static str, path: &Path, reason: &str) -> Self {
        Self::new(action, path, std::io::Error::new(ErrorKind::InvalidData, reason.to_owned()))
    }

    pub(crate) fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
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
