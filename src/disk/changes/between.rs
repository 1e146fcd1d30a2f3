//! Comparing: what is ready against what was rendered from another input.

use rayon::prelude::*;

use super::change::Change;
use super::compare::{files, find, wanted};
use super::set::ChangeSet;
use super::state::State;
use crate::disk::error::IoError;
use crate::disk::lock::{Fingerprint, Lock, LockEntry};
use crate::disk::tree::Root;
use crate::nix::{Ready, ReadyFile};

/// Compares two renderings. Of the tree only what was handed over to a person
/// counts: that stays as it is there, whatever is rendered.
pub fn between<'a>(old: &Ready, new: &'a Ready, root: &Root) -> Result<ChangeSet<'a>, IoError> {
    let lock = Lock::read(root)?.unwrap_or_default();
    let changes = files(new, root)?.into_par_iter().map(|file| {
        let entry = lock.entries.get(file.path());
        let before = find(old, file.path());
        let state = match before {
            Some(before) if is_same(before, file) => State::Clean,
            Some(_) => State::Stale,
            None => State::Missing,
        };
        if state != State::Clean && entry.is_some_and(LockEntry::is_ejected) {
            return wanted(new, file, root, entry);
        }
        let mut change = Change::new(file.path(), state, Some(file));
        let before = before.filter(|_| state != State::Clean);
        change.old = before.map(|before| before.text().to_owned());
        Ok(change)
    });
    let mut changes = changes.collect::<Result<Vec<_>, IoError>>()?;
    for file in files(old, root)?.into_iter().filter(|file| find(new, file.path()).is_none()) {
        if !lock.entries.get(file.path()).is_some_and(LockEntry::is_ejected) {
            let mut change = Change::new(file.path(), State::Orphan, None);
            change.old = Some(file.text().to_owned());
            if new.is_left_to_user(file.path()) {
                change.leave();
            }
            changes.push(change);
        }
    }
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(ChangeSet { changes, ..ChangeSet::default() })
}

/// Layout is no difference, as it is none on disk.
fn is_same(old: &ReadyFile, new: &ReadyFile) -> bool {
    let of = |file: &ReadyFile| Fingerprint::of(file.path(), file.text());
    old.rendered() == new.rendered() || of(old) == of(new)
}
