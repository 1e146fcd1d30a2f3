//! The templates of the user's on disk.

use std::path::Path;

use crate::cluster::Cluster;
use crate::disk::{IoError, Root};
use crate::outputs;
use crate::render::overrides::{Found, MAX_BYTES, Overrides};

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
