//! Git, where the tree is in a repository.

mod command;
mod revision;
mod work_tree;

pub use revision::{NoRevision, Revision};
pub use work_tree::{Unseen, WorkTree, repository};
