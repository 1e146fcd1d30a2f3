//! Paths that changed in their case alone, or in how their letters are composed, on a
//! file system to which that is one file: what is known of it by its old path goes for the new one, and it is not
//! deleted by the old one. Its name on disk may stay the old one, as for git.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::disk::error::IoError;
use crate::disk::lock::{Lock, LockEntry};
use crate::disk::tree::Root;
use crate::nix::Ready;
use crate::text::same_name;

/// The files concerned.
#[derive(Default)]
pub(super) struct Renamed {
    /// Their old paths.
    pub(super) old: BTreeSet<String>,
    /// Their entries, by their new paths.
    pub(super) entries: BTreeMap<String, LockEntry>,
}

impl Renamed {
    /// Looks for them among the files that are known and not wanted any more.
    pub(super) fn find(
        ready: &Ready,
        root: &Root,
        lock: &Lock,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Result<Self, IoError> {
        let mut renamed = Self::default();
        let mut gone = lock.entries.iter().filter(|(path, _)| !is_wanted(path)).peekable();
        if gone.peek().is_none() {
            return Ok(renamed);
        }
        let places: HashMap<String, &str> =
            ready.files().iter().map(|file| (same_name(file.path()), file.path())).collect();
        for (path, entry) in gone {
            let Some(&place) = places.get(&same_name(path)) else { continue };
            if !root.is_same(path, place)? {
                continue;
            }
            let known = lock.entries.get(place);
            renamed.old.insert(path.clone());
            let both = renamed.entries.entry(place.to_owned());
            let both = both.or_insert_with(|| known.cloned().unwrap_or_default());
            both.ours.extend(entry.ours.iter().cloned());
            both.ejected.extend(entry.ejected.iter().cloned());
        }
        Ok(renamed)
    }
}
