//! `nixgen graph`: the cluster as a picture.

use super::{Failure, Output, Status, load};
use crate::cli::{Drawing, Global, GraphArgs};
use crate::graph::{Marks, Picture, dot, html, mermaid, svg};

pub(super) fn run(
    args: &GraphArgs,
    global: &Global,
    output: &mut Output,
) -> Result<Status, Failure> {
    let cluster = load(global, output)?.cluster;
    let picture = Picture::of(&cluster, &Marks::new());
    output.data(&match args.format {
        Drawing::Mermaid => mermaid(&picture),
        Drawing::Dot => dot(&picture),
        Drawing::Svg => svg(&picture),
        Drawing::Html => html(&picture),
    });
    Ok(Status::Done)
}
