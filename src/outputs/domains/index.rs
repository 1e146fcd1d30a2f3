//! `default.nix`: the others in one set. One of the user's, which may hold more
//! than these, stays where it is.

use serde::Serialize;

use crate::input::types::RelPath;
use crate::render::{Kind, Planned, Template, template};

/// The index has no values.
#[derive(Serialize)]
pub(super) struct Context {}

pub(super) const TEMPLATE: Template<Context> = template!("lib/domains/default.nix", Kind::Index);

pub(super) fn file(path: RelPath) -> Planned {
    TEMPLATE.file(path, &Context {})
}
