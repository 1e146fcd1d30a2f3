//! Writing. Everything is staged beside its place first, so that a full disk or
//! a missing permission is met before the first file changes; then each file is
//! swapped in by a rename.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::compare::{Change, ChangeSet};
use super::lock::LOCK_FILE;
use super::root::Root;
use super::{IoError, State};

/// Makes the tree what the change set says, the lock last. Files that are as
/// they should be are not touched, and neither is a person's orphan.
pub fn apply(changes: &ChangeSet<'_>, root: &Root) -> Result<(), IoError> {
    let mut staged = Staged::new("file");
    for change in changes.differing() {
        if let Some(file) = change.new {
            staged.stage(root, &change.path, file.text(), file.executable())?;
        }
    }
    let mut lock = Staged::new("lock");
    if let Some(text) = changes.new_lock(root)? {
        lock.stage(root, LOCK_FILE, &text, false)?;
    }
    let orphans: Vec<&Change<'_>> =
        changes.differing().filter(|change| change.state == State::Orphan).collect();
    staged.commit()?;
    for orphan in orphans {
        let path = root.at(&orphan.path);
        fs::remove_file(&path).map_err(|error| IoError::new("delete", &path, error))?;
        remove_emptied_folders(root, &path);
    }
    // Until it is there, a run that was cut short is seen as what it is: an
    // orphan that could not be deleted is still ours.
    lock.commit()
}

/// New contents, each in a file beside the one that it will replace. Dropped
/// before the commit, it leaves nothing behind.
struct Staged {
    label: &'static str,
    files: Vec<(PathBuf, PathBuf)>,
    folders: Vec<PathBuf>,
}

impl Staged {
    fn new(label: &'static str) -> Self {
        Self { label, files: Vec::new(), folders: Vec::new() }
    }

    fn stage(
        &mut self,
        root: &Root,
        relative: &str,
        text: &str,
        executable: bool,
    ) -> Result<(), IoError> {
        let target = root.at(relative);
        let folder = target.parent().unwrap_or(root.path()).to_owned();
        self.make_folder(&folder)?;
        let (process, count) = (std::process::id(), self.files.len());
        let temporary = folder.join(format!(".nixgen-{process}-{}-{count}", self.label));
        let failed = |error| IoError::new("write", &temporary, error);
        let mut file = File::create_new(&temporary).map_err(failed)?;
        self.files.push((temporary.clone(), target.clone()));
        file.write_all(text.as_bytes()).map_err(failed)?;
        let fresh = file.metadata().map_err(failed)?.permissions().mode();
        // An existing file keeps its mode; a new script may be run by whoever may read it.
        let mode = match fs::symlink_metadata(&target) {
            Ok(meta) => meta.permissions().mode(),
            Err(_) if executable => fresh | ((fresh & 0o444) >> 2),
            Err(_) => fresh,
        };
        if mode != fresh {
            file.set_permissions(fs::Permissions::from_mode(mode)).map_err(failed)?;
        }
        file.sync_all().map_err(failed)
    }

    fn make_folder(&mut self, folder: &Path) -> Result<(), IoError> {
        // The empty path is the working folder, as in the parent of `out`.
        if folder == Path::new("") || folder.is_dir() {
            return Ok(());
        }
        if let Some(parent) = folder.parent() {
            self.make_folder(parent)?;
        }
        fs::create_dir(folder).map_err(|error| IoError::new("create", folder, error))?;
        self.folders.push(folder.to_owned());
        Ok(())
    }

    fn commit(mut self) -> Result<(), IoError> {
        self.files.reverse();
        while let Some((temporary, target)) = self.files.last() {
            fs::rename(temporary, target)
                .map_err(|error| IoError::new("replace", target, error))?;
            self.files.pop();
        }
        self.folders.clear();
        Ok(())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        for (temporary, _) in &self.files {
            let _ = fs::remove_file(temporary);
        }
        for folder in self.folders.iter().rev() {
            // Only an empty one goes.
            let _ = fs::remove_dir(folder);
        }
    }
}

fn remove_emptied_folders(root: &Root, file: &Path) {
    let mut folder = file.parent();
    while let Some(current) = folder.filter(|current| *current != root.path()) {
        if fs::remove_dir(current).is_err() {
            return;
        }
        folder = current.parent();
    }
}
