//! Secrets: what is one by its name or by its looks. Input refuses them, output hides
//! them, and both go by the same: what a reviewer would not see is not rendered.

mod hiding;
mod looks;
mod names;

pub(crate) use hiding::{HIDDEN, hide_words, in_lines, in_nix, in_nix_value, in_pem, mask};
pub(crate) use looks::{refuse, refuse_anywhere};
pub(crate) use names::NamePath;
#[cfg(test)]
pub(crate) use names::SECRETS;
