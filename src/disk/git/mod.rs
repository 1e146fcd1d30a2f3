//! Git, where the tree is in a repository.

mod command;
mod committed;
mod crypt;
mod objects;
mod repository;
mod revision;
mod work_tree;

pub use committed::Committed;
pub use crypt::is_encrypted;
pub use repository::repository;
pub use revision::{NoRevision, Revision};
pub use work_tree::{Encryption, Unseen, WorkTree};
