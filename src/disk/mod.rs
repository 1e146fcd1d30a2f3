//! The tree on disk: compared with what is ready, shown as a diff, written.

mod changes;
mod error;
mod git;
mod lock;
mod paths;
mod swap;
mod tree;

pub use changes::{Change, ChangeSet, Merged, State, ThreeWay, between, compare, missing, pattern};
pub use error::IoError;
pub use git::{
    Committed, Encryption, NoRevision, Revision, Unseen, WorkTree, is_encrypted, repository,
};
pub use lock::Input;
pub use paths::LOCK_FILE;
pub use swap::{Hold, NotWritten, apply};
pub use tree::{Copy, Root};
