//! Secrets: what is one by its name or by its looks. Input refuses them, output hides
//! them, and both go by the same: what a reviewer would not see is not rendered.

mod hiding;
mod lines;
mod look;
mod looks;
mod makers;
mod names;
mod nix;
mod refusal;
mod shapes;
#[cfg(test)]
mod tests;

pub(crate) use hiding::{are_arguments, hide, hide_all, in_looks, mask, quotable};
pub(crate) use lines::in_lines;
#[cfg(test)]
pub(crate) use names::SECRETS;
pub(crate) use names::{HIDDEN, NamePath, name_of_value};
pub(crate) use nix::{in_nix, in_nix_value};
pub(crate) use refusal::{named_beside, refuse, refuse_anywhere};
