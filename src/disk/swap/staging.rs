//! The folder in the root where new contents are made ready, and old ones are
//! kept until all are replaced. It is on the same file system as what it
//! replaces, hidden, ignored by git, and gone at the end.

use std::fs::File;
use std::io::{self, Write as _};

use rustix::fs::Mode;

use super::journal::{self, JournalEntry};
use crate::disk::error::IoError;
use crate::disk::paths::STAGING;
use crate::disk::tree::{Folder, Found, MOST, Way};

const IGNORE: &str = ".gitignore";
const UNFINISHED: &str = "journal-new";
const JOURNAL: &str = "journal";
const DONE: &str = "done";

/// The staging folder.
#[derive(Debug)]
pub(super) struct Staging {
    folder: Folder,
}

/// How far the run came that a staging folder is of.
#[derive(Debug)]
pub(super) enum Progress {
    /// It changed nothing, or nothing but this folder is left of it.
    Nothing,
    /// It is to be completed.
    Swapping(Vec<JournalEntry>),
    /// All files are in their places.
    Done(Vec<JournalEntry>),
}

/// The name of the new content of an entry.
pub(super) fn new(at: usize) -> String {
    format!("new-{at}")
}

/// The name of the old one.
pub(super) fn old(at: usize) -> String {
    format!("old-{at}")
}

impl Staging {
    /// Makes the folder.
    pub(super) fn make(root: &Folder) -> Result<Self, IoError> {
        root.make(STAGING, Mode::RWXU)?;
        match root.enter(STAGING)? {
            Way::To(folder) => {
                let staging = Self { folder };
                staging.write(IGNORE, "*\n", Mode::from_raw_mode(0o666))?;
                Ok(staging)
            }
            Way::Nothing => Err(foreign(root, "it vanished")),
            Way::Blocked(what) => Err(foreign(root, &format!("it is {what}"))),
        }
    }

    /// The folder that a run left. One that holds what nixgen did not put there
    /// is an error: nothing in it is touched.
    pub(super) fn find(root: &Folder) -> Result<Option<Self>, IoError> {
        let folder = match root.enter(STAGING)? {
            Way::Nothing => return Ok(None),
            Way::To(folder) => folder,
            Way::Blocked(what) => return Err(foreign(root, &format!("it is {what}"))),
        };
        match folder.names()?.iter().find(|name| !is_own(name)) {
            None => Ok(Some(Self { folder })),
            Some(name) => Err(foreign(root, &format!("it holds `{name}`"))),
        }
    }

    /// The number that the file system has given to the folder.
    fn number(&self) -> Result<u64, IoError> {
        Ok(self.folder.identity(".")?.map_or(0, |(_, number)| number))
    }

    /// The folder itself.
    pub(super) fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Writes a file in it, not yet for good.
    pub(super) fn write(&self, name: &str, text: &str, mode: Mode) -> Result<File, IoError> {
        let mut file = self.folder.create(name, mode)?;
        let written = file.write_all(text.as_bytes());
        written.map_err(|error| self.failed("write", name, error))?;
        Ok(file)
    }

    /// The error about a file in it.
    pub(super) fn failed(&self, action: &'static str, name: &str, error: io::Error) -> IoError {
        IoError::new(action, &self.folder.at(name), error)
    }

    /// Decides for good that the entries are to be swapped.
    pub(super) fn commit(&self, entries: &[JournalEntry]) -> Result<(), IoError> {
        let failed = |error| self.failed("write", UNFINISHED, error);
        let text = journal::text(self.number()?, entries).map_err(|error| failed(error.into()))?;
        let file = self.write(UNFINISHED, &text, Mode::from_raw_mode(0o666))?;
        file.sync_all().map_err(failed)?;
        self.folder.sync()?;
        self.folder.move_to(UNFINISHED, &self.folder, JOURNAL)?;
        self.folder.sync()
    }

    /// Decides for good that they are swapped, and not to be put back.
    pub(super) fn finish(&self) -> Result<(), IoError> {
        self.folder.move_to(JOURNAL, &self.folder, DONE)
    }

    /// Takes back that they are to be swapped, once none is.
    pub(super) fn withdraw(&self) -> Result<(), IoError> {
        if self.folder.has(JOURNAL)? {
            self.folder.remove(JOURNAL)?;
            self.folder.sync()?;
        }
        Ok(())
    }

    /// Reads how far its run came.
    pub(super) fn progress(&self) -> Result<Progress, IoError> {
        for (name, progress) in
            [(JOURNAL, Progress::Swapping as fn(_) -> _), (DONE, Progress::Done as fn(_) -> _)]
        {
            let entries = match self.folder.read(name, MOST)? {
                Found::Nothing => continue,
                Found::File(bytes) => journal::parse(self.number()?, &bytes),
                Found::InTheWay(_) => None,
            };
            return entries.map(progress).ok_or_else(|| {
                let help = format!(
                    "nothing was changed; the files that were swapped are in this folder: what is \
                     `old-…` in it was replaced, what is `new-…` was not put in place yet; take \
                     what you need, delete {STAGING}, and run `nixgen render`"
                );
                IoError::invalid("use", &self.folder.at(name), "it is not what nixgen wrote")
                    .with_help(help)
            });
        }
        Ok(Progress::Nothing)
    }

    /// Deletes what nixgen put there, and the folder. What was decided goes
    /// first or last, so that it is never seen without what it is about.
    pub(super) fn clear(&self, root: &Folder) -> Result<(), IoError> {
        self.withdraw()?;
        let names = self.folder.names()?;
        let (last, others): (Vec<_>, Vec<_>) = names.iter().partition(|name| *name == DONE);
        for name in others.into_iter().chain(last).filter(|name| is_own(name)) {
            self.folder.remove(name)?;
        }
        root.remove_folder(STAGING)?;
        root.sync()
    }
}

fn is_own(name: &str) -> bool {
    let number = name.strip_prefix("new-").or_else(|| name.strip_prefix("old-"));
    matches!(name, IGNORE | UNFINISHED | JOURNAL | DONE)
        || number.is_some_and(|number| number.parse::<usize>().is_ok())
}

fn foreign(root: &Folder, reason: &str) -> IoError {
    IoError::invalid("use", &root.at(STAGING), reason)
        .with_help("nixgen writes through a folder of this name; move away what is there")
}
