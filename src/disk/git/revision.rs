//! A revision of the repository that a tree is in. It is read from git's objects
//! alone and laid out in a folder of its own: neither the work tree nor the
//! index, nor a filter or hook that git would run, has a part in it.

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Stdio};

use super::command::{self, git, start};
use crate::disk::error::IoError;
use crate::disk::paths::is_inside;

/// The largest file that is read. What nixgen writes for ten thousand VMs is
/// smaller; of larger ones only their being there counts.
const LARGEST: u64 = 64 << 20;

/// A commit, and the repository that it is of.
#[derive(Debug)]
pub struct Revision {
    /// As the user named it.
    pub name: String,
    /// Its object's name.
    pub commit: String,
    top: PathBuf,
}

/// Why there is no such revision.
#[derive(Debug)]
pub enum NoRevision {
    /// Git cannot be asked.
    Io(IoError),
    /// It was asked, and this is why not, and what helps.
    Unknown(String, String),
}

/// A file of a revision.
struct RevisionFile {
    mode: String,
    object: String,
    path: String,
}

impl From<IoError> for NoRevision {
    fn from(error: IoError) -> Self {
        Self::Io(error)
    }
}

impl Revision {
    /// The revision of that name in the repository that a folder is in.
    pub fn find(name: &str, folder: &Path) -> Result<Self, NoRevision> {
        let top = ask(folder, &["rev-parse", "--show-toplevel"])?.map_err(|said| {
            let place = folder.display();
            if said.contains("not a git repository") {
                NoRevision::Unknown(
                    format!("{place} is in no git repository, so it has no revisions"),
                    "without `--base`, `nixgen diff` compares with the files that are there"
                        .to_owned(),
                )
            } else {
                let help = format!("`git -C {place} status` says what it needs");
                NoRevision::Unknown(format!("git does not read {place}: {said}"), help)
            }
        })?;
        // Git calls an option what begins like one.
        let commit = if name.starts_with('-') {
            Err(String::new())
        } else {
            ask(folder, &["rev-parse", "--verify", "--quiet", &format!("{name}^{{commit}}")])?
        };
        match commit {
            // `^main` is all but a revision.
            Ok(commit) if commit.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                Ok(Self { name: name.to_owned(), commit, top: PathBuf::from(top) })
            }
            _ => Err(unknown(name, folder)?),
        }
    }

    /// The top folder of its repository.
    pub fn top(&self) -> &Path {
        &self.top
    }

    /// Lays the files below a folder that are wanted by their paths from the top
    /// out, at these same paths.
    pub fn lay_out(&self, folder: &Path, wanted: impl Fn(&str) -> bool) -> Result<(), IoError> {
        let failed = |error| IoError::new("read the revision in", &self.top, error);
        let listed = ask(&self.top, &["ls-tree", "-r", "-z", "-l", "--full-tree", &self.commit])?
            .map_err(|said| failed(io::Error::other(said)))?;
        let (files, links): (Vec<RevisionFile>, Vec<RevisionFile>) = listed
            .split('\0')
            .filter_map(RevisionFile::read)
            .filter(|entry| is_inside(&entry.path) && wanted(&entry.path))
            .partition(|entry| entry.mode != "120000");
        // What is written goes through no link: there is none yet.
        for (entries, make) in [(files, file as fn(&Path, &[u8]) -> _), (links, link)] {
            self.read(&entries, |entry, bytes| {
                let path = folder.join(&entry.path);
                fs::create_dir_all(path.parent().unwrap_or(folder))
                    .and_then(|()| make(&path, &bytes))
                    .map_err(|error| IoError::new("write", &path, error))
            })?;
        }
        Ok(())
    }

    /// Gives what each of the files holds.
    fn read(
        &self,
        entries: &[RevisionFile],
        mut give: impl FnMut(&RevisionFile, Vec<u8>) -> Result<(), IoError>,
    ) -> Result<(), IoError> {
        let failed = |error| IoError::new("read the revision in", &self.top, error);
        let objects = entries.iter().flat_map(|entry| [entry.object.as_str(), "\n"]).collect();
        let mut git = git(&self.top);
        let git = git.args(["cat-file", "--batch"]).stderr(Stdio::null());
        let (mut child, writer) = start(git, objects).map_err(failed)?;
        let mut given = Ok(());
        if let Some(stdout) = child.stdout.take() {
            let mut stdout = BufReader::new(stdout);
            for entry in entries {
                given = next(&mut stdout).map_err(failed).and_then(|bytes| give(entry, bytes));
                if given.is_err() {
                    break;
                }
            }
        }
        // Git ends when nobody reads any more.
        let _ = writer.join();
        let _ = child.wait();
        given
    }
}

impl RevisionFile {
    /// `100644 blob <object>    1234<tab>path`. A folder of another repository
    /// has no files here, and a file of too many bytes is as good as none.
    fn read(line: &str) -> Option<Self> {
        let (facts, path) = line.split_once('\t')?;
        let mut facts = facts.split_ascii_whitespace();
        let (mode, kind, object, size) =
            (facts.next()?, facts.next()?, facts.next()?, facts.next()?);
        let fits = kind == "blob" && size.parse::<u64>().is_ok_and(|size| size <= LARGEST);
        fits.then(|| Self {
            mode: mode.to_owned(),
            object: object.to_owned(),
            path: path.to_owned(),
        })
    }
}

fn file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    File::create_new(path)?.write_all(bytes)
}

fn link(path: &Path, target: &[u8]) -> io::Result<()> {
    symlink(&*String::from_utf8_lossy(target), path)
}

/// The next object that git gives: a line with its size, its bytes, a line's end.
fn next(from: &mut BufReader<ChildStdout>) -> io::Result<Vec<u8>> {
    let mut line = String::new();
    from.read_line(&mut line)?;
    let size = line.split_ascii_whitespace().nth(2).and_then(|size| size.parse::<u64>().ok());
    let Some(size) = size.filter(|size| *size <= LARGEST) else {
        return Err(io::Error::other(format!("git does not have the object {}", line.trim())));
    };
    let mut bytes = Vec::new();
    from.take(size + 1).read_to_end(&mut bytes)?;
    bytes.pop();
    Ok(bytes)
}

/// What git prints; the error is what it says when it fails.
fn ask(folder: &Path, args: &[&str]) -> Result<Result<String, String>, IoError> {
    let output = command::ask(folder, args, String::new()).map_err(|error| {
        let missing = error.kind() == io::ErrorKind::NotFound;
        let failed = IoError::new("run", Path::new("git"), error);
        if missing {
            failed.with_help("`--base` reads the repository with it: install git")
        } else {
            failed
        }
    })?;
    if output.status.success() {
        // What is no text is none of ours.
        let text = String::from_utf8_lossy(&output.stdout);
        return Ok(Ok(text.strip_suffix('\n').unwrap_or(&text).to_owned()));
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let first = said.lines().next().unwrap_or_default();
    Ok(Err(first.strip_prefix("fatal: ").unwrap_or(first).to_owned()))
}

fn unknown(name: &str, folder: &Path) -> Result<NoRevision, IoError> {
    let shallow = ask(folder, &["rev-parse", "--is-shallow-repository"])?;
    let help = if shallow.is_ok_and(|answer| answer == "true") {
        "this clone is shallow, which CI makes by default: `git fetch --unshallow` gets the rest \
         of it, `fetch-depth: 0` of actions/checkout or `GIT_DEPTH: 0` of GitLab a whole one"
    } else {
        "`git branch --all` and `git log --oneline` list what there is; `git fetch` gets what \
         others have pushed"
    };
    let message = format!("this repository has no revision `{name}`");
    Ok(NoRevision::Unknown(message, help.to_owned()))
}
