//! One run at a time. The lock is on the root itself and ends with its process,
//! so that there is none that outlives its owner.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

use super::folder::Folder;
use super::root::Root;
use super::staging::{Progress, Staging};
use super::{IoError, recover};

const PAUSE: Duration = Duration::from_millis(50);
/// How often to try: for 30 seconds.
const TRIES: u32 = 600;

/// A root that no other run writes to.
#[derive(Debug)]
pub struct Hold {
    root: Root,
    /// `None` while there is no folder, or nothing is held.
    folder: Option<Folder>,
}

/// Takes a sentence for the user.
pub type Say<'a> = &'a mut dyn FnMut(&str);

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
                "a run that wrote to it was cut short",
            )
            .with_help("`nixgen render` completes that run first"));
        }
        Ok(Self { root: root.clone(), folder })
    }

    /// Holds a root for writing, and completes a run that was cut short.
    pub fn to_write(root: &Root, say: Say<'_>) -> Result<Self, IoError> {
        let folder = lock(root, true, say)?;
        if let Some(folder) = &folder {
            recover::recover(folder, say)?;
        }
        Ok(Self { root: root.clone(), folder })
    }

    /// What is held.
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// Lets others write while a person thinks.
    pub fn let_go(&mut self) {
        self.folder = None;
    }

    /// The folder, held again if it was let go, and made if it is not there.
    pub(super) fn folder(&mut self, say: Say<'_>) -> Result<(&Folder, Made), IoError> {
        let made = if self.folder.is_none() { Made::below(&self.root)? } else { Made::default() };
        if self.folder.is_none() {
            *self = Self::to_write(&self.root, say)?;
        }
        match &self.folder {
            Some(folder) => Ok((folder, made)),
            None => Err(IoError::new("open", self.root.path(), io::ErrorKind::NotFound.into())),
        }
    }
}

/// The folders that had to be made for the root to be there.
#[derive(Debug, Default)]
pub(super) struct Made(Vec<PathBuf>);

impl Made {
    fn below(root: &Root) -> Result<Self, IoError> {
        let mut made = Self::default();
        let missing: Vec<_> = root
            .path()
            .ancestors()
            .take_while(|path| !path.as_os_str().is_empty() && !path.exists())
            .collect();
        for path in missing.into_iter().rev() {
            match fs::create_dir(path) {
                Ok(()) => made.0.push(path.to_owned()),
                // Another run was faster.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => {
                    made.undo();
                    return Err(IoError::new("create", path, error));
                }
            }
        }
        Ok(made)
    }

    /// Deletes them again, as far as they are empty.
    pub(super) fn undo(&self) {
        for path in self.0.iter().rev() {
            let _ = fs::remove_dir(path);
        }
    }
}

fn lock(root: &Root, exclusive: bool, say: Say<'_>) -> Result<Option<Folder>, IoError> {
    let Some(folder) = Folder::open(root.path())? else { return Ok(None) };
    let place = root.path().display();
    for tried in 0..TRIES {
        match folder.lock(exclusive) {
            Ok(true) => return Ok(Some(folder)),
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
