//! A revision's files on disk.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::cli::Global;
use crate::commands::Failure;
use crate::commands::config::{self, ConfigFile};
use crate::commands::paths::below;
use crate::disk::{IoError, Revision, Root};

/// The files of a revision, laid out in a folder of their own.
pub(super) struct Checkout {
    folder: TempDir,
    pub(super) revision: String,
    /// Its `cluster.toml` below the top of the repository.
    config: String,
    /// The root of the tree below the top of the repository, if it is there.
    pub(super) root: Option<PathBuf>,
}

impl Checkout {
    /// Lays out the folders of `cluster.toml` and of the tree.
    pub(super) fn of(revision: &Revision, global: &Global) -> Result<Self, Failure> {
        let top = revision.top();
        let outside = |path: &Path| {
            let message = format!("{} is not in the repository {}", path.display(), top.display());
            let help = "`--config` has to name a file of the repository that `--base` is of";
            Failure::Usage(message, help.to_owned())
        };
        let config = below(top, &global.config).ok_or_else(|| outside(&global.config))?;
        let root = below(top, &config::root(global).join("x"))
            .and_then(|path| Path::new(&path).parent().map(Path::to_owned));
        let folder = tempfile::tempdir()
            .map_err(|error| IoError::new("make a folder in", &std::env::temp_dir(), error))?;
        revision.lay_out(folder.path(), |path| {
            let path = Path::new(path);
            path.starts_with(parent(&config))
                || root.as_ref().is_some_and(|root| path.starts_with(root))
        })?;
        Ok(Self { folder, revision: revision.name.clone(), config, root })
    }

    /// Reads the revision's `cluster.toml`.
    pub(super) fn config_file(&self, global: &Global) -> Result<ConfigFile, Failure> {
        let folder = self.folder.path();
        // A link of the revision's may lead anywhere.
        let inside = |path: &PathBuf| folder.canonicalize().is_ok_and(|top| path.starts_with(top));
        let path = folder.join(&self.config).canonicalize().ok().filter(inside);
        let path = path.ok_or_else(|| {
            let help = format!(
                "`git log --oneline -- {}` lists the revisions that changed it; without `--base`, \
                 `nixgen diff` compares with the files that are there",
                global.config.display()
            );
            Failure::Usage(format!("`{}` has no {}", self.revision, self.config), help)
        })?;
        Ok(ConfigFile::read(&path, Path::new(&shown(&self.revision, &self.config)))?)
    }

    /// The folder of its `cluster.toml`, below which no link is followed.
    pub(super) fn config_root(&self) -> Root {
        Root::new(self.folder.path().join(parent(&self.config)))
    }

    /// The root of the tree.
    pub(super) fn tree_root(&self) -> Root {
        match &self.root {
            Some(root) => Root::new(self.folder.path().join(root)),
            // Nothing is committed there.
            None => Root::new(self.folder.path().join(".nothing")),
        }
    }

    /// A path of the folder below the top of the repository.
    pub(super) fn path_in<'p>(&self, path: &'p Path) -> Option<&'p Path> {
        path.strip_prefix(self.folder.path()).ok()
    }

    /// The error with the path that its file has in the revision.
    pub(super) fn named(&self, mut error: IoError) -> IoError {
        if let Some(path) = self.path_in(&error.path) {
            error.path = shown(&self.revision, &path.to_string_lossy()).into();
        }
        error
    }
}

/// The folder that a file is in.
fn parent(path: &str) -> &Path {
    Path::new(path).parent().unwrap_or(Path::new(""))
}

/// A file of a revision, as git takes it: `main:./cluster.toml`.
fn shown(revision: &str, path: &str) -> String {
    if path.contains('/') { format!("{revision}:{path}") } else { format!("{revision}:./{path}") }
}
