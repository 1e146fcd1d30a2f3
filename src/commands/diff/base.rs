//! `nixgen diff --base REV`: from what a revision says to what the work tree
//! says, both as this nixgen renders them.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::show;
use crate::cli::{DiffArgs, Global};
use crate::commands::paths::below;
use crate::commands::{
    Failure, Output, Status, build_with, config_folder, input_of, prepare, read_cluster, root,
};
use crate::diagnostic::{Diagnostic, Severity};
use crate::disk::{Hold, IoError, Revision, Root, between, compare};
use crate::nix::Ready;
use crate::outputs;
use crate::overrides::Overrides;
use crate::review::{Base, File, files, intent, templates};
use crate::source::Source;

/// So many mistakes of a revision are named.
const NAMED: usize = 3;

pub(super) fn run(
    args: &DiffArgs,
    name: &str,
    global: &Global,
    output: &mut Output,
) -> Result<Status, Failure> {
    let revision = Revision::find(name, &config_folder(global))?;
    let before = Before::read(&revision, global)?;
    let prepared = prepare(global, output)?;
    let mut base = Base {
        revision: revision.name.clone(),
        commit: revision.commit.clone(),
        mistakes: Vec::new(),
        intent: intent(&before.source, &prepared.loaded.source),
        templates: templates(&before.overrides, &prepared.overrides, &outputs::templates()),
        drift: Vec::new(),
    };
    if base.intent.is_none() {
        output.warning(&format!("{} is no TOML: what changed in it is not known", before.shown()));
    }
    let _hold = Hold::to_read(&prepared.root, &mut |text| output.warning(text))?;
    let changes = match &before.built {
        Ok(ready) => {
            base.drift = before.drift(ready, output);
            between(ready, &prepared.ready, &prepared.root)?
        }
        Err(mistakes) => {
            base.mistakes.clone_from(mistakes);
            before.name_mistakes(mistakes, output);
            compare(&prepared.ready, &before.tree_root()).map_err(|error| before.named(error))?
        }
    };
    prepared.judge(&changes, output)?;
    show(args, &prepared, &changes, Some(base), output)
}

/// What a revision has: its files, laid out in a folder of their own, and what
/// this nixgen makes of them.
struct Before {
    folder: TempDir,
    revision: String,
    /// The root of the tree below the top of the repository, if it is there.
    root: Option<PathBuf>,
    source: Source,
    overrides: Overrides,
    /// What is rendered, or the mistakes because of which nothing is.
    built: Result<Ready, Vec<String>>,
}

impl Before {
    fn read(revision: &Revision, global: &Global) -> Result<Self, Failure> {
        let top = revision.top();
        let outside = |path: &Path| {
            let message = format!("{} is not in the repository {}", path.display(), top.display());
            let help = "`--config` has to name a file of the repository that `--base` is of";
            Failure::Usage(message, help.to_owned())
        };
        let config = below(top, &global.config).ok_or_else(|| outside(&global.config))?;
        let root = below(top, &root(global).join("x"))
            .and_then(|path| Path::new(&path).parent().map(Path::to_owned));
        let own = Path::new(&config).parent().unwrap_or(Path::new("")).to_owned();

        let folder = tempfile::tempdir()
            .map_err(|error| IoError::new("make a folder in", &std::env::temp_dir(), error))?;
        revision.lay_out(folder.path(), |path| {
            let path = Path::new(path);
            path.starts_with(&own) || root.as_ref().is_some_and(|root| path.starts_with(root))
        })?;

        // A link of the revision's may lead anywhere.
        let inside =
            |path: &PathBuf| folder.path().canonicalize().is_ok_and(|top| path.starts_with(top));
        let path = folder.path().join(&config).canonicalize().ok().filter(inside);
        let Some(path) = path else {
            let help = format!(
                "`git log --oneline -- {}` lists the revisions that changed it; without `--base`, \
                 `nixgen diff` compares with the files that are there",
                global.config.display()
            );
            return Err(Failure::Usage(format!("`{}` has no {config}", revision.name), help));
        };
        let shown = shown(&revision.name, &config);
        let (source, cluster, found) = read_cluster(&path, Path::new(&shown))?;
        let mut mistakes: Vec<String> = found
            .iter()
            .filter(|found| found.severity == Severity::Error)
            .map(|found| told(&source, found))
            .collect();
        let mut overrides = Overrides::default();
        let mut built = Err(Vec::new());
        if let (Some(cluster), true) = (cluster, mistakes.is_empty()) {
            let known = outputs::templates();
            let own = Root::new(folder.path().join(&own));
            overrides = Overrides::read(&own, cluster.templates.inside(), &known)?;
            for file in overrides.files_mut() {
                let path = file.source.path();
                let path = path.strip_prefix(folder.path()).unwrap_or(path).display().to_string();
                let broken = file.found.iter().filter(|found| found.is_error());
                mistakes.extend(broken.map(|found| format!("{path}: {}", found.message)));
            }
            if mistakes.is_empty() {
                built = build_with(&overrides, &cluster, None);
            }
        }
        let built = built.map_err(|bugs| {
            mistakes.extend(bugs.iter().map(ToString::to_string));
            mistakes
        });
        let revision = revision.name.clone();
        Ok(Self { folder, revision, root, source, overrides, built })
    }

    /// The file that it was rendered from, as git names it.
    fn shown(&self) -> String {
        self.source.path().display().to_string()
    }

    fn tree_root(&self) -> Root {
        match &self.root {
            Some(root) => Root::new(self.folder.path().join(root)),
            // Nothing is committed there.
            None => Root::new(self.folder.path().join(".nothing")),
        }
    }

    /// The committed files that are not what they should have been.
    fn drift(&self, ready: &Ready, output: &mut Output) -> Vec<File> {
        if self.root.is_none() {
            output.note("note: `--out` is not in the repository, so no drift of before is known");
            return Vec::new();
        }
        match compare(ready, &self.tree_root()) {
            Ok(changes) => files(&changes.rendered_from(input_of(&self.source, &self.overrides))),
            Err(error) => {
                let error = self.named(error);
                output.warning(&format!("{error}: what of it was drift before is not known"));
                Vec::new()
            }
        }
    }

    /// Says that it cannot be rendered, and what is shown instead.
    fn name_mistakes(&self, mistakes: &[String], output: &mut Output) {
        let name = &self.revision;
        output.warning(&format!(
            "this nixgen cannot render {}, so the files that are committed in `{name}` stand for \
             what it says",
            self.shown(),
        ));
        for mistake in mistakes.iter().take(NAMED) {
            output.note(&format!("  {mistake}"));
        }
        if let Some(more) = mistakes.len().checked_sub(NAMED).filter(|more| *more > 0) {
            output.note(&format!("  and {more} more"));
        }
    }

    /// The error with the path that its file has in the revision.
    fn named(&self, mut error: IoError) -> IoError {
        if let Ok(path) = error.path.strip_prefix(self.folder.path()) {
            error.path = shown(&self.revision, &path.to_string_lossy()).into();
        }
        error
    }
}

/// A file of a revision, as git takes it: `main:./cluster.toml`.
fn shown(revision: &str, path: &str) -> String {
    if path.contains('/') { format!("{revision}:{path}") } else { format!("{revision}:./{path}") }
}

/// A mistake on one line, with its place.
fn told(source: &Source, found: &Diagnostic) -> String {
    let place = found.span.as_ref().map(|span| source.position(span.start));
    let path = source.path().display();
    match place {
        Some(place) => format!("{path}:{}:{}: {}", place.line, place.column, found.message),
        None => format!("{path}: {}", found.message),
    }
}
