//! Files that git-crypt keeps encrypted in git. The program itself is run, over
//! such a file alone, with a key that the user has unlocked this clone with. What
//! attributes or the configuration of the repository name as a filter is not.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::command::{ask, forget_surroundings};
use super::repository::Repository;
use crate::disk::error::IoError;

/// How what git-crypt encrypted begins.
const MAGIC: &[u8] = b"\0GITCRYPT\0";

/// Whether it is a file as git-crypt encrypts it.
pub fn is_encrypted(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// The text of an encrypted file, which messages call by its path.
pub(super) fn decrypt(
    bytes: &[u8],
    path: &Path,
    repository: &Repository,
) -> Result<Vec<u8>, IoError> {
    let failed = |why: &str, help: &str| {
        let why = format!("git-crypt has encrypted it, and {why}");
        IoError::new("read", path, io::Error::other(why)).with_help(help)
    };
    let keys = keys(&repository.git_dir);
    for key in &keys {
        let mut smudge = Command::new("git-crypt");
        forget_surroundings(&mut smudge);
        smudge.arg("smudge").arg("--key-file").arg(key).current_dir(&repository.git_dir);
        match ask(&mut smudge, bytes.to_vec()) {
            // With another key it says that the file was tampered with.
            Ok(output) if output.status.success() => return Ok(output.stdout),
            Ok(_) => {}
            Err(error) => return Err(failed(&error.to_string(), "install git-crypt")),
        }
    }
    let place = repository.top.display();
    Err(if keys.is_empty() {
        failed("this clone has no key", &format!("`git-crypt unlock` in {place} gives it one"))
    } else {
        failed("no key of this clone fits", "`git-crypt unlock KEY` adds the one that does")
    })
}

/// The keys of an unlocked clone. One that was unlocked with several has each by its name.
fn keys(git_dir: &Path) -> Vec<PathBuf> {
    let folder = git_dir.join("git-crypt/keys");
    let mut keys: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    keys.sort();
    keys
}
