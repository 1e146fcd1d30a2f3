//! What git knows of the tree, if there is git. It is asked, and told nothing
//! but what the user wants it told.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::command;
use crate::disk::lock::Fingerprint;
use crate::disk::tree::Root;

/// A work tree that holds the root. It is the one that a flake is read from,
/// whatever the environment names.
#[derive(Debug)]
pub struct WorkTree {
    root: PathBuf,
}

/// What git ignores or does not know, of some files.
#[derive(Debug, Default)]
pub struct Unseen {
    /// Not added yet.
    pub untracked: Vec<String>,
    /// Ignored, and so not added either.
    pub ignored: Vec<String>,
}

/// The root of the repository that a folder is in, by its real path.
pub fn repository(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|folder| folder.join(".git").exists())
}

impl WorkTree {
    /// The work tree that a root is in; `None` without git, too.
    pub fn of(root: &Root) -> Option<Self> {
        // Where there is none, nothing has to be run.
        let path = root.path().canonicalize().ok()?;
        repository(&path)?;
        let tree = Self { root: path };
        let answer = tree.ask(&["rev-parse", "--is-inside-work-tree"], "")?;
        (answer.trim_end() == "true").then_some(tree)
    }

    /// Those of the files, which are on disk, that a flake does not see.
    pub fn unseen(&self, files: &[&str]) -> Unseen {
        let Some(known) = self.ask(&["ls-files", "-z"], "") else { return Unseen::default() };
        let known: HashSet<&str> = known.split('\0').collect();
        let unseen: Vec<&str> =
            files.iter().copied().filter(|file| !known.contains(file)).collect();
        if unseen.is_empty() {
            return Unseen::default();
        }
        let asked = unseen.join("\0");
        let ignored = self.ask(&["check-ignore", "-z", "--stdin"], &asked).unwrap_or_default();
        let ignored: HashSet<&str> = ignored.split('\0').collect();
        let (ignored, untracked): (Vec<&str>, Vec<&str>) =
            unseen.into_iter().partition(|file| ignored.contains(file));
        let owned = |files: Vec<&str>| files.into_iter().map(str::to_owned).collect();
        Unseen { untracked: owned(untracked), ignored: owned(ignored) }
    }

    /// Makes files known without adding what they hold; whether git did it.
    pub fn intend_to_add(&self, files: &[String]) -> bool {
        let args = [
            "--literal-pathspecs",
            "add",
            "--intent-to-add",
            "--pathspec-from-file=-",
            "--pathspec-file-nul",
        ];
        self.ask(&args, &files.join("\0")).is_some()
    }

    /// The last committed version of a file with one of these contents.
    pub(in crate::disk) fn version(&self, path: &str, known: &[Fingerprint]) -> Option<String> {
        /// So many changes of a file are looked at.
        const DEPTH: &str = "--max-count=20";

        let commits =
            self.ask(&["--literal-pathspecs", "log", DEPTH, "--format=%H", "--", path], "")?;
        let version = |commit: &str| self.ask(&["show", &format!("{commit}:./{path}")], "");
        commits
            .lines()
            .filter_map(version)
            .find(|text| known.contains(&Fingerprint::of(path, text)))
    }

    /// What a file with conflicts was on both sides of a merge that is not over.
    pub(in crate::disk) fn sides(&self, path: &str) -> Option<[String; 2]> {
        let side = |number| self.ask(&["show", &format!(":{number}:./{path}")], "");
        Some([side(2)?, side(3)?])
    }

    /// What git prints; `None` when it fails or is not there.
    fn ask(&self, args: &[&str], input: &str) -> Option<String> {
        let output = command::ask(&self.root, args, input.to_owned()).ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then_some(text)
    }
}
