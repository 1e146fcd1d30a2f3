//! The tree by handles of its folders.

mod copy;
mod files;
mod folder;
mod root;

pub use copy::Copy;
pub(super) use folder::{Folder, Found, MOST, Rights, Way, set_rights};
pub use root::Root;
