//! Swapping: what is there is moved aside into the staging folder, and what was
//! staged is moved into its place. How far an entry came can be told from the
//! staging folder alone, so that the same code begins, completes and takes back.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, ErrorKind, Seek as _};

use rustix::fs::Mode;

use super::Say;
use super::journal::{Digest, JournalEntry};
use super::staging::{Staging, new, old};
use crate::disk::error::IoError;
use crate::disk::paths::{STAGING, beside, parents, split};
use crate::disk::tree::{Folder, Found, Way, set_rights};

/// The swap of some entries.
pub(super) struct Exchange<'a> {
    root: &'a Folder,
    staging: &'a Folder,
    entries: &'a [JournalEntry],
    /// The folders that had to be made.
    made: Vec<String>,
    /// The folder of the last entry: the next one is often in it, too.
    last: Option<(&'a str, Folder)>,
}

/// How one entry went.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is as it should be.
    Done,
    /// A person changed it, and it was left alone.
    Kept,
}

impl<'a> Exchange<'a> {
    pub(super) fn new(root: &'a Folder, staging: &'a Staging, entries: &'a [JournalEntry]) -> Self {
        Self { root, staging: staging.folder(), entries, made: Vec::new(), last: None }
    }

    /// Swaps one entry, unless it is swapped already.
    pub(super) fn forward(
        &mut self,
        at: usize,
        entry: &'a JournalEntry,
    ) -> Result<Outcome, IoError> {
        let staging = self.staging;
        if entry.new.is_some() && !staging.has(&new(at))? {
            return Ok(Outcome::Done);
        }
        let (parent, name) = split(&entry.path);
        let folder = match self.parent(parent, entry.new.is_some())? {
            Way::To(folder) => folder,
            Way::Nothing => return Ok(Outcome::Done),
            Way::Blocked(what) if entry.new.is_some() && staging.has(&old(at))? => {
                return Err(self.blocked(&entry.path, what));
            }
            Way::Blocked(_) => return Ok(Outcome::Kept),
        };
        let found = content(&folder, name)?;
        if is(&found, entry.new.as_ref()) {
            self.last = Some((parent, folder));
            return Ok(Outcome::Done);
        }
        if found != Found::Nothing {
            if !is(&found, entry.old.as_ref()) {
                return Ok(Outcome::Kept);
            }
            folder.move_to(name, staging, &old(at))?;
            // What was moved may be younger than what was read.
            if !is(&content(staging, &old(at))?, entry.old.as_ref()) {
                staging.place(&old(at), &folder, name)?;
                return Ok(Outcome::Kept);
            }
        }
        let placed = entry.new.is_none() || staging.place(&new(at), &folder, name)?;
        self.last = Some((parent, folder));
        Ok(if placed { Outcome::Done } else { Outcome::Kept })
    }

    /// Puts everything back as it was.
    pub(super) fn back(&mut self, say: Say<'_>) -> Result<(), IoError> {
        let (root, staging) = (self.root, self.staging);
        for (at, entry) in self.entries.iter().enumerate().rev() {
            let is_placed = entry.new.is_some() && !staging.has(&new(at))?;
            let is_aside = staging.has(&old(at))?;
            if !is_placed && !is_aside {
                continue;
            }
            let (parent, name) = split(&entry.path);
            let folder = match self.parent(parent, is_aside)? {
                Way::To(folder) => folder,
                Way::Blocked(what) if is_aside => return Err(self.blocked(&entry.path, what)),
                Way::Blocked(_) | Way::Nothing => continue,
            };
            // What a person put there in the meantime stays.
            if is_placed && is(&content(&folder, name)?, entry.new.as_ref()) {
                folder.move_to(name, staging, &new(at))?;
            }
            if is_aside && !staging.place(&old(at), &folder, name)? {
                self.keep(&entry.path, &old(at), say)?;
            }
            self.last = Some((parent, folder));
        }
        self.last = None;
        for path in self.made.iter().rev() {
            let (parent, name) = split(path);
            if let Way::To(folder) = root.walk(parent)? {
                // One that is not empty is not ours alone any more.
                let _ = folder.remove_folder(name);
            }
        }
        Ok(())
    }

    /// Deletes the contents that are not in their places. What a program wrote into
    /// one that it had open meanwhile is kept.
    pub(super) fn drop_contents(&mut self, say: Say<'_>) -> Result<(), IoError> {
        for (at, entry) in self.entries.iter().enumerate() {
            for (name, known) in [(new(at), &entry.new), (old(at), &entry.old)] {
                if !self.drop_known(&name, known.as_ref())? {
                    self.keep(&entry.path, &name, say)?;
                }
            }
        }
        Ok(())
    }

    /// Deletes a staged file unless it has another content than that.
    fn drop_known(&self, name: &str, known: Option<&Digest>) -> Result<bool, IoError> {
        let staging = self.staging;
        let failed = |error| IoError::new("read", &staging.at(name), error);
        let Found::File(mut file) = staging.file(name)? else { return Ok(true) };
        let is_known = |file: &File| Ok(Some(&Digest::of_file(file).map_err(failed)?) == known);
        if !is_known(&file)? {
            return Ok(false);
        }
        let rights = staging.rights(name)?.unwrap_or_default();
        staging.remove(name)?;
        // Who has it open may have been faster.
        if is_known(&file)? {
            return Ok(true);
        }
        let mut copy = staging.create(name, Mode::RUSR | Mode::WUSR)?;
        file.rewind()
            .and_then(|()| io::copy(&mut file, &mut copy))
            .and_then(|_| set_rights(&copy, rights))
            .map_err(|error| IoError::new("write", &staging.at(name), error))?;
        Ok(false)
    }

    /// Moves a staged content beside the file that it is of.
    fn keep(&mut self, path: &'a str, staged: &str, say: Say<'_>) -> Result<(), IoError> {
        let (parent, name) = split(path);
        let folder = match self.parent(parent, true)? {
            Way::To(folder) => folder,
            Way::Blocked(what) => return Err(self.blocked(path, what)),
            Way::Nothing => return Err(self.blocked(path, "gone")),
        };
        let mut number = 1;
        while !self.staging.place(staged, &folder, &beside(name, number))? {
            number += 1;
        }
        folder.sync()?;
        say(&format!(
            "{path} was changed while nixgen ran; what it held is kept in {}",
            beside(path, number)
        ));
        Ok(())
    }

    /// What keeps the content of an entry from going back where it was.
    fn blocked(&self, path: &str, what: &str) -> IoError {
        let help = format!("what it held is in {STAGING}, and goes back once its folder is there");
        let reason = format!("its folder is {what}");
        IoError::invalid("write to", &self.root.at(path), &reason).with_help(help)
    }

    /// Sees to it that the names in all folders concerned survive a power failure.
    pub(super) fn sync(&self) -> Result<(), IoError> {
        for path in
            self.entries.iter().flat_map(|entry| parents(&entry.path)).collect::<BTreeSet<_>>()
        {
            if let Way::To(folder) = self.root.walk(path)? {
                folder.sync()?;
            }
        }
        Ok(())
    }

    /// Deletes the folders that were emptied.
    pub(super) fn remove_emptied(&self) -> Result<(), IoError> {
        for entry in self.entries.iter().filter(|entry| entry.new.is_none()) {
            for path in parents(&entry.path).filter(|path| !path.is_empty()) {
                let (parent, name) = split(path);
                let Way::To(folder) = self.root.walk(parent)? else { continue };
                match folder.remove_folder(name) {
                    Ok(()) => {}
                    // A run that was killed deleted it.
                    Err(error) if error.cause.kind() == ErrorKind::NotFound => {}
                    Err(error) if error.cause.kind() == ErrorKind::DirectoryNotEmpty => break,
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }

    /// The folder of an entry, made if it has to be there.
    fn parent(&mut self, path: &'a str, make: bool) -> Result<Way, IoError> {
        if let Some((_, folder)) = self.last.take_if(|(last, _)| *last == path) {
            return Ok(Way::To(folder));
        }
        let mut way = self.root.walk(path)?;
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        for path_to in ends.filter_map(|end| path.get(..end)) {
            if !(make && matches!(way, Way::Nothing)) {
                break;
            }
            let (parent, name) = split(path_to);
            if let Way::To(folder) = self.root.walk(parent)?
                && folder.make_own(name)?
            {
                self.made.push(path_to.to_owned());
                way = self.root.walk(path)?;
            }
        }
        Ok(way)
    }
}

/// The thing that stands at a name, by its content.
pub(super) fn content(folder: &Folder, name: &str) -> Result<Found<Digest>, IoError> {
    folder.file(name)?.and(|file| {
        let digest = Digest::of_file(&file);
        digest.map(Found::File).map_err(|error| IoError::new("read", &folder.at(name), error))
    })
}

fn is(found: &Found<Digest>, digest: Option<&Digest>) -> bool {
    matches!((found, digest), (Found::File(now), Some(digest)) if now == digest)
}
