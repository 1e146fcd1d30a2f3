//! The cluster as it is, beside the one that is described. It is asked with the user's
//! own `kubectl`, and nothing of it is changed.

mod compare;
mod kubectl;

pub use compare::{Difference, differences};
pub use kubectl::{Access, Trouble, certificate};
