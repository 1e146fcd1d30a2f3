//! Files of the user's below the root: they are read, and new ones are added.

use std::io::Write as _;
use std::path::PathBuf;

use rustix::fs::Mode;

use super::folder::{Folder, Found, TOO_LARGE, Way, set_rights};
use super::root::Root;
use crate::disk::error::IoError;
use crate::disk::paths::{parents, split};
use crate::render::overrides::NoText;

/// The bytes of a file, or the reason why a template has none.
type Content = Result<Vec<u8>, NoText>;

impl Root {
    /// A path below the root as a path of this system.
    pub fn path_of(&self, relative: &str) -> PathBuf {
        self.at(relative)
    }

    /// The files below a folder, in the order of the paths and but for hidden
    /// files. No link is followed. Files larger than `most` bytes are not read.
    pub fn files(&self, folder: &str, most: usize) -> Result<Vec<(String, Content)>, IoError> {
        if let Some(committed) = &self.committed {
            let content = |(path, found)| Some((path, content(found)?));
            return Ok(committed.files(folder, most)?.into_iter().filter_map(content).collect());
        }
        let mut files = Vec::new();
        let Some(root) = Folder::open(self.path())? else { return Ok(files) };
        match root.walk(folder)? {
            Way::Nothing => {}
            // As the program itself may be in the folder of cluster.toml.
            Way::Blocked(_) if self.is_below_a_file(folder) => {}
            Way::Blocked(what) => files.push((folder.to_owned(), Err(NoText::Is(what)))),
            Way::To(found) => list(&found, folder, most, &mut files)?,
        }
        files.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(files)
    }

    fn is_below_a_file(&self, path: &str) -> bool {
        parents(path).any(|folder| {
            let around = self.at(folder).symlink_metadata();
            around.is_ok_and(|around| around.is_file())
        })
    }

    /// Whether nothing stands at a path.
    pub fn is_free(&self, path: &str) -> Result<bool, IoError> {
        Ok(self.look(path, 0)? == Found::Nothing)
    }

    /// Adds a file that is not there yet, and the folders that it needs.
    pub fn add(&self, path: &str, text: &str) -> Result<(), IoError> {
        let (parents, name) = split(path);
        let Some(mut folder) = Folder::open(self.path())? else {
            return Err(IoError::invalid("write to", self.path(), "the folder is not there"));
        };
        for part in parents.split('/').filter(|part| !part.is_empty()) {
            folder.make_own(part)?;
            let reason = match folder.enter(part)? {
                Way::To(next) => {
                    folder = next;
                    continue;
                }
                Way::Blocked(what) => format!("it is {what}"),
                Way::Nothing => "it went away".to_owned(),
            };
            return Err(IoError::invalid("write to", &folder.at(part), &reason));
        }
        let mut file = folder.create(name, Mode::from_raw_mode(0o666))?;
        let rights = folder.rights_of_new()?;
        file.write_all(text.as_bytes())
            .and_then(|()| set_rights(&file, rights))
            .and_then(|()| file.sync_all())
            .map_err(|error| IoError::new("write", &folder.at(name), error))
    }
}

fn list(
    folder: &Folder,
    path: &str,
    most: usize,
    files: &mut Vec<(String, Content)>,
) -> Result<(), IoError> {
    for name in folder.names()?.iter().filter(|name| !name.starts_with('.')) {
        let path = format!("{path}/{name}");
        if let Way::To(below) = folder.enter(name)? {
            list(&below, &path, most, files)?;
            continue;
        }
        files.extend(content(folder.read(name, most)?).map(|content| (path, content)));
    }
    Ok(())
}

/// What was found, unless that is nothing.
fn content(found: Found) -> Option<Content> {
    Some(match found {
        Found::File(bytes) => Ok(bytes),
        Found::InTheWay(TOO_LARGE) => Err(NoText::TooLarge),
        Found::InTheWay(what) => Err(NoText::Is(what)),
        Found::Nothing => return None,
    })
}
