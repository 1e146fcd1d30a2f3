//! Swapping: what is there is moved aside into the staging folder, and what was
//! staged is moved into its place. How far an entry came can be told from the
//! staging folder alone, so that the same code begins, completes and takes back.

use std::collections::BTreeSet;
use std::io::ErrorKind;

use super::journal::{Digest, JournalEntry};
use super::staging::{Staging, new, old};
use crate::disk::error::IoError;
use crate::disk::paths::{parents, split};
use crate::disk::tree::{Folder, Found, Way};

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
    pub(super) fn forward(&mut self, at: usize) -> Result<Outcome, IoError> {
        let (staging, entry) = (self.staging, &self.entries[at]);
        if entry.new.is_some() && !staging.has(&new(at))? {
            return Ok(Outcome::Done);
        }
        let (parent, name) = split(&entry.path);
        let folder = match self.parent(parent, entry.new.is_some())? {
            Way::To(folder) => folder,
            Way::Nothing => return Ok(Outcome::Done),
            Way::Blocked(_) => return Ok(Outcome::Kept),
        };
        let found = folder.read(name)?;
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
            if !is(&staging.read(&old(at))?, entry.old.as_ref()) {
                staging.place(&old(at), &folder, name)?;
                return Ok(Outcome::Kept);
            }
        }
        let placed = entry.new.is_none() || staging.place(&new(at), &folder, name)?;
        self.last = Some((parent, folder));
        Ok(if placed { Outcome::Done } else { Outcome::Kept })
    }

    /// Puts everything back as it was.
    pub(super) fn back(&mut self) -> Result<(), IoError> {
        let (root, staging) = (self.root, self.staging);
        for (at, entry) in self.entries.iter().enumerate().rev() {
            let is_placed = entry.new.is_some() && !staging.has(&new(at))?;
            let is_aside = staging.has(&old(at))?;
            if !is_placed && !is_aside {
                continue;
            }
            let (parent, name) = split(&entry.path);
            let Way::To(folder) = self.parent(parent, is_aside)? else { continue };
            // What a person put there in the meantime stays.
            if is_placed && is(&folder.read(name)?, entry.new.as_ref()) {
                folder.move_to(name, staging, &new(at))?;
            }
            if is_aside {
                staging.place(&old(at), &folder, name)?;
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
                let Way::To(folder) = self.root.walk(parent)? else { break };
                match folder.remove_folder(name) {
                    Ok(()) => {}
                    Err(error) if is_in_use(&error) => break,
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
        for end in path.match_indices('/').map(|(at, _)| at).chain([path.len()]) {
            if !(make && matches!(way, Way::Nothing)) {
                break;
            }
            let (parent, name) = split(&path[..end]);
            if let Way::To(folder) = self.root.walk(parent)?
                && folder.make_own(name)?
            {
                self.made.push(path[..end].to_owned());
                way = self.root.walk(path)?;
            }
        }
        Ok(way)
    }
}

fn is(found: &Found, digest: Option<&Digest>) -> bool {
    matches!((found, digest), (Found::File(bytes), Some(digest)) if Digest::of(bytes) == *digest)
}

/// Whether a folder is not empty, or is not there.
fn is_in_use(error: &IoError) -> bool {
    matches!(error.cause.kind(), ErrorKind::DirectoryNotEmpty | ErrorKind::NotFound)
}
