//! A folder by its handle. What is below it is reached one name at a time and
//! never through a symbolic link, so that nothing which is swapped in on the
//! way leads outside. Every call to the system that reads or writes the tree is
//! in this file.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{
    AtFlags, CWD, Dir, FileType, FlockOperation, Gid, Mode, OFlags, RenameFlags, Stat, Uid,
    chownat, fchmod, fchown, fstat, openat, renameat, renameat_with, statat, unlinkat,
};
use rustix::io::Errno;
use rustix::process::geteuid;

use crate::disk::error::IoError;
use crate::disk::paths::split;

/// An open folder.
#[derive(Debug)]
pub(in crate::disk) struct Folder {
    handle: OwnedFd,
    /// For messages.
    path: PathBuf,
}

/// Who may do what with a file.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::disk) struct Rights {
    /// Its permissions, unless they are what is usual.
    mode: Option<Mode>,
    /// Its owner and group, unless they are what is usual.
    owner: Option<(Option<Uid>, Gid)>,
}

/// The thing that stands at a name.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::disk) enum Found<T = Vec<u8>> {
    /// Nothing.
    Nothing,
    /// A file with this content.
    File(T),
    /// Something else, in the way of a file.
    InTheWay(&'static str),
}

/// The most bytes of a file that nixgen has any use for, but for what it renders
/// itself. One of gigabytes costs no memory.
pub(in crate::disk) const MOST: usize = 64 << 20;

/// A file with more bytes than are asked for.
pub(super) const TOO_LARGE: &str = "a file too large to be nixgen's";

/// The thing that is found where a folder is looked for.
#[derive(Debug)]
pub(in crate::disk) enum Way {
    /// Nothing.
    Nothing,
    /// The folder.
    To(Folder),
    /// Something else.
    Blocked(&'static str),
}

impl<T> Found<T> {
    /// The same with what is made of the file, if one stands there.
    pub(in crate::disk) fn and<U>(
        self,
        make: impl FnOnce(T) -> Result<Found<U>, IoError>,
    ) -> Result<Found<U>, IoError> {
        match self {
            Self::Nothing => Ok(Found::Nothing),
            Self::File(file) => make(file),
            Self::InTheWay(what) => Ok(Found::InTheWay(what)),
        }
    }
}

impl Found {
    /// A file with these bytes, unless there are more.
    pub(in crate::disk) fn file(bytes: Vec<u8>, most: usize) -> Self {
        if bytes.len() > most { Self::InTheWay(TOO_LARGE) } else { Self::File(bytes) }
    }
}

impl Folder {
    /// Opens a folder wherever it is, following links; `None` when there is none.
    pub(in crate::disk) fn open(path: &Path) -> Result<Option<Self>, IoError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        match openat(CWD, path, flags, Mode::empty()) {
            Ok(handle) => Ok(Some(Self { handle, path: path.to_owned() })),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(IoError::new("open", path, error.into())),
        }
    }

    /// Whether a path leads to it, now.
    pub(in crate::disk) fn is_at(&self, path: &Path) -> bool {
        let there = rustix::fs::stat(path);
        matches!((fstat(&self.handle), there), (Ok(this), Ok(there)) if is_same(&this, &there))
    }

    /// The path of a name in it, for messages.
    pub(in crate::disk) fn at(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The folder that a path below this one leads to; the empty path leads here.
    pub(in crate::disk) fn walk(&self, relative: &str) -> Result<Way, IoError> {
        let mut folder = self.again()?;
        for name in relative.split('/').filter(|name| !name.is_empty()) {
            match folder.enter(name)? {
                Way::To(next) => folder = next,
                other => return Ok(other),
            }
        }
        Ok(Way::To(folder))
    }

    /// The thing that stands at a path below this folder, looking at every folder on the way.
    pub(in crate::disk) fn look(&self, relative: &str, most: usize) -> Result<Found, IoError> {
        let (parent, name) = split(relative);
        match self.walk(parent)? {
            Way::Nothing => Ok(Found::Nothing),
            Way::Blocked(what) => Ok(Found::InTheWay(what)),
            Way::To(folder) => folder.read(name, most),
        }
    }

    /// A folder in this one.
    pub(in crate::disk) fn enter(&self, name: &str) -> Result<Way, IoError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match openat(&self.handle, name, flags, Mode::empty()) {
            Ok(handle) => Ok(Way::To(Self { handle, path: self.at(name) })),
            Err(Errno::NOENT) => Ok(Way::Nothing),
            Err(Errno::NOTDIR | Errno::LOOP | Errno::MLINK) => {
                let is_link = self.stat(name)?.is_some_and(|stat| kind(&stat).is_symlink());
                Ok(Way::Blocked(if is_link {
                    "a symbolic link"
                } else {
                    "a file where a folder has to be"
                }))
            }
            Err(error) => Err(self.failed("open", name, error)),
        }
    }

    /// The thing at a name, with its content if it is a file of no more bytes than that.
    pub(in crate::disk) fn read(&self, name: &str, most: usize) -> Result<Found, IoError> {
        self.file(name)?.and(|file| {
            let failed = |error| IoError::new("read", &self.at(name), error);
            let limit = most as u64;
            if file.metadata().map_err(failed)?.len() > limit {
                return Ok(Found::InTheWay(TOO_LARGE));
            }
            // It may grow meanwhile.
            let mut bytes = Vec::new();
            file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
            Ok(Found::file(bytes, most))
        })
    }

    /// The thing at a name, opened to be read if it is a file.
    pub(in crate::disk) fn file(&self, name: &str) -> Result<Found<File>, IoError> {
        // A pipe must not keep us waiting for its other end.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let handle = match openat(&self.handle, name, flags | OFlags::NOCTTY, Mode::empty()) {
            Ok(handle) => handle,
            Err(Errno::NOENT) => return Ok(Found::Nothing),
            Err(Errno::LOOP | Errno::MLINK) => return Ok(Found::InTheWay("a symbolic link")),
            Err(Errno::NXIO) => return Ok(Found::InTheWay("neither a file nor a folder")),
            Err(error) => return Err(self.failed("read", name, error)),
        };
        let stat = fstat(&handle).map_err(|error| self.failed("look at", name, error))?;
        match kind(&stat) {
            FileType::RegularFile => Ok(Found::File(File::from(handle))),
            FileType::Directory => Ok(Found::InTheWay("a folder")),
            _ => Ok(Found::InTheWay("neither a file nor a folder")),
        }
    }

    /// The rights of a file, if it is there. What it was allowed to run as, its new
    /// content is not.
    pub(in crate::disk) fn rights(&self, name: &str) -> Result<Option<Rights>, IoError> {
        Ok(self.stat(name)?.map(|stat| Rights {
            mode: Some(Mode::from_raw_mode(stat.st_mode & 0o777)),
            owner: Some((Some(Uid::from_raw(stat.st_uid)), Gid::from_raw(stat.st_gid))),
        }))
    }

    /// The rights of a new file in it. What root makes, as by `sudo`, is whose the
    /// folder is; and some folders have a group for all that is in them.
    pub(in crate::disk) fn rights_of_new(&self) -> Result<Rights, IoError> {
        let failed = |error: Errno| IoError::new("look at", &self.path, error.into());
        let stat = fstat(&self.handle).map_err(failed)?;
        let (uid, gid) = (Uid::from_raw(stat.st_uid), Gid::from_raw(stat.st_gid));
        let has_group = Mode::from_raw_mode(stat.st_mode).contains(Mode::SGID);
        let owner = match (geteuid().is_root(), has_group) {
            (true, _) => Some((Some(uid), gid)),
            (false, true) => Some((None, gid)),
            (false, false) => None,
        };
        Ok(Rights { mode: None, owner })
    }

    /// The device and the number of what stands at a name, if anything does.
    pub(in crate::disk) fn identity(&self, name: &str) -> Result<Option<(u64, u64)>, IoError> {
        // Their types differ from system to system.
        #[allow(clippy::unnecessary_cast, clippy::useless_conversion)]
        Ok(self.stat(name)?.map(|stat| (stat.st_dev as u64, stat.st_ino as u64)))
    }

    /// Whether anything stands at a name.
    pub(in crate::disk) fn has(&self, name: &str) -> Result<bool, IoError> {
        Ok(self.stat(name)?.is_some())
    }

    /// The names in it.
    pub(in crate::disk) fn names(&self) -> Result<Vec<String>, IoError> {
        let failed = |error: Errno| IoError::new("list", &self.path, error.into());
        let mut names = Vec::new();
        for entry in Dir::read_from(&self.handle).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name().to_string_lossy();
            if !matches!(&*name, "." | "..") {
                names.push(name.into_owned());
            }
        }
        Ok(names)
    }

    /// Makes a folder in it; false if one is there.
    pub(in crate::disk) fn make(&self, name: &str, mode: Mode) -> Result<bool, IoError> {
        match rustix::fs::mkdirat(&self.handle, name, mode) {
            Ok(()) => Ok(true),
            Err(Errno::EXIST) => Ok(false),
            Err(error) => Err(self.failed("create", name, error)),
        }
    }

    /// Makes a folder in it that is whose this one is; false if one is there.
    pub(in crate::disk) fn make_own(&self, name: &str) -> Result<bool, IoError> {
        let is_made = self.make(name, Mode::from_raw_mode(0o777))?;
        if let (true, Some((uid, gid))) =
            (is_made && geteuid().is_root(), self.rights_of_new()?.owner)
        {
            let given = chownat(&self.handle, name, uid, Some(gid), AtFlags::SYMLINK_NOFOLLOW);
            if let Err(error) = given
                && !is_not_ours_to_give(error)
            {
                let _ = self.remove_folder(name);
                return Err(self.failed("change the owner of", name, error));
            }
        }
        Ok(is_made)
    }

    /// Makes a file in it that was not there.
    pub(in crate::disk) fn create(&self, name: &str, mode: Mode) -> Result<File, IoError> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        openat(&self.handle, name, flags, mode)
            .map(File::from)
            .map_err(|error| self.failed("create", name, error))
    }

    /// Moves what stands at a name, in place of what stands where it goes.
    pub(in crate::disk) fn move_to(&self, name: &str, to: &Self, new: &str) -> Result<(), IoError> {
        renameat(&self.handle, name, &to.handle, new)
            .map_err(|error| self.failed("move", name, error))
    }

    /// Moves what stands at a name to where nothing does; false if something does.
    pub(in crate::disk) fn place(&self, name: &str, to: &Self, new: &str) -> Result<bool, IoError> {
        let failed = |error| to.failed("write", new, error);
        match renameat_with(&self.handle, name, &to.handle, new, RenameFlags::NOREPLACE) {
            Ok(()) => Ok(true),
            Err(Errno::EXIST) => Ok(false),
            // Some file systems, those of networks among them, cannot do both at once.
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
                if to.has(new)? {
                    return Ok(false);
                }
                renameat(&self.handle, name, &to.handle, new).map_err(failed)?;
                Ok(true)
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// Deletes a file.
    pub(in crate::disk) fn remove(&self, name: &str) -> Result<(), IoError> {
        unlinkat(&self.handle, name, AtFlags::empty())
            .map_err(|error| self.failed("delete", name, error))
    }

    /// Deletes a folder, which has to be empty.
    pub(in crate::disk) fn remove_folder(&self, name: &str) -> Result<(), IoError> {
        unlinkat(&self.handle, name, AtFlags::REMOVEDIR)
            .map_err(|error| self.failed("delete", name, error))
    }

    /// Sees to it that the names in it survive a power failure.
    pub(in crate::disk) fn sync(&self) -> Result<(), IoError> {
        rustix::fs::fsync(&self.handle)
            .map_err(|error| IoError::new("sync", &self.path, error.into()))
    }

    /// Sees to it that all of its file system survives a power failure. Only
    /// Linux can; elsewhere it is for each file to do.
    pub(in crate::disk) fn sync_all(&self) -> Result<(), IoError> {
        #[cfg(target_os = "linux")]
        rustix::fs::syncfs(&self.handle)
            .map_err(|error| IoError::new("sync", &self.path, error.into()))?;
        Ok(())
    }

    /// Locks it without waiting; false if another process has locked it. The
    /// lock ends with the handle, and so with the process.
    pub(in crate::disk) fn lock(&self, exclusive: bool) -> io::Result<bool> {
        let operation = if exclusive {
            FlockOperation::NonBlockingLockExclusive
        } else {
            FlockOperation::NonBlockingLockShared
        };
        match rustix::fs::flock(&self.handle, operation) {
            Ok(()) => Ok(true),
            Err(Errno::WOULDBLOCK) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn again(&self) -> Result<Self, IoError> {
        match self.handle.try_clone() {
            Ok(handle) => Ok(Self { handle, path: self.path.clone() }),
            Err(error) => Err(IoError::new("open", &self.path, error)),
        }
    }

    fn stat(&self, name: &str) -> Result<Option<Stat>, IoError> {
        match statat(&self.handle, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(stat)),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(self.failed("look at", name, error)),
        }
    }

    fn failed(&self, action: &'static str, name: &str, error: Errno) -> IoError {
        IoError::new(action, &self.at(name), error.into())
    }
}

fn is_same(one: &Stat, other: &Stat) -> bool {
    (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino)
}

fn kind(stat: &Stat) -> FileType {
    FileType::from_raw_mode(stat.st_mode)
}

/// Whether something cannot be given to its owner by whoever runs this: one who
/// is not root, or root of a container that does not know the owner.
fn is_not_ours_to_give(error: Errno) -> bool {
    matches!(error, Errno::PERM | Errno::INVAL)
}

/// Sets the rights of a file. Who may not give it away keeps it, as with any
/// program that replaces files.
pub(in crate::disk) fn set_rights(file: &File, rights: Rights) -> io::Result<()> {
    if let Some((uid, gid)) = rights.owner {
        let stat = fstat(file)?;
        let gid = Some(gid).filter(|gid| gid.as_raw() != stat.st_gid);
        let uid = uid.filter(|uid| uid.as_raw() != stat.st_uid);
        let given = match (uid, gid) {
            (None, None) => Ok(()),
            _ => fchown(file, uid, gid).or_else(|_| fchown(file, None, gid)),
        };
        if let Err(error) = given
            && !is_not_ours_to_give(error)
        {
            return Err(error.into());
        }
    }
    match rights.mode {
        Some(mode) => Ok(fchmod(file, mode)?),
        None => Ok(()),
    }
}
