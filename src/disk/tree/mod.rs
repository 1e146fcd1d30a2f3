//! The tree by handles of its folders.

mod files;
mod folder;
mod root;

pub(super) use folder::{Folder, Found, MOST, Rights, Way, set_rights};
pub use root::Root;
