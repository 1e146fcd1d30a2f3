//! `nixgen render`: show what changes, then write it, all or nothing.

use std::path::Path;

use super::{Failure, Output, Status, prepare, show};
use crate::cli::{Global, RenderArgs};
use crate::disk::{Change, ChangeSet, Hold, Root, State, apply};

pub(super) fn run(
    args: &RenderArgs,
    global: &Global,
    output: &mut Output,
) -> Result<Status, Failure> {
    let prepared = prepare(global, output)?;
    let root = &prepared.root;
    let holds = if args.dry_run { Hold::to_read } else { Hold::to_write };
    let mut hold = holds(root, &mut |text| output.warning(text))?;
    let mut changes = prepared.compare(output)?;
    let asks = Output::is_interactive() && !args.yes && !args.dry_run && !changes.is_in_sync();
    // Others need not wait until a person has read all this.
    if asks || args.dry_run {
        hold.let_go();
    }
    // Nobody can answer for what they were not shown.
    if asks || !output.is_quiet() {
        show(&changes, output);
    }
    if let Some(paths) = &args.force
        && let Err(stranger) = force(&mut changes, paths, root)
    {
        output.error(&format!("`--force {stranger}`: nixgen does not write that file"));
        return Ok(Status::Usage);
    }
    output.note(&changes.summary());

    let refused: Vec<&Change<'_>> =
        changes.protected().filter(|change| !change.is_kept()).collect();
    if !refused.is_empty() {
        explain(&refused, output);
        return Ok(Status::Refused);
    }
    if args.dry_run {
        return Ok(Status::Done);
    }
    if asks {
        let question = format!("Write this to {}?", root.path().display());
        if !output.confirm(&question) {
            output.note("nothing was written");
            return Ok(Status::Done);
        }
    }
    apply(&changes, hold, &mut |text| output.warning(text))?;
    Ok(Status::Done)
}

/// Gives up the files that the user named, or all of them; the error is a name
/// that means none. A path counts from the root of the tree or, as a shell
/// completes it, from the working folder.
fn force<'a>(
    changes: &mut ChangeSet<'_>,
    paths: &'a [String],
    root: &Root,
) -> Result<(), &'a String> {
    let mut given_up = Vec::with_capacity(paths.len());
    for path in paths {
        let from_root = path.trim_start_matches("./").to_owned();
        let from_here = below(root.path(), Path::new(path));
        let known = |path: &String| changes.all().any(|change| change.path == *path);
        given_up.push([Some(from_root), from_here].into_iter().flatten().find(known).ok_or(path)?);
    }
    changes.give_up(|path| paths.is_empty() || given_up.iter().any(|given| given == path));
    Ok(())
}

/// A path of this system as a path below the root, whatever `..` and links
/// both are written with; the file itself need not be there.
pub(super) fn below(root: &Path, path: &Path) -> Option<String> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder.canonicalize(),
        _ => Path::new(".").canonicalize(),
    };
    let path = folder.ok()?.join(path.file_name()?);
    Some(path.strip_prefix(root.canonicalize().ok()?).ok()?.to_str()?.to_owned())
}

fn explain(refused: &[&Change<'_>], output: &mut Output) {
    let count = refused.len();
    let plural = if count == 1 { "" } else { "s" };
    output
        .error(&format!("refused: {count} file{plural} of yours in the way; nothing was written"));
    for change in refused {
        let why = match (change.in_the_way, change.state) {
            (Some(what), _) => format!("is {what}"),
            (None, State::Foreign) => "was not written by nixgen".to_owned(),
            (None, _) => "was edited since nixgen wrote it".to_owned(),
        };
        output.note(&format!("  {} {why}", change.path));
    }
    if refused.iter().any(|change| change.in_the_way.is_some()) {
        output.note("  What is no text file has to be moved away by hand.");
    }
    if refused.iter().any(|change| change.in_the_way.is_none()) {
        output.note("  Move your change to cluster.toml or to a module of `extra_modules`,");
        output.note("  or overwrite a file with `nixgen render --force PATH`.");
    }
}
