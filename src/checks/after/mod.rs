//! Rules that need more than the cluster: what is rendered of it, what is on
//! disk, what was rendered last, or a list of options.

mod conflicting_options;
mod ended_releases;
mod missing_input;
mod missing_modules;
mod missing_outputs;
mod steps;
mod user_options;

pub use conflicting_options::conflicting_options;
pub use ended_releases::ended_releases;
pub use missing_input::missing_input;
pub use missing_modules::missing_modules;
pub use missing_outputs::missing_outputs;
pub use steps::run as steps;
pub use user_options::user_options;
