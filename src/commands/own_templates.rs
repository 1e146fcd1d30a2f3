//! The templates of the user's on disk.

use std::path::Path;

use super::{Failure, Output};
use crate::checks::Levels;
use crate::cluster::Cluster;
use crate::disk::{IoError, Root};
use crate::outputs;
use crate::render::Bug;
use crate::render::overrides::{Found, MAX_BYTES, Overrides};

/// What was made with the user's templates, unless they are wrong: then it is said
/// where.
pub(super) fn judged<T>(
    overrides: &mut Overrides,
    made: Result<T, Vec<Bug>>,
    levels: &Levels,
    output: &mut Output,
) -> Result<T, Failure> {
    let made = made.map_err(|bugs| overrides.blame(bugs));
    for file in overrides.files_mut().iter_mut().filter(|file| !file.found.is_empty()) {
        levels.apply(&mut file.found);
        output.diagnostics(&file.source, &file.found);
    }
    let made = made.map_err(Failure::Bugs)?;
    if overrides.is_broken() { Err(Failure::Bugs(Vec::new())) } else { Ok(made) }
}

/// Reads the user's templates, whatever is wrong with them. Their folder is below
/// that of `cluster.toml`.
pub(super) fn read(root: &Root, cluster: &Cluster) -> Result<Overrides, IoError> {
    let folder = cluster.templates.inside();
    let found = root.files(folder, MAX_BYTES)?.into_iter().map(|(path, content)| {
        let name = path.strip_prefix(folder).unwrap_or(&path).trim_start_matches('/').to_owned();
        let path = root.path_of(&path);
        Found { path: path.strip_prefix(".").map(Path::to_owned).unwrap_or(path), name, content }
    });
    Ok(Overrides::new(found.collect(), &outputs::templates()))
}
