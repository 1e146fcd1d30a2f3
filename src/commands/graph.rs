//! `nixgen graph`: the cluster as a picture.

use super::{Failure, Loaded, Output, Status, load, prepare};
use crate::cli::{Drawing, Global, GraphArgs};
use crate::graph::{Marks, Picture, dot, html, mermaid, svg};
use crate::review::Plan;

pub(super) fn run(
    args: &GraphArgs,
    global: &Global,
    output: &mut Output,
) -> Result<Status, Failure> {
    let picture = if args.diff {
        let prepared = prepare(global, output)?;
        let changes = prepared.look(output)?;
        let Loaded { source, cluster, .. } = &prepared.loaded;
        Picture::of(cluster, Some(&Marks::of(&Plan::new(source, cluster, &changes))))
    } else {
        Picture::of(&load(global, output)?.cluster, None)
    };
    output.data(&match args.format {
        Drawing::Mermaid => mermaid(&picture),
        Drawing::Dot => dot(&picture),
        Drawing::Svg => svg(&picture),
        Drawing::Html => html(&picture),
    });
    Ok(Status::Done)
}
