//! `nixgen graph`: the cluster as a picture.

use super::config::ConfigFile;
use super::prepare::{Loaded, load, prepare};
use super::{Outcome, Output, Status};
use crate::cli::{Drawing, Global, GraphArgs};
use crate::cluster::{Cluster, Demand};
use crate::outputs;
use crate::picture::{Picture, dot, html, mermaid, svg};
use crate::previous::Previous;
use crate::review::Plan;

pub(super) fn run(args: &GraphArgs, global: &Global, output: &mut Output) -> Outcome {
    let file = ConfigFile::open(global)?;
    let picture = if args.diff {
        let prepared = prepare(&file, global, output)?;
        let changes = prepared.look(output)?;
        let Loaded { source, cluster, .. } = &prepared.loaded;
        let previous = Previous::read(cluster, |path| changes.old_attrs(path));
        picture(cluster).marked(&Plan::new(source, cluster, &changes).marks(&previous))
    } else {
        picture(&load(&file, global, output)?.cluster)
    };
    output.data(&match args.format {
        Drawing::Mermaid => mermaid(&picture),
        Drawing::Dot => dot(&picture),
        Drawing::Svg => svg(&picture)?,
        Drawing::Html => html(&picture)?,
    });
    Ok(Status::Done)
}

fn picture(cluster: &Cluster) -> Picture {
    let demands: Vec<Demand<'_>> = outputs::demands(cluster).collect();
    Picture::new(cluster, &demands)
}
