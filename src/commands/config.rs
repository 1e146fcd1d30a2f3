//! The description of the cluster on disk: its file, and the folders that follow
//! from where that is.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::cli::Global;
use crate::diagnostic::{Code, Diagnostic};
use crate::disk::{IoError, Root, is_encrypted};
use crate::input::{self, MAX_BYTES};
use crate::pipeline::{self, Description};
use crate::source::{self, Source};

/// The file, once it was read.
pub(super) struct ConfigFile {
    /// Its text, as far as it is one.
    pub(super) source: Source,
    /// The reason why nothing can be made of it.
    broken: Option<Diagnostic>,
}

impl ConfigFile {
    /// Reads the file that the user named.
    pub(super) fn open(global: &Global) -> Result<Self, IoError> {
        let path = &global.config;
        Ok(Self::new(path, bytes(path, "read the configuration", MAX_BYTES)?))
    }

    /// The file with these bytes, of which one that has too many has none.
    pub(super) fn new(shown: &Path, bytes: Option<Vec<u8>>) -> Self {
        let file = |text, broken| Self { source: Source::new(shown, text), broken };
        let Some(bytes) = bytes.filter(|bytes| bytes.len() as u64 <= MAX_BYTES) else {
            let found = input::too_large(&format!("{} MiB", MAX_BYTES >> 20));
            return file(String::new(), Some(found));
        };
        let (message, help) = instead_of_text(&bytes);
        match source::text(bytes) {
            Ok(text) => file(text, None),
            Err(valid) => {
                let end = valid.len();
                let found = Diagnostic::new(Code::NotText, end..end, message).help(help);
                file(valid, Some(found))
            }
        }
    }

    /// Reads the cluster that it describes, and lists the mistakes in it.
    pub(super) fn describe(&self) -> (Description<'_>, Vec<Diagnostic>) {
        if let Some(broken) = &self.broken {
            return (Description::default(), vec![broken.clone()]);
        }
        let mut found = Vec::new();
        let description = pipeline::read(&self.source, &mut found);
        (description, found)
    }
}

/// The bytes of a file that the user named; `None` of one that has more than `most`.
pub(super) fn bytes(
    path: &Path,
    doing: &'static str,
    most: u64,
) -> Result<Option<Vec<u8>>, IoError> {
    let failed = |error| IoError::new(doing, path, error);
    let kind = fs::metadata(path).map_err(failed)?.file_type();
    if kind.is_dir() {
        return Err(failed(io::Error::other("it is a folder")));
    }
    // A pipe may wait for ever, and a device may never end.
    if !kind.is_file() || is_stream(path) {
        let help = "standard input and pipes are not read: save it, and name the file";
        return Err(failed(io::Error::other("it is not a regular file")).with_help(help));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(most + 1).read_to_end(&mut bytes).map_err(failed)?;
    Ok((bytes.len() as u64 <= most).then_some(bytes))
}

/// Whether a path is a name for what this process has open, whatever that is.
fn is_stream(path: &Path) -> bool {
    let folder = path.parent().and_then(|folder| folder.canonicalize().ok()).unwrap_or_default();
    folder == Path::new("/dev") || folder.starts_with("/dev/fd") || folder.starts_with("/proc")
}

/// What a file is that is no text, and what helps.
fn instead_of_text(bytes: &[u8]) -> (&'static str, &'static str) {
    match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            ("the file is UTF-16 text, as some editors of Windows write it", "save it as UTF-8")
        }
        _ if is_encrypted(bytes) => {
            ("the file is encrypted with git-crypt here", "`git-crypt unlock` decrypts it")
        }
        _ => ("the file is not UTF-8 text here", "save it as UTF-8"),
    }
}

/// The root of the tree.
pub(super) fn root(global: &Global) -> PathBuf {
    global.out.clone().unwrap_or_else(|| folder(global))
}

/// The folder of cluster.toml, where the user's templates are too, wherever the
/// tree is rendered to.
pub(super) fn folder(global: &Global) -> PathBuf {
    match global.config.parent() {
        Some(folder) if folder != Path::new("") => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// The same folder, below which no link is followed.
pub(super) fn folder_root(global: &Global) -> Root {
    Root::new(folder(global))
}
