//! `nixgen diff`: what `render` would change, in the format that one reviews in.

mod base;
mod committed;

use super::changes::{sum_up, warn_of_risk};
use super::config::ConfigFile;
use super::prepare::{Loaded, Prepared, prepare};
use super::{Outcome, Output, Status};
use crate::cli::{DiffArgs, DiffFormat, Global};
use crate::disk::ChangeSet;
use crate::review::{Base, at_risk, files, format};

pub(super) fn run(args: &DiffArgs, global: &Global, output: &mut Output) -> Outcome {
    if let Some(revision) = &args.base {
        return base::run(args, revision, global, output);
    }
    let file = ConfigFile::open(global)?;
    let prepared = prepare(&file, global, output)?;
    let changes = prepared.look(output)?;
    show(args, &prepared, &changes, None, output)
}

/// Shows the changes, and what there is to say of the revision that they begin
/// at.
fn show(
    args: &DiffArgs,
    prepared: &Prepared<'_>,
    changes: &ChangeSet<'_>,
    base: Option<Base>,
    output: &mut Output,
) -> Outcome {
    let Loaded { source, cluster, .. } = &prepared.loaded;
    let style = output.style();
    let differs = !changes.is_in_sync() || base.as_ref().is_some_and(|base| !base.is_empty());
    let nodes = match args.format {
        DiffFormat::Unified | DiffFormat::Stat => {
            let files = files(changes);
            let name = source.file_name();
            match args.format {
                DiffFormat::Stat => {
                    output.styled(&format::stat(&files, &name, base.as_ref(), style));
                }
                _ if output.is_quiet() => {}
                _ => output.styled(&format::patch(&files, &name, base.as_ref(), style)),
            }
            at_risk(cluster, changes)
        }
        _ => {
            let mut plan = prepared.plan(changes, output);
            plan.base = base;
            match args.format {
                DiffFormat::Json => output.json(&plan),
                DiffFormat::Markdown => output.data(&format::markdown(&plan, args.max_bytes)),
                DiffFormat::Html => output.data(&format::page(&plan)?),
                _ => output.styled(&format::options(&plan, style)),
            }
            plan.nodes
        }
    };
    sum_up(cluster, changes, output);
    warn_of_risk(&nodes, output);
    Ok(if differs { Status::Differs } else { Status::Done })
}
