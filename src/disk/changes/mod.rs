//! The differences between what is ready and what is on disk, and what is done
//! about them.

mod attributes;
mod between;
mod change;
mod compare;
mod decide;
mod ejected;
mod missing;
mod renamed;
mod set;
mod state;

pub(super) use attributes::ATTRIBUTES_FILE;
pub use attributes::pattern;
pub use between::between;
pub use change::Change;
pub(super) use change::Step;
pub use compare::compare;
pub use ejected::{Merged, ThreeWay};
pub use missing::missing;
pub use set::ChangeSet;
pub use state::State;
