//! The journal: which files a run is about to swap. From the moment that it is
//! there, the run is completed, by the next one if need be.

use std::fs::File;
use std::io::{self, Read as _, Seek as _};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::disk::paths::is_inside;
use crate::text::hex;

/// A file that is swapped.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JournalEntry {
    /// Its path below the root.
    pub(super) path: String,
    /// The content that is there; `None` for nothing.
    pub(super) old: Option<Digest>,
    /// The content that is staged in its stead; `None` when it goes.
    pub(super) new: Option<Digest>,
}

/// A content, to the byte.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Digest(String);

impl Digest {
    pub(super) fn of(content: &[u8]) -> Self {
        Self(hex(&Sha256::digest(content)))
    }

    /// That of a file from its start, whatever its size is.
    pub(super) fn of_file(mut file: &File) -> io::Result<Self> {
        file.rewind()?;
        let mut hash = Sha256::new();
        let mut part = vec![0; 1 << 16];
        loop {
            match file.read(&mut part)? {
                0 => return Ok(Self(hex(&hash.finalize()))),
                read => hash.update(part.get(..read).unwrap_or_default()),
            }
        }
    }
}

/// The text of the journal of a folder, which is known by its number.
pub(super) fn text(folder: u64, entries: &[JournalEntry]) -> serde_json::Result<String> {
    serde_json::to_string(&(folder, entries))
}

/// Reads a journal; `None` for anything that nixgen did not write into that very
/// folder: one that came with a clone or a copy is of no run that was here.
pub(super) fn parse(folder: u64, bytes: &[u8]) -> Option<Vec<JournalEntry>> {
    let (its, entries): (u64, Vec<JournalEntry>) = serde_json::from_slice(bytes).ok()?;
    let is_ours = its == folder && entries.iter().all(|entry| is_inside(&entry.path));
    is_ours.then_some(entries)
}
