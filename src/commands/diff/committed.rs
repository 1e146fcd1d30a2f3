//! What a revision has of `cluster.toml`, of templates and of the tree.

use std::path::Path;

use crate::cli::Global;
use crate::commands::config::{self, ConfigFile};
use crate::commands::paths::below;
use crate::commands::{Failure, Status};
use crate::disk::{Committed, Revision, Root};

/// The files of a revision that are nixgen's concern, each at its path of today.
pub(super) struct CommittedFiles {
    /// Those of the folder of `cluster.toml`, where templates are, too.
    pub(super) beside_config: Root,
    /// The tree, if it is in the repository.
    pub(super) tree: Option<Root>,
    pub(super) revision: String,
    top: Committed,
    /// `cluster.toml`, below the top of the repository.
    config: String,
}

impl CommittedFiles {
    /// Finds out where they are.
    pub(super) fn of(revision: &Revision, global: &Global) -> Result<Self, Failure> {
        let at_top = revision.top();
        let config = below(at_top, &global.config).ok_or_else(|| {
            let (file, top) = (global.config.display(), at_top.display());
            let message = format!("{file} is not in the repository {top}");
            let help = "`--config` has to name a file of the repository that `--base` is of";
            Failure::Told(Status::Usage, message, help.to_owned())
        })?;
        let top = revision.files()?;
        let root_at = |file: &str| Root::committed(top.at(parent(file)));
        let tree = below(at_top, &config::root(global).join("x")).map(|file| root_at(&file));
        let beside_config = root_at(&config);
        Ok(Self { beside_config, tree, revision: revision.name.clone(), top, config })
    }

    /// Reads `cluster.toml`.
    pub(super) fn config_file(&self, global: &Global) -> Result<ConfigFile, Failure> {
        let bytes = self.top.follow(&self.config)?.ok_or_else(|| {
            let help = format!(
                "`git log --oneline -- {}` lists the revisions that changed it; without `--base`, \
                 `nixgen diff` compares with the files that are there",
                global.config.display()
            );
            Failure::Told(
                Status::Usage,
                format!("`{}` has no {}", self.revision, self.config),
                help,
            )
        })?;
        let name = Path::new(&self.config).file_name().unwrap_or_default();
        Ok(ConfigFile::new(&self.beside_config.path().join(name), Some(bytes)))
    }

    /// The tree, which may be empty.
    pub(super) fn tree_or_none(&self) -> Root {
        // No name in a repository is this one.
        self.tree.clone().unwrap_or_else(|| Root::committed(self.top.at(".git")))
    }
}

/// The folder that a file is in.
fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
