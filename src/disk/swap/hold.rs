//! One run at a time. The lock is on the root itself and ends with its process,
//! so that there is none that outlives its owner.

use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use rustix::process::geteuid;

use super::Say;
use super::recover::recover;
use super::staging::{Progress, Staging};
use crate::disk::error::IoError;
use crate::disk::tree::{Folder, Root};

const PAUSE: Duration = Duration::from_millis(50);
/// How often to try: for 30 seconds.
const TRIES: u32 = 600;

/// A root that no other run writes to.
#[derive(Debug)]
pub struct Hold {
    root: Root,
    /// `None` while there is no folder, or nothing is held.
    folder: Option<Folder>,
    made: Made,
}

impl Hold {
    /// Holds a root for a look at it: others may look, too. A tree that is half
    /// written is an error.
    pub fn to_read(root: &Root, say: Say<'_>) -> Result<Self, IoError> {
        let folder = lock(root, false, say)?;
        if let Some(folder) = &folder
            && let Some(staging) = Staging::find(folder)?
            && let Progress::Swapping(_) = staging.progress()?
        {
            return Err(IoError::invalid(
                "compare with",
                root.path(),
                "a run that wrote to it was interrupted",
            )
            .with_help("`nixgen render` completes that run first"));
        }
        Ok(Self { root: root.clone(), folder, made: Made::default() })
    }

    /// Holds a root for writing, and completes a run that was cut short. A root
    /// that is not there is made, and deleted again if nothing is written to it.
    pub fn to_write(root: &Root, say: Say<'_>) -> Result<Self, IoError> {
        let made = Made::below(root)?;
        let folder = lock(root, true, say)?;
        if let Some(folder) = &folder {
            recover(folder, say)?;
        }
        Ok(Self { root: root.clone(), folder, made })
    }

    /// The root that is held.
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// Lets others write while a person thinks.
    pub fn let_go(&mut self) {
        self.made = Made::default();
        self.folder = None;
    }

    /// The folder, held again if it was let go.
    pub(super) fn folder(&mut self, say: Say<'_>) -> Result<&Folder, IoError> {
        if self.folder.is_none() {
            *self = Self::to_write(&self.root, say)?;
        }
        let vanished = || IoError::new("open", self.root.path(), ErrorKind::NotFound.into());
        self.folder.as_ref().ok_or_else(vanished)
    }
}

/// The folders that had to be made for the root to be there. They go with this
/// as long as they are empty.
#[derive(Debug, Default)]
struct Made(Vec<PathBuf>);

impl Made {
    fn below(root: &Root) -> Result<Self, IoError> {
        let mut made = Self::default();
        let is_missing = |path: &&Path| !path.as_os_str().is_empty() && !path.exists();
        let missing: Vec<&Path> = root.path().ancestors().take_while(is_missing).collect();
        for path in missing.into_iter().rev() {
            match fs::create_dir(path) {
                Ok(()) => {
                    made.0.push(path.to_owned());
                    give_to_its_neighbours(path)
                        .map_err(|error| IoError::new("change the owner of", path, error))?;
                }
                // Another run was faster.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(IoError::new("create", path, error)),
            }
        }
        Ok(made)
    }
}

/// A folder that root makes, as by `sudo`, is whose the folder is that it is in.
fn give_to_its_neighbours(path: &Path) -> io::Result<()> {
    let Some(parent) = path.parent().filter(|_| geteuid().is_root()) else { return Ok(()) };
    let around = fs::metadata(if parent == Path::new("") { Path::new(".") } else { parent })?;
    match chown(path, Some(around.uid()), Some(around.gid())) {
        // Root of a container need not know the owner.
        Err(error) if error.kind() != ErrorKind::InvalidInput => Err(error),
        _ => Ok(()),
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        for path in self.0.iter().rev() {
            let _ = fs::remove_dir(path);
        }
    }
}

fn lock(root: &Root, exclusive: bool, say: Say<'_>) -> Result<Option<Folder>, IoError> {
    let place = root.path().display();
    for tried in 0..TRIES {
        let Some(folder) = Folder::open(root.path())? else { return Ok(None) };
        match folder.lock(exclusive) {
            // Another run may have deleted the folder and made it anew.
            Ok(true) if folder.is_at(root.path()) => return Ok(Some(folder)),
            Ok(true) => continue,
            Ok(false) if tried == 0 => {
                say(&format!("another nixgen is writing to {place}; waiting for it"));
            }
            Ok(false) => {}
            Err(_) => {
                // As over NFS. Most trees are one person's.
                say(&format!(
                    "{place} cannot be locked: see to it that only one nixgen writes to it"
                ));
                return Ok(Some(folder));
            }
        }
        sleep(PAUSE);
    }
    let waited = (PAUSE * TRIES).as_secs();
    let reason = format!("another nixgen is still at it after {waited} seconds");
    Err(IoError::invalid("use", root.path(), &reason))
}
