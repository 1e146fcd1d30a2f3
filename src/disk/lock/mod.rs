//! `nixgen.lock`: what was written, one line a file, so that a fresh clone can
//! tell a person's edit from an older rendering.

mod fingerprint;

pub use fingerprint::Input;
pub(super) use fingerprint::{Essence, Fingerprint};

use std::collections::BTreeMap;
use std::fmt::Write as _;

use toml::de::DeTable;

use super::error::IoError;
use super::paths::{LOCK_FILE, may_be_rendered};
use super::tree::{Found, MOST, Root};

const HEADER: &str =
    "# What nixgen wrote, by content. Commit this file; `nixgen render` keeps it.\n";

/// The content of the lock.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::disk) struct Lock {
    /// The files that are known, by path.
    pub(in crate::disk) entries: BTreeMap<String, LockEntry>,
    /// The inputs that all of it was rendered from; several where branches were merged, and
    /// none where that is not known.
    pub(in crate::disk) inputs: Vec<Input>,
    /// The control plane that the rendered scripts create the cluster on: nobody
    /// may forget it, whatever becomes of the data files.
    pub(in crate::disk) first_control_plane: Option<String>,
    /// Whether a merge of branches left conflicts in it.
    pub(in crate::disk) merged: bool,
}

/// A file that is known. There are several fingerprints of one kind where
/// branches that were merged have each written theirs.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(in crate::disk) struct LockEntry {
    /// The texts that nixgen wrote.
    pub(in crate::disk) ours: Vec<Fingerprint>,
    /// The texts that it had when it was handed over, if it was.
    pub(in crate::disk) ejected: Vec<Fingerprint>,
}

impl LockEntry {
    /// A file that nixgen wrote.
    pub(in crate::disk) fn ours(fingerprint: Fingerprint) -> Self {
        Self { ours: vec![fingerprint], ejected: Vec::new() }
    }

    /// A file that was handed over.
    pub(in crate::disk) fn ejected(path: &str, base: &str) -> Self {
        Self { ours: Vec::new(), ejected: vec![Fingerprint::of(path, base)] }
    }

    pub(in crate::disk) fn is_ejected(&self) -> bool {
        !self.ejected.is_empty()
    }
}

/// How the line starts that names the input. It is a comment, so that versions
/// that do not know it read the lock as well.
const INPUT: &str = "# Rendered from input ";

/// How the line starts that names the first control plane, a comment likewise.
const FIRST: &str = "# The first control plane is ";

/// The key of a file's base, in place of what nixgen wrote.
const EJECTED: &str = "ejected";

/// How the lines start that git leaves between two sides.
const CONFLICT_MARKERS: &[&str] = &["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

/// Whether git left a line between two sides of a merge.
pub(in crate::disk) fn is_conflict_marker(line: &str) -> bool {
    CONFLICT_MARKERS.iter().any(|marker| line.starts_with(marker))
}

impl Lock {
    /// The lock of a tree; `None` when there is none.
    pub(in crate::disk) fn read(root: &Root) -> Result<Option<Self>, IoError> {
        Self::stored(root)?.map(|text| Self::parse(&text, root)).transpose()
    }

    /// The text of the lock of a tree; `None` when there is none.
    pub(in crate::disk) fn stored(root: &Root) -> Result<Option<String>, IoError> {
        match root.look(LOCK_FILE, MOST)? {
            Found::Nothing => Ok(None),
            Found::File(bytes) => {
                String::from_utf8(bytes).map(Some).map_err(|_| broken(root, "it is not text"))
            }
            Found::InTheWay(what) => Err(broken(root, &format!("it is {what}"))),
        }
    }

    /// Reads a text as the lock of a tree. A line that names what is never rendered is
    /// refused: a lock cannot point outside, or to what is git's or nixgen's own. Of a merge with conflicts every side
    /// counts, for nixgen wrote them all.
    pub(in crate::disk) fn parse(text: &str, root: &Root) -> Result<Self, IoError> {
        let mut lock = Self::default();
        for (at, line) in text.lines().enumerate() {
            if is_conflict_marker(line) {
                lock.merged = true;
                continue;
            }
            if let Some(input) = line.strip_prefix(INPUT) {
                let input = Input(input.trim().to_owned());
                if !lock.inputs.contains(&input) {
                    lock.inputs.push(input);
                }
                continue;
            }
            if let Some(name) = line.strip_prefix(FIRST) {
                lock.first_control_plane.get_or_insert_with(|| name.trim().to_owned());
                continue;
            }
            let failed = |reason| broken(root, &format!("line {}: {reason}", at + 1));
            lock.read_line(line).map_err(failed)?;
        }
        Ok(lock)
    }

    /// Reads a line by itself, so that the same file may stand on several.
    fn read_line(&mut self, line: &str) -> Result<(), String> {
        let hint = "it is not what nixgen wrote; restore it from version control, or delete it";
        let table = DeTable::parse(line).map_err(|_| hint)?;
        for (path, value) in table.get_ref() {
            let path = path.get_ref().as_ref();
            let value = value.get_ref();
            let (fingerprint, is_ejected) = match value.get(EJECTED) {
                Some(ejected) => (ejected.get_ref().as_str(), true),
                None => (value.as_str(), false),
            };
            if !may_be_rendered(path) {
                return Err(format!("it names `{path}`, which nixgen never writes"));
            }
            let entry = self.entries.entry(path.to_owned()).or_default();
            let known = if is_ejected { &mut entry.ejected } else { &mut entry.ours };
            let fingerprint = Fingerprint(fingerprint.ok_or(hint)?.to_owned());
            if !known.contains(&fingerprint) {
                known.push(fingerprint);
            }
        }
        Ok(())
    }

    /// The text of the lock file. What branches disagree about stays until
    /// rendering decides it.
    pub(in crate::disk) fn text(&self) -> String {
        let mut text = HEADER.to_owned();
        for Input(input) in &self.inputs {
            let _ = writeln!(text, "{INPUT}{input}");
        }
        if let Some(name) = &self.first_control_plane {
            let _ = writeln!(text, "{FIRST}{name}");
        }
        for (path, entry) in &self.entries {
            let path = path.replace('\\', "\\\\").replace('"', "\\\"");
            for Fingerprint(ours) in &entry.ours {
                let _ = writeln!(text, "\"{path}\" = \"{ours}\"");
            }
            for Fingerprint(base) in &entry.ejected {
                let _ = writeln!(text, "\"{path}\" = {{ {EJECTED} = \"{base}\" }}");
            }
        }
        text
    }
}

fn broken(root: &Root, reason: &str) -> IoError {
    IoError::invalid("use", &root.at(LOCK_FILE), reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_side_of_a_merge_counts_until_rendering_decides() {
        let dir = tempfile::tempdir().expect("a folder");
        let root = Root::new(dir.path());
        let conflict = "\"a.nix\" = \"0\"\n<<<<<<< HEAD\n# Rendered from input 0a\n\"b.nix\" = \"1\"\n||||||| 1c1a438\n\
                        \"b.nix\" = \"2\"\n=======\n# Rendered from input 0b\n\"b.nix\" = \"3\"\n\"c.nix\" = \"4\"\n>>>>>>> x\n";
        std::fs::write(root.at(LOCK_FILE), conflict).expect("written");
        let lock = Lock::read(&root).expect("readable").expect("there");
        assert!(lock.merged);
        assert_eq!(lock.inputs.len(), 2);
        assert_eq!(lock.entries["b.nix"].ours.len(), 3);
        assert_eq!(lock.entries["c.nix"].ours.len(), 1);
        // As `merge=union` leaves it, and as it is kept where a file is.
        std::fs::write(root.at(LOCK_FILE), lock.text()).expect("written");
        let kept = Lock::read(&root).expect("readable").expect("there");
        assert_eq!((kept.entries, kept.merged), (lock.entries, false));
    }
}
