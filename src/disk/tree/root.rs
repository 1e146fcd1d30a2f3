//! The folder that is rendered into. Nothing outside it is read or written:
//! below it no symbolic link is followed.

use std::fs;
use std::io::ErrorKind;
use std::iter;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::folder::{Folder, Found, MOST, Way};
use crate::disk::error::IoError;
use crate::disk::git::Committed;
use crate::disk::paths::{LOCK_FILE, parents, split};
use crate::nix::is_tangled;
use crate::render::is_generated;

/// The bytes of a path that Linux takes, with the zero at its end.
const PATH_MAX: usize = 4096;

/// So many Nix files of a repository are read, and so many bytes of each.
const MOST_FILES: usize = 4000;
const MOST_BYTES: usize = 1 << 18;

/// The root of the rendered tree.
#[derive(Debug, Clone)]
pub struct Root {
    path: PathBuf,
    /// The files that are rendered from, which may be below it.
    input: Vec<PathBuf>,
    /// Where it is not on disk, but what a revision has of it, which is only read.
    pub(super) committed: Option<Committed>,
}

impl Root {
    /// The tree below a folder, which need not exist yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), input: Vec::new(), committed: None }
    }

    /// The tree that a folder of a revision is.
    pub fn committed(folder: Committed) -> Self {
        let path = folder.path();
        Self { committed: Some(folder), ..Self::new(path) }
    }

    /// The same tree, rendered from these files and what is in these folders.
    #[must_use]
    pub fn rendered_from(self, input: impl Into<Vec<PathBuf>>) -> Self {
        Self { input: input.into(), ..self }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The place of a file of the tree.
    pub(in crate::disk) fn at(&self, relative: &str) -> PathBuf {
        self.path.join(relative)
    }

    /// Whether anything is at a place.
    pub fn holds(&self, relative: &str) -> bool {
        self.at(relative).exists()
    }

    /// The text of a file of the tree, where there is one that can be read.
    pub fn text(&self, relative: &str) -> Option<String> {
        match self.look(relative, MOST) {
            Ok(Found::File(bytes)) => String::from_utf8(bytes).ok(),
            Ok(Found::Nothing | Found::InTheWay(_)) | Err(_) => None,
        }
    }

    /// The thing that stands at a place, looking at every folder on the way there.
    /// A file of more bytes than `most` is not read.
    pub(in crate::disk) fn look(&self, relative: &str, most: usize) -> Result<Found, IoError> {
        if let Some(committed) = &self.committed {
            return committed.look(relative, most);
        }
        let path = self.at(relative);
        if path.as_os_str().len() >= PATH_MAX {
            // Handles could reach it, and no other program could.
            return Err(IoError::new("look at", &path, ErrorKind::InvalidFilename.into()));
        }
        let Some(root) = Folder::open(&self.path)? else { return Ok(Found::Nothing) };
        root.look(relative, most)
    }

    /// Whether two paths lead to one file.
    pub(in crate::disk) fn is_same(&self, one: &str, other: &str) -> Result<bool, IoError> {
        let Some(root) = Folder::open(&self.path)? else { return Ok(false) };
        let identity = |path| {
            let (parent, name) = split(path);
            match root.walk(parent)? {
                Way::To(folder) => folder.identity(name),
                Way::Nothing | Way::Blocked(_) => Ok(None),
            }
        };
        let found = identity(one)?;
        Ok(found.is_some() && found == identity(other)?)
    }

    /// Whether a path leads to what is rendered from, however that is called.
    pub(in crate::disk) fn is_input(&self, relative: &str) -> bool {
        let number = |path: &Path| fs::metadata(path).map(|it| (it.dev(), it.ino())).ok();
        let input: Vec<_> = self.input.iter().filter_map(|path| number(path)).collect();
        let mut places = iter::once(relative).chain(parents(relative));
        places.any(|place| number(&self.at(place)).is_some_and(|it| input.contains(&it)))
    }

    /// The files that carry nixgen's header, for a tree whose lock is lost.
    pub(in crate::disk) fn generated(&self) -> Result<Vec<String>, IoError> {
        if let Some(committed) = &self.committed {
            return committed.generated();
        }
        Ok(self.walk(starts_as_generated).collect())
    }

    /// The Nix files of the tree and their texts, as far as they are no larger than
    /// a person writes them.
    pub fn nix_texts(&self) -> impl Iterator<Item = (String, String)> {
        let is_nix = |path: &Path| path.extension().is_some_and(|extension| extension == "nix");
        self.walk(is_nix).take(MOST_FILES).filter_map(|path| {
            let Ok(Found::File(bytes)) = self.look(&path, MOST_BYTES) else { return None };
            String::from_utf8(bytes).ok().filter(|text| !is_tangled(text)).map(|text| (path, text))
        })
    }

    /// The files of some kind on disk, but for hidden ones.
    pub(super) fn walk(&self, is_meant: impl Fn(&Path) -> bool) -> impl Iterator<Item = String> {
        let hidden = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with('.');
        // A tree inside this one is its own lock's.
        let other = |path: &Path| path.join(LOCK_FILE).exists();
        WalkDir::new(&self.path)
            .min_depth(1)
            .sort_by_file_name()
            .into_iter()
            .filter_entry(move |entry| {
                let name = entry.file_name();
                !hidden(name) && name != "target" && !other(entry.path())
            })
            .filter_map(Result::ok)
            .filter(move |entry| entry.file_type().is_file() && is_meant(entry.path()))
            .filter_map(|entry| {
                let relative = entry.path().strip_prefix(&self.path).ok()?;
                Some(relative.to_str()?.to_owned())
            })
    }
}

/// Whether a file has the header of a generated one.
fn starts_as_generated(path: &Path) -> bool {
    use std::io::Read as _;
    let mut head = [0; 256];
    let read = fs::File::open(path).and_then(|mut file| file.read(&mut head)).unwrap_or(0);
    is_generated(&String::from_utf8_lossy(head.get(..read).unwrap_or_default()))
}
