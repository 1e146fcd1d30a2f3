//! A revision of the repository that a tree is in.

use std::io;
use std::path::Path;

use super::command::ask;
use super::committed::Committed;
use super::repository::{NoRepository, Repository};
use crate::disk::error::IoError;

/// A commit, and the repository that it is of.
#[derive(Debug)]
pub struct Revision {
    /// As the user named it.
    pub name: String,
    /// Its object's name.
    pub commit: String,
    repository: Repository,
}

/// Why there is no such revision.
#[derive(Debug)]
pub enum NoRevision {
    /// Git cannot be asked.
    Io(IoError),
    /// It was asked, and this is why not, and what helps.
    Unknown(String, String),
}

impl From<IoError> for NoRevision {
    fn from(error: IoError) -> Self {
        Self::Io(error)
    }
}

impl Revision {
    /// The revision of that name in the repository that a folder is in.
    pub fn find(name: &str, folder: &Path) -> Result<Self, NoRevision> {
        let place = folder.display();
        let repository = Repository::around(folder).map_err(|reason| match reason {
            NoRepository::None => NoRevision::Unknown(
                format!("{place} is in no git repository, so it has no revisions"),
                "without `--base`, `nixgen diff` compares with the files that are there".to_owned(),
            ),
            NoRepository::Io(error) => NoRevision::Io(not_run(error)),
            NoRepository::Refused(said) => NoRevision::Unknown(
                format!("git does not read {place}: {said}"),
                format!("`git -C {place} status` says what it needs"),
            ),
        })?;
        // Git calls an option what begins like one.
        let commit = if name.starts_with('-') {
            None
        } else {
            let commit = format!("{name}^{{commit}}");
            rev_parse(&repository, &["--verify", "--quiet", &commit])?
        };
        match commit {
            // `^main` is all but a revision.
            Some(commit) if commit.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                Ok(Self { name: name.to_owned(), commit, repository })
            }
            _ => Err(unknown(name, &repository)?),
        }
    }

    /// The top folder of its repository.
    pub fn top(&self) -> &Path {
        &self.repository.top
    }

    /// Its files.
    pub fn files(&self) -> Result<Committed, IoError> {
        Committed::top(self.repository.clone(), &self.name, &self.commit).map_err(not_run)
    }
}

/// What git says of a name; `None` when it fails.
fn rev_parse(repository: &Repository, args: &[&str]) -> Result<Option<String>, IoError> {
    let mut git = repository.git(&repository.top);
    let output = ask(git.arg("rev-parse").args(args), Vec::new()).map_err(not_run)?;
    let said = String::from_utf8_lossy(&output.stdout);
    Ok(output.status.success().then(|| said.trim_end_matches('\n').to_owned()))
}

fn not_run(error: io::Error) -> IoError {
    let is_missing = error.kind() == io::ErrorKind::NotFound;
    let failed = IoError::new("run", Path::new("git"), error);
    if is_missing {
        failed.with_help("`--base` reads the repository with it: install git")
    } else {
        failed
    }
}

fn unknown(name: &str, repository: &Repository) -> Result<NoRevision, IoError> {
    let shallow = rev_parse(repository, &["--is-shallow-repository"])?;
    let help = if shallow.is_some_and(|answer| answer == "true") {
        "this clone is shallow, which CI makes by default: `git fetch --unshallow` gets the rest \
         of it, `fetch-depth: 0` of actions/checkout or `GIT_DEPTH: 0` of GitLab a whole one"
    } else {
        "`git branch --all` and `git log --oneline` list what there is; `git fetch` gets what \
         others have pushed"
    };
    let message = format!("this repository has no revision `{name}`");
    Ok(NoRevision::Unknown(message, help.to_owned()))
}
