//! Files as the user names them.

use std::path::Path;

use super::{Failure, Status};
use crate::disk::{self, ChangeSet, Root};

/// The files that the user named. A path counts from the root of the tree or, as a
/// shell completes it, from the working folder.
pub(super) fn find(
    changes: &ChangeSet<'_>,
    paths: &[String],
    root: &Root,
) -> Result<Vec<String>, Failure> {
    let stranger = |path| {
        let help = "`nixgen list` names the files that it writes".to_owned();
        Failure::Told(Status::Usage, format!("nixgen does not write `{path}`"), help)
    };
    let found = paths.iter().map(|path| {
        let from_root = path.trim_start_matches("./").to_owned();
        let from_here = below(root.path(), Path::new(path));
        let mut candidates = [Some(from_root), from_here].into_iter().flatten();
        candidates.find(|path| changes.find(path).is_some()).ok_or_else(|| stranger(path))
    });
    found.collect()
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

/// A path of the tree as seen from the working folder.
pub(super) fn from_here(root: &Root, path: &str) -> String {
    match root.path() {
        folder if folder == Path::new(".") => path.to_owned(),
        folder => folder.join(path).to_string_lossy().into_owned(),
    }
}

/// A path as seen from the working folder, told from the root of the repository
/// that its folder is in; neither the file nor its folder need be there.
pub(super) fn in_repository(path: &str) -> Option<String> {
    let path = Path::new(".").canonicalize().ok()?.join(path);
    let mut there = path.parent()?.ancestors();
    let (folder, rest) = there
        .find_map(|folder| Some((folder.canonicalize().ok()?, path.strip_prefix(folder).ok()?)))?;
    let below = folder.strip_prefix(disk::repository(&folder)?).ok()?;
    Some(below.join(rest).to_str()?.to_owned())
}
