//! What git knows of the tree, if there is git. It is asked, and told nothing
//! but what the user wants it told.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::command::ask;
use super::repository::Repository;
use crate::disk::lock::Fingerprint;
use crate::disk::tree::Root;

/// A work tree that holds the root. It is the one that a flake is read from,
/// whatever the environment names.
#[derive(Debug)]
pub struct WorkTree {
    repository: Repository,
    root: PathBuf,
}

/// The files that git ignores or does not know, of some.
#[derive(Debug, Default)]
pub struct Unseen {
    /// Not added yet.
    pub untracked: Vec<String>,
    /// Ignored, and so not added either.
    pub ignored: Vec<String>,
}

impl Unseen {
    /// The number of them.
    pub fn count(&self) -> usize {
        self.untracked.len() + self.ignored.len()
    }

    /// Both these and others.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.untracked.extend(other.untracked);
        self.ignored.extend(other.ignored);
        self
    }
}

/// A filter of git-crypt's, and the files that it leaves as they are.
#[derive(Debug)]
pub struct Encryption {
    /// The filter's name, which names its key.
    pub filter: String,
    /// The files of which no attribute says whether they are filtered: one that says
    /// `-filter` is a decision.
    pub undecided: Vec<String>,
}

impl WorkTree {
    /// The work tree that a root is in; `None` without git, too.
    pub fn of(root: &Root) -> Option<Self> {
        let repository = Repository::around(root.path()).ok()?;
        Some(Self { repository, root: root.path().canonicalize().ok()? })
    }

    /// The path below the root of a file that was named, if it is there.
    pub fn path_of(&self, file: &Path) -> Option<String> {
        let path = file.canonicalize().ok()?;
        Some(path.strip_prefix(&self.root).ok()?.to_str()?.to_owned())
    }

    /// The files that git knows, which are those that a flake sees.
    pub fn known(&self) -> Option<Vec<String>> {
        let known = self.ask(&["ls-files", "-z"], "")?;
        Some(known.split_terminator('\0').map(str::to_owned).collect())
    }

    /// Those of the files, which are on disk, that a flake does not see.
    pub fn unseen(&self, files: &[&str]) -> Unseen {
        let Some(known) = self.known() else { return Unseen::default() };
        let known: HashSet<&str> = known.iter().map(String::as_str).collect();
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

    /// What git-crypt encrypts, if attributes have it encrypt these files or any that
    /// git knows.
    pub fn encryption(&self, files: &[&str]) -> Option<Encryption> {
        let known = self.ask(&["ls-files", "-z", ":(top)"], "")?;
        let asked = files.iter().copied().chain(known.split_terminator('\0'));
        let asked: Vec<&str> = asked.collect();
        let told = self.ask(&["check-attr", "-z", "--stdin", "filter"], &asked.join("\0"))?;
        // Each file, the attribute and its value.
        let values: Vec<&str> = told.split('\0').skip(2).step_by(3).collect();
        let filter = values.iter().find(|value| value.starts_with("git-crypt"))?;
        let undecided = files.iter().zip(&values).filter(|(_, value)| **value == "unspecified");
        Some(Encryption {
            filter: (*filter).to_owned(),
            undecided: undecided.map(|(file, _)| (*file).to_owned()).collect(),
        })
    }

    /// Makes files known without adding what they hold; whether git did it.
    pub fn intend_to_add(&self, files: &[String]) -> bool {
        let Some(filters) = self.filters_off() else { return false };
        let mut args: Vec<&str> = filters.iter().flat_map(|off| ["-c", off]).collect();
        args.extend(["--literal-pathspecs", "add", "--intent-to-add"]);
        args.extend(["--pathspec-from-file=-", "--pathspec-file-nul"]);
        self.ask(&args, &files.join("\0")).is_some()
    }

    /// What turns every filter off. Writing its index, git looks at other files again
    /// that may have changed, through filters that their attributes name, and these
    /// a branch can bring. `None` where one cannot be turned off, for its name.
    fn filters_off(&self) -> Option<Vec<String>> {
        let settings = self.ask(&["config", "--null", "--name-only", "--list"], "")?;
        let filters = settings.split('\0').filter(|name| name.starts_with("filter."));
        let off = filters.map(|name| {
            let value = if name.ends_with(".required") { "false" } else { "" };
            (!name.contains('=')).then(|| format!("{name}={value}"))
        });
        off.collect()
    }

    /// The last committed version of a file with one of these contents.
    pub(in crate::disk) fn version(&self, path: &str, known: &[Fingerprint]) -> Option<String> {
        /// So many changes of a file are looked at.
        const DEPTH: &str = "--max-count=20";

        let args = ["--literal-pathspecs", "rev-list", DEPTH, "HEAD", "--", path];
        let commits = self.ask(&args, "")?;
        commits
            .lines()
            .filter_map(|commit| self.blob(&format!("{commit}:./{path}")))
            .find(|text| known.contains(&Fingerprint::of(path, text)))
    }

    /// What a file with conflicts was on both sides of a merge that is not over.
    pub(in crate::disk) fn sides(&self, path: &str) -> Option<[String; 2]> {
        let side = |number| self.blob(&format!(":{number}:./{path}"));
        Some([side(2)?, side(3)?])
    }

    /// What is stored of a file.
    fn blob(&self, name: &str) -> Option<String> {
        String::from_utf8(self.bytes(&["cat-file", "blob", name], "")?).ok()
    }

    /// The text that git prints. A name that is no text is none of ours.
    fn ask(&self, args: &[&str], input: &str) -> Option<String> {
        Some(String::from_utf8_lossy(&self.bytes(args, input)?).into_owned())
    }

    /// What git prints; `None` when it fails or is not there.
    fn bytes(&self, args: &[&str], input: &str) -> Option<Vec<u8>> {
        let mut git = self.repository.git(&self.root);
        let output = ask(git.args(args), input.as_bytes().to_vec()).ok()?;
        output.status.success().then_some(output.stdout)
    }
}
