//! A copy of the tree, to try something with.

use std::os::unix::fs::{DirBuilderExt as _, symlink};
use std::path::{Path, PathBuf};
use std::{env, fs, io, process};

use super::root::Root;
use crate::disk::error::IoError;

/// So many bytes of a tree are copied: what is larger holds more than Nix code.
const MOST: u64 = 1 << 30;

/// A copy of a tree in a folder of its own, which goes with it.
#[derive(Debug)]
pub struct Copy {
    path: PathBuf,
}

impl Root {
    /// A copy of these files; without them, of all but hidden ones.
    pub fn copy(&self, files: Option<Vec<String>>) -> Result<Copy, IoError> {
        let copy = Copy::new()?;
        let files = files.unwrap_or_else(|| self.walk(|_| true).collect());
        let mut left = MOST;
        for file in files {
            let (from, to) = (self.at(&file), copy.path.join(&file));
            copied(&from, &to, &mut left).map_err(|error| IoError::new("copy", &from, error))?;
        }
        Ok(copy)
    }
}

impl Copy {
    fn new() -> Result<Self, IoError> {
        let path = |number| env::temp_dir().join(format!("nixgen-{}-{number}", process::id()));
        // One that is there may be anybody's.
        let made = |path: &PathBuf| fs::DirBuilder::new().mode(0o700).create(path);
        let path = (0..100).map(path).find(|path| made(path).is_ok());
        let path = path.ok_or_else(|| {
            IoError::invalid("make a folder in", &env::temp_dir(), "nobody may write to it")
        })?;
        Ok(Self { path })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file, whatever stands at its path.
    pub fn write(&self, path: &str, text: &str) -> Result<(), IoError> {
        let to = self.path.join(path);
        let written = || {
            fs::create_dir_all(to.parent().unwrap_or(&self.path))?;
            if to.is_symlink() {
                fs::remove_file(&to)?;
            }
            fs::write(&to, text)
        };
        written().map_err(|error| IoError::new("write", &to, error))
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        // What is left is a copy in a folder for such things.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Copies a file or link, where there is one.
fn copied(from: &Path, to: &Path, left: &mut u64) -> io::Result<()> {
    let Ok(is) = from.symlink_metadata() else { return Ok(()) };
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    if is.is_symlink() {
        symlink(fs::read_link(from)?, to)
    } else if is.is_file() {
        *left = left.checked_sub(is.len()).ok_or(io::ErrorKind::FileTooLarge)?;
        fs::copy(from, to).map(|_| ())
    } else {
        // Of another repository, as a submodule is.
        Ok(())
    }
}
