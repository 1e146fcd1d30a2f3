//! The repository that a folder is in. Nixgen finds it, and git is told which it
//! is: git by itself would also take a folder that looks like a bare repository,
//! which is a thing that a branch can bring.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::command::{ask, complaint, git};

/// A repository with a work tree.
#[derive(Debug, Clone)]
pub(super) struct Repository {
    /// The top folder of the work tree, by its real path.
    pub(super) top: PathBuf,
    /// Where git keeps what is this work tree's.
    pub(super) git_dir: PathBuf,
}

/// Why there is none.
#[derive(Debug)]
pub(super) enum NoRepository {
    /// No folder around has `.git`.
    None,
    /// Git cannot be asked.
    Io(io::Error),
    /// Git does not take what is there, as where it is somebody else's.
    Refused(String),
}

/// The root of the repository that a folder is in, by its real path. What is called
/// `.git` is never a branch's: git itself refuses such a name in a tree.
pub fn repository(folder: &Path) -> Option<&Path> {
    let has_git = |folder: &&Path| {
        let git = folder.join(".git");
        git.is_file() || git.join("HEAD").symlink_metadata().is_ok()
    };
    folder.ancestors().find(has_git)
}

impl Repository {
    /// The repository that a folder is in.
    pub(super) fn around(folder: &Path) -> Result<Self, NoRepository> {
        let folder = folder.canonicalize().map_err(|_| NoRepository::None)?;
        let top = repository(&folder).ok_or(NoRepository::None)?;
        // Asked where `.git` is, git finds no other, and it alone judges whether the
        // user trusts it (`safe.directory`): of one that it is told, it does not ask.
        let mut rev_parse = git(top);
        rev_parse.args(["rev-parse", "--show-toplevel", "--absolute-git-dir"]);
        let output = ask(&mut rev_parse, Vec::new()).map_err(NoRepository::Io)?;
        if !output.status.success() {
            return Err(NoRepository::Refused(complaint(&output)));
        }
        let said = output.stdout.strip_prefix(top.as_os_str().as_bytes());
        let said = said.and_then(|said| said.strip_prefix(b"\n")?.strip_suffix(b"\n"));
        let git_dir = said.map(|said| PathBuf::from(OsStr::from_bytes(said)));
        match git_dir.filter(|git_dir| git_dir != top && !folder.starts_with(git_dir)) {
            Some(git_dir) => Ok(Self { top: top.to_owned(), git_dir }),
            None => Err(NoRepository::Refused(format!(
                "{} is not the work tree of its .git",
                top.display()
            ))),
        }
    }

    /// Git at work on it, in one of its folders.
    pub(super) fn git(&self, folder: &Path) -> Command {
        let mut command = git(folder);
        command.arg("--git-dir").arg(&self.git_dir).arg("--work-tree").arg(&self.top);
        command
    }
}
