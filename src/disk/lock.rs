//! `nixgen.lock`: what was written, one line a file, so that a fresh clone can
//! tell a person's edit from an older rendering.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use toml::de::DeTable;

use super::IoError;
use super::folder::Found;
use super::root::{Root, is_inside};
use crate::nix;

/// The lock's name, at the root of the tree.
pub const LOCK_FILE: &str = "nixgen.lock";

const HEADER: &str =
    "# What nixgen wrote, by content. Commit this file; `nixgen render` keeps it.\n";

/// The content of a file as far as it matters: the tokens of Nix, whose layout
/// is any formatter's business, and the lines of everything else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fingerprint(String);

impl Fingerprint {
    pub(super) fn of(path: &str, text: &str) -> Self {
        let mut hash = Sha256::new();
        if path.ends_with(".nix") {
            for token in nix::tokens(text) {
                hash.update(token.as_bytes());
                hash.update([0]);
            }
        } else {
            for line in text.lines() {
                hash.update(line.as_bytes());
                hash.update(b"\n");
            }
        }
        let digest = hash.finalize();
        let mut hex = String::with_capacity(32);
        for byte in &digest[..16] {
            let _ = write!(hex, "{byte:02x}");
        }
        Self(hex)
    }
}

/// What the lock says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Lock {
    pub(super) entries: BTreeMap<String, Fingerprint>,
}

impl Lock {
    /// Reads the lock of a tree; `None` when there is none. Lines that do not
    /// name a file of the tree are dropped: a lock cannot point outside.
    pub(super) fn read(root: &Root) -> Result<Option<Self>, IoError> {
        let broken = |reason: &str| IoError::invalid("use", &root.at(LOCK_FILE), reason);
        let bytes = match root.look(LOCK_FILE)? {
            Found::Nothing => return Ok(None),
            Found::File(bytes) => bytes,
            Found::InTheWay(what) => return Err(broken(&format!("it is {what}"))),
        };
        let text = String::from_utf8(bytes).map_err(|_| broken("it is not text"))?;
        let hint = "it is not what nixgen wrote; restore it from version control, or delete it";
        let table = DeTable::parse(&text).map_err(|_| broken(hint))?;
        let mut lock = Self::default();
        for (path, value) in table.get_ref() {
            let path = path.get_ref().as_ref();
            let fingerprint = value.get_ref().as_str().ok_or_else(|| broken(hint))?;
            if !is_inside(path) {
                return Err(broken(&format!("it names `{path}`, which is not in this tree")));
            }
            lock.entries.insert(path.to_owned(), Fingerprint(fingerprint.to_owned()));
        }
        Ok(Some(lock))
    }

    /// The text of the lock file.
    pub(super) fn text(&self) -> String {
        let mut text = HEADER.to_owned();
        for (path, fingerprint) in &self.entries {
            let path = path.replace('\\', "\\\\").replace('"', "\\\"");
            let _ = writeln!(text, "\"{path}\" = \"{}\"", fingerprint.0);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_and_line_endings_leave_the_fingerprint_alone() {
        let of = |path, text| Fingerprint::of(path, text);
        assert_eq!(of("a.nix", "{ a = 1; }"), of("a.nix", "{\r\n  a = 1;\r\n}\r\n"));
        assert_ne!(of("a.nix", "{ a = 1; }"), of("a.nix", "{ a = 2; }"));
        assert_eq!(of("a.sh", "x\ny\n"), of("a.sh", "x\r\ny\r\n"));
        assert_ne!(of("a.sh", "x  y\n"), of("a.sh", "x y\n"));
    }

    #[test]
    fn what_is_written_is_read_back() {
        let dir = tempfile::tempdir().expect("a folder");
        let root = Root::new(dir.path());
        let mut lock = Lock::default();
        for path in ["b/x \"y\".nix", "a\\b.md", "ü.nix"] {
            lock.entries.insert(path.to_owned(), Fingerprint::of(path, "x"));
        }
        std::fs::write(root.at(LOCK_FILE), lock.text()).expect("written");
        assert_eq!(Lock::read(&root).expect("readable"), Some(lock));
    }

    #[test]
    fn a_lock_cannot_point_outside() {
        let dir = tempfile::tempdir().expect("a folder");
        let root = Root::new(dir.path());
        for path in ["../x", "/etc/passwd", "a/../../x", "a//b", "", ".git/HEAD"] {
            std::fs::write(root.at(LOCK_FILE), format!("\"{path}\" = \"0\"\n")).expect("written");
            assert!(Lock::read(&root).is_err(), "{path}");
        }
    }
}
