//! `nixgen diff`: what `render` would change, in the format that one reviews in.

use super::{Failure, Loaded, Output, Status, prepare, show, sum_up, warn_of_risk};
use crate::cli::{DiffArgs, DiffFormat, Global};
use crate::review::{Plan, at_risk, file, format};

pub(super) fn run(
    args: &DiffArgs,
    global: &Global,
    output: &mut Output,
) -> Result<Status, Failure> {
    let prepared = prepare(global, output)?;
    let changes = prepared.look(output)?;
    let Loaded { source, cluster, .. } = &prepared.loaded;
    let style = output.style();
    let nodes = match args.format {
        DiffFormat::Unified | DiffFormat::Stat => {
            if args.format == DiffFormat::Stat {
                let files: Vec<_> = changes.differing().map(file).collect();
                output.data(&format::stat(&files, style));
            } else if !output.is_quiet() {
                show(&changes, output);
            }
            at_risk(cluster, &changes)
        }
        _ => {
            let plan = Plan::new(source, cluster, &changes);
            match args.format {
                DiffFormat::Json => output.json(&plan),
                DiffFormat::Markdown => output.data(&format::markdown(&plan, args.max_bytes)),
                DiffFormat::Html => output.data(&format::page(&plan)),
                _ => output.data(&format::options(&plan, style)),
            }
            plan.nodes
        }
    };
    sum_up(&changes, output);
    warn_of_risk(&nodes, output);
    Ok(if changes.is_in_sync() { Status::Done } else { Status::Differs })
}
