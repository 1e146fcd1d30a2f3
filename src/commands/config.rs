//! The description of the cluster on disk: its file, and the folders that follow
//! from where that is.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::cli::Global;
use crate::diagnostic::{Code, Diagnostic};
use crate::disk::{IoError, Root};
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
        Self::read(&global.config, &global.config)
    }

    /// Reads the file at a path, which messages call another one.
    pub(super) fn read(path: &Path, shown: &Path) -> Result<Self, IoError> {
        let file = |text, broken| Self { source: Source::new(shown, text), broken };
        let Some(bytes) = bytes(path)? else {
            let found = input::too_large(&format!("{} MiB", MAX_BYTES >> 20));
            return Ok(file(String::new(), Some(found)));
        };
        let is_utf16 = matches!(bytes[..], [0xff, 0xfe, ..] | [0xfe, 0xff, ..]);
        Ok(match source::text(bytes) {
            Ok(text) => file(text, None),
            Err(valid) => {
                let found = not_text(valid.len(), is_utf16);
                file(valid, Some(found))
            }
        })
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

/// The bytes of a file; `None` of one that has too many.
fn bytes(path: &Path) -> Result<Option<Vec<u8>>, IoError> {
    let failed = |error| IoError::new("read the configuration", path, error);
    let kind = fs::metadata(path).map_err(failed)?.file_type();
    if kind.is_dir() {
        return Err(failed(io::Error::other("it is a folder")));
    }
    // A pipe may wait for ever, and a device may never end.
    if !kind.is_file() || is_stream(path) {
        let help = "standard input and pipes are not read, for the tree and your templates are \
                    beside the file: save it, and name it with `--config`";
        return Err(failed(io::Error::other("it is not a regular file")).with_help(help));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    Ok((bytes.len() as u64 <= MAX_BYTES).then_some(bytes))
}

/// Whether a path is a name for what this process has open, whatever that is.
fn is_stream(path: &Path) -> bool {
    let folder = path.parent().and_then(|folder| folder.canonicalize().ok()).unwrap_or_default();
    folder == Path::new("/dev") || folder.starts_with("/dev/fd") || folder.starts_with("/proc")
}

fn not_text(at: usize, is_utf16: bool) -> Diagnostic {
    let message = if is_utf16 {
        "the file is UTF-16 text, as some editors of Windows write it"
    } else {
        "the file is not UTF-8 text here"
    };
    Diagnostic::new(Code::NotText, at..at, message).help("save it as UTF-8")
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
