//! The files of a revision. Each is read from git's objects as it is asked for:
//! neither the work tree nor the index, nor a filter, hook or link has a part in
//! it, and nothing of it is laid out on disk.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::crypt;
use super::objects::Objects;
use super::repository::Repository;
use crate::disk::error::IoError;
use crate::disk::paths::{LOCK_FILE, split};
use crate::disk::tree::Found;
use crate::render::{Language, is_generated};
use crate::text::hex;

/// So many links are followed to a file.
const LINKS: usize = 8;

/// The bytes that a header is looked for in.
const HEAD: usize = 256;

/// The bytes of memory that an entry of a folder takes.
const ENTRY: usize = 192;

/// A folder of a revision, whether it is there or not.
#[derive(Debug, Clone)]
pub struct Committed {
    /// As messages call the top folder: `main:`.
    shown: Arc<str>,
    top: Entry,
    /// Below the top folder.
    folder: String,
    repository: Arc<Repository>,
    reader: Arc<Mutex<Reader>>,
}

/// Git's objects, and the folders that were read of them.
#[derive(Debug)]
struct Reader {
    objects: Objects,
    folders: HashMap<String, Arc<Entries>>,
}

/// The entries of a folder by their names.
type Entries = BTreeMap<Vec<u8>, Entry>;

/// A line of a folder.
#[derive(Debug, Clone)]
struct Entry {
    kind: Kind,
    object: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Link,
    Folder,
    /// A commit of another repository, which this one has no files of.
    Submodule,
}

/// What a path leads to.
enum Place {
    Nothing,
    At(Entry),
    /// What is no folder, on the way.
    Behind(Kind),
}

impl Kind {
    /// What is in the way where it is not looked for.
    fn in_the_way(self) -> &'static str {
        match self {
            Self::File => "a file where a folder has to be",
            Self::Link => "a symbolic link",
            Self::Folder | Self::Submodule => "a folder",
        }
    }
}

impl Committed {
    /// The top folder of a revision's commit.
    pub(super) fn top(repository: Repository, revision: &str, commit: &str) -> io::Result<Self> {
        let objects = Objects::of(&repository)?;
        Ok(Self {
            shown: format!("{revision}:").into(),
            top: Entry { kind: Kind::Folder, object: format!("{commit}^{{tree}}") },
            folder: String::new(),
            repository: Arc::new(repository),
            reader: Arc::new(Mutex::new(Reader { objects, folders: HashMap::new() })),
        })
    }

    /// A folder below the top one.
    #[must_use]
    pub fn at(&self, folder: &str) -> Self {
        Self { folder: folder.to_owned(), ..self.clone() }
    }

    /// The folder as git takes it: `main:.` or `main:infra`.
    pub(in crate::disk) fn path(&self) -> PathBuf {
        let folder = if self.folder.is_empty() { "." } else { &self.folder };
        PathBuf::from(format!("{}{folder}", self.shown))
    }

    /// The file at a path, wherever links within the revision lead.
    pub fn follow(&self, path: &str) -> Result<Option<Vec<u8>>, IoError> {
        let mut path = path.to_owned();
        for _ in 0..LINKS {
            let Place::At(entry) = self.find(&path)? else { return Ok(None) };
            match entry.kind {
                Kind::File => return self.file(&path, &entry).map(Some),
                Kind::Link => {
                    let target = self.read(&path, &entry)?;
                    let target = std::str::from_utf8(&target).ok();
                    let Some(next) = target.and_then(|to| linked(&path, to)) else { break };
                    path = next;
                }
                Kind::Folder | Kind::Submodule => break,
            }
        }
        Ok(None)
    }

    /// What stands at a path. No link is followed.
    pub(in crate::disk) fn look(&self, path: &str, most: usize) -> Result<Found, IoError> {
        match self.find(path)? {
            Place::Nothing => Ok(Found::Nothing),
            Place::At(entry) => self.found(path, &entry, most),
            Place::Behind(kind) => Ok(Found::InTheWay(kind.in_the_way())),
        }
    }

    /// What an entry is as a file.
    fn found(&self, path: &str, entry: &Entry, most: usize) -> Result<Found, IoError> {
        match entry.kind {
            Kind::File => Ok(Found::file(self.file(path, entry)?, most)),
            kind => Ok(Found::InTheWay(kind.in_the_way())),
        }
    }

    /// What stands below a folder, in the order of the paths and but for hidden files.
    pub(in crate::disk) fn files(
        &self,
        folder: &str,
        most: usize,
    ) -> Result<Vec<(String, Found)>, IoError> {
        let found = |(path, entry): (String, Entry)| {
            let found = self.found(&path, &entry, most)?;
            Ok((path, found))
        };
        match self.find(folder)? {
            Place::At(entry) if entry.kind == Kind::Folder => {
                self.below(folder, entry, |_, _| true)?.into_iter().map(found).collect()
            }
            Place::At(Entry { kind, .. }) | Place::Behind(kind @ Kind::Link) => {
                Ok(vec![(folder.to_owned(), Found::InTheWay(kind.in_the_way()))])
            }
            Place::Nothing | Place::Behind(_) => Ok(Vec::new()),
        }
    }

    /// The files of this tree that carry nixgen's header.
    pub(in crate::disk) fn generated(&self) -> Result<Vec<String>, IoError> {
        let Place::At(top @ Entry { kind: Kind::Folder, .. }) = self.find("")? else {
            return Ok(Vec::new());
        };
        // A tree inside this one is its own lock's.
        let is_own = |name: &str, entries: &Entries| {
            name != "target" && !entries.contains_key(LOCK_FILE.as_bytes())
        };
        let mut generated = Vec::new();
        for (path, entry) in self.below("", top, is_own)? {
            if entry.kind == Kind::File && Language::of(&path).is_some() {
                let bytes = self.read(&path, &entry)?;
                let head = String::from_utf8_lossy(bytes.get(..HEAD).unwrap_or(&bytes));
                generated.extend(is_generated(&head).then_some(path));
            }
        }
        Ok(generated)
    }

    /// What is below a folder, but for hidden names and such as are no text, and
    /// for folders that are not to be entered.
    fn below(
        &self,
        folder: &str,
        entry: Entry,
        enters: impl Fn(&str, &Entries) -> bool,
    ) -> Result<Vec<(String, Entry)>, IoError> {
        let (mut found, mut folders) = (Vec::new(), vec![(folder.to_owned(), entry)]);
        while let Some((path, entry)) = folders.pop() {
            // It is read again where it is met again, and counts: so no repository
            // whose folders are all the same one is walked for ever.
            let entries = self.read_folder(&mut self.reader(), &entry, path.len());
            let entries = entries.map_err(|error| self.failed(&path, error))?;
            if path != folder && !enters(split(&path).1, &entries) {
                continue;
            }
            for (name, entry) in entries {
                let Ok(name) = std::str::from_utf8(&name) else { continue };
                let path = if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
                match entry.kind {
                    _ if name.starts_with('.') => {}
                    Kind::Folder => folders.push((path, entry)),
                    Kind::Submodule => {}
                    Kind::File | Kind::Link => found.push((path, entry)),
                }
            }
        }
        found.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(found)
    }

    fn find(&self, path: &str) -> Result<Place, IoError> {
        let mut at = self.top.clone();
        let names = self.folder.split('/').chain(path.split('/'));
        for name in names.filter(|name| !name.is_empty()) {
            match at.kind {
                Kind::Folder => {}
                Kind::Submodule => return Ok(Place::Nothing),
                kind => return Ok(Place::Behind(kind)),
            }
            let folder = self.folder_of(&at).map_err(|error| self.failed(path, error))?;
            let Some(next) = folder.get(name.as_bytes()) else { return Ok(Place::Nothing) };
            at = next.clone();
        }
        Ok(Place::At(at))
    }

    fn folder_of(&self, entry: &Entry) -> io::Result<Arc<Entries>> {
        let mut reader = self.reader();
        if let Some(known) = reader.folders.get(&entry.object) {
            return Ok(Arc::clone(known));
        }
        let entries = Arc::new(self.read_folder(&mut reader, entry, 0)?);
        reader.folders.insert(entry.object.clone(), Arc::clone(&entries));
        Ok(entries)
    }

    /// What a file holds, and held before git-crypt encrypted it.
    fn file(&self, path: &str, entry: &Entry) -> Result<Vec<u8>, IoError> {
        let bytes = self.read(path, entry)?;
        if crypt::is_encrypted(&bytes) {
            return crypt::decrypt(&bytes, &self.path().join(path), &self.repository);
        }
        Ok(bytes)
    }

    fn read(&self, path: &str, entry: &Entry) -> Result<Vec<u8>, IoError> {
        self.reader().objects.read(&entry.object).map_err(|error| self.failed(path, error))
    }

    fn reader(&self) -> MutexGuard<'_, Reader> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, path: &str, error: io::Error) -> IoError {
        let is_missing = error.kind() == ErrorKind::NotFound;
        let error = IoError::new("read", &self.path().join(path), error);
        if is_missing {
            return error.with_help(
                "`git fetch --refetch --no-filter` gets what a partial clone does not have, and \
                 `git fsck` lists what a broken one lacks",
            );
        }
        error
    }

    /// The entries of a folder, to whose path of that length names are added.
    fn read_folder(&self, reader: &mut Reader, folder: &Entry, path: usize) -> io::Result<Entries> {
        // The name of its commit tells how long the names of objects are.
        let width = self.top.object.find('^').unwrap_or_default() / 2;
        let bytes = reader.objects.read(&folder.object)?;
        let entries = entries(&bytes, width).ok_or(ErrorKind::InvalidData)?;
        // In memory, an entry is more than in git.
        reader.objects.spend((entries.len() * (ENTRY + path)) as u64)?;
        Ok(entries)
    }
}

/// Reads a folder: a mode, a blank, a name, a zero and the bytes of an object's name, for
/// each entry.
fn entries(mut bytes: &[u8], width: usize) -> Option<Entries> {
    let mut entries = Entries::new();
    while !bytes.is_empty() {
        let (mode, rest) = cut(bytes, b' ')?;
        let (name, rest) = cut(rest, 0)?;
        let (object, rest) = rest.split_at_checked(width)?;
        let kind = match mode {
            b"40000" | b"040000" => Kind::Folder,
            b"120000" => Kind::Link,
            b"160000" => Kind::Submodule,
            _ => Kind::File,
        };
        entries.insert(name.to_vec(), Entry { kind, object: hex(object) });
        bytes = rest;
    }
    Some(entries)
}

/// What is before and behind a byte.
fn cut(bytes: &[u8], byte: u8) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|it| *it == byte)?;
    Some((bytes.get(..at)?, bytes.get(at + 1..)?))
}

/// The path that a link leads to, unless that is outside.
fn linked(link: &str, target: &str) -> Option<String> {
    let mut names: Vec<&str> = split(link).0.split('/').filter(|name| !name.is_empty()).collect();
    for name in target.split('/') {
        match name {
            ".." => drop(names.pop()?),
            "." => {}
            "" => return None,
            name => names.push(name),
        }
    }
    Some(names.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_nowhere_outside() {
        assert_eq!(
            linked("cluster.toml", "prod/cluster.toml").as_deref(),
            Some("prod/cluster.toml")
        );
        assert_eq!(linked("a/b/x", "../.././y").as_deref(), Some("y"));
        for target in ["/etc/passwd", "../x", "a/../../x", ""] {
            assert_eq!(linked("cluster.toml", target), None, "{target}");
        }
    }

    #[test]
    fn a_folder_that_is_cut_off_is_none() {
        let line = [b"100644 a\0".as_slice(), &[7; 20]].concat();
        assert_eq!(entries(&line, 20).expect("whole").len(), 1);
        for end in 1..line.len() {
            assert!(entries(&line[..end], 20).is_none(), "{end}");
        }
    }
}
