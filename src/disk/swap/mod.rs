//! Writing, all or nothing.

mod apply;
mod exchange;
mod hold;
mod journal;
mod recover;
mod staging;

pub use apply::{NotWritten, apply};
pub use hold::Hold;

/// Takes a sentence for the user.
pub type Say<'a> = &'a mut dyn FnMut(&str);
