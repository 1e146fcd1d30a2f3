//! Rules that need more than the cluster: what is rendered of it, what is on
//! disk, or a list of options.

mod conflicting_options;
mod missing_modules;
mod user_options;

pub use conflicting_options::conflicting_options;
pub use missing_modules::missing_modules;
pub use user_options::user_options;
