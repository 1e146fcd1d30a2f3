//! Writing, all or nothing. New contents are staged in a folder of the root, a
//! journal decides for good that they are to be put in place, and files are
//! swapped by renames. What fails before the last one is put back; what is cut
//! short is completed by the next run.

use rayon::prelude::*;
use rustix::fs::Mode;

use super::Say;
use super::exchange::{Exchange, Outcome};
use super::hold::Hold;
use super::journal::{Digest, JournalEntry};
use super::staging::{Staging, new};
use crate::disk::changes::{ATTRIBUTES_FILE, ChangeSet, Step};
use crate::disk::error::IoError;
use crate::disk::lock::Lock;
use crate::disk::paths::{LOCK_FILE, split};
use crate::disk::tree::{Folder, Found, Rights, Way, set_rights};

/// So many files are synced by themselves; more, with their file system.
const FEW: usize = 100;

/// Why a tree was not written. It is as it was.
#[derive(Debug)]
pub enum NotWritten {
    /// The world did not do as it was asked.
    Io(IoError),
    /// These files were changed since they were compared.
    Changed(Vec<String>),
}

impl From<IoError> for NotWritten {
    fn from(mut error: IoError) -> Self {
        error.help.get_or_insert_with(|| "nothing was written".to_owned());
        Self::Io(error)
    }
}

/// Makes the tree what the change set says. Files that are as they should be
/// are not touched, and neither is a person's orphan. Unless it succeeds, the
/// tree stays as it was.
pub fn apply(changes: &ChangeSet<'_>, mut hold: Hold, say: Say<'_>) -> Result<(), NotWritten> {
    if Lock::stored(hold.root())? != changes.lock_text {
        return Err(NotWritten::Changed(vec![LOCK_FILE.to_owned()]));
    }
    let mut steps: Vec<Step<'_>> = changes.steps().collect();
    let attributes = changes.new_attributes();
    if let Some((old, new)) = attributes.as_ref().filter(|(old, new)| *old != Some(new.as_str())) {
        steps.push(Step::new(ATTRIBUTES_FILE, *old, Some(new)));
    }
    let (lock, new_lock) = (changes.lock_text.as_deref(), changes.new_lock());
    // Line ends are git's business.
    if !lock.is_some_and(|lock| lock.lines().eq(new_lock.lines())) {
        steps.push(Step::new(LOCK_FILE, lock, Some(&new_lock)));
    }
    if steps.is_empty() {
        return Ok(());
    }
    write(hold.folder(say)?, &steps, say)
}

fn write(root: &Folder, steps: &[Step<'_>], say: Say<'_>) -> Result<(), NotWritten> {
    verify(root, steps)?;
    let (staging, entries) = stage(root, steps).inspect_err(|_| abandon(root))?;
    let mut swap = Exchange::new(root, &staging, &entries);
    let swapped = forward(&mut swap, &entries)
        .and_then(|()| Ok(swap.sync()?))
        .and_then(|()| Ok(staging.finish()?));
    if let Err(reason) = swapped {
        let undone = swap
            .back(say)
            .and_then(|()| swap.sync())
            .and_then(|()| staging.withdraw())
            .and_then(|()| swap.drop_contents(say))
            .and_then(|()| staging.clear(root));
        return Err(match undone {
            Ok(()) => reason,
            Err(error) => error
                .with_help(
                    "the tree is half written; `nixgen render` completes it once this is mended",
                )
                .into(),
        });
    }
    // All is in place: what cannot be tidied up now is no failure.
    let tidied = swap
        .drop_contents(say)
        .and_then(|()| swap.remove_emptied())
        .and_then(|()| staging.clear(root));
    if let Err(error) = tidied {
        say(&format!("{error}; all files are written, and the next run tries to tidy up again"));
    }
    Ok(())
}

/// Whether every file is still what it was compared as.
fn verify(root: &Folder, steps: &[Step<'_>]) -> Result<(), NotWritten> {
    let mut changed = Vec::new();
    for step in steps {
        let is_same = match root.look(step.path, step.old.map_or(0, str::len))? {
            Found::Nothing => step.old.is_none(),
            Found::File(bytes) => step.old.is_some_and(|old| old.as_bytes() == bytes),
            Found::InTheWay(_) => false,
        };
        if !is_same {
            changed.push(step.path.to_owned());
        }
    }
    if changed.is_empty() { Ok(()) } else { Err(NotWritten::Changed(changed)) }
}

/// The rights of a file like another one: those that it has, or else those of a
/// new file in its folder, or in the nearest one that is there.
fn rights(root: &Folder, like: &str) -> Result<Rights, IoError> {
    let (mut parent, name) = split(like);
    let mut name = Some(name);
    loop {
        if let Way::To(folder) = root.walk(parent)? {
            let own = name.map(|name| folder.rights(name)).transpose()?.flatten();
            return own.map_or_else(|| folder.rights_of_new(), Ok);
        }
        (parent, name) = (split(parent).0, None);
    }
}

/// Writes every new content, and then the journal.
fn stage(root: &Folder, steps: &[Step<'_>]) -> Result<(Staging, Vec<JournalEntry>), IoError> {
    let staging = Staging::make(root)?;
    let mut few = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let Some(text) = step.new else { continue };
        let fresh = Mode::from_raw_mode(if step.executable { 0o777 } else { 0o666 });
        let name = new(at);
        let file = staging.write(&name, text, fresh)?;
        set_rights(&file, rights(root, step.like)?)
            .map_err(|error| staging.failed("write", &name, error))?;
        if steps.len() <= FEW {
            few.push((name, file));
        } else if !cfg!(target_os = "linux") {
            file.sync_all().map_err(|error| staging.failed("sync", &name, error))?;
        }
    }
    for (name, file) in &few {
        file.sync_all().map_err(|error| staging.failed("sync", name, error))?;
    }
    if steps.len() > FEW {
        root.sync_all()?;
    }
    let entry = |step: &Step<'_>| JournalEntry {
        path: step.path.to_owned(),
        old: step.old.map(|old| Digest::of(old.as_bytes())),
        new: step.new.map(|new| Digest::of(new.as_bytes())),
    };
    let entries: Vec<JournalEntry> = steps.par_iter().map(entry).collect();
    root.sync()?;
    staging.commit(&entries)?;
    Ok((staging, entries))
}

fn forward<'a>(swap: &mut Exchange<'a>, entries: &'a [JournalEntry]) -> Result<(), NotWritten> {
    for (at, entry) in entries.iter().enumerate() {
        if swap.forward(at, entry)? == Outcome::Kept {
            return Err(NotWritten::Changed(vec![entry.path.clone()]));
        }
    }
    Ok(())
}

/// Deletes what was staged in vain. What cannot be deleted now, the next run
/// deletes.
fn abandon(root: &Folder) {
    if let Ok(Some(staging)) = Staging::find(root) {
        let _ = staging.clear(root);
    }
}
