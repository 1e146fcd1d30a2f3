//! `nixgen schema`: the JSON Schema of cluster.toml, for editors.

use super::{Output, Status};
use crate::input;

pub(super) fn run(output: &mut Output) -> Status {
    output.data(&format!("{:#}\n", input::schema()));
    Status::Done
}
