//! `nixgen diff --base REV`: from what a revision says to what the work tree
//! says, both as this nixgen renders them.

use super::committed::CommittedFiles;
use super::show;
use crate::cli::{DiffArgs, Global};
use crate::commands::config::{self, ConfigFile};
use crate::commands::prepare::{input_of, prepare};
use crate::commands::{Failure, Outcome, Output, own_templates};
use crate::diagnostic::{Diagnostic, Severity};
use crate::disk::{Hold, Revision, between, compare};
use crate::input::Document;
use crate::nix::Ready;
use crate::outputs;
use crate::pipeline::{Description, Pipeline};
use crate::render::overrides::Overrides;
use crate::review::{Base, File, files, intent, templates};
use crate::source::Source;

/// So many mistakes of a revision are named.
const NAMED: usize = 3;

pub(super) fn run(args: &DiffArgs, name: &str, global: &Global, output: &mut Output) -> Outcome {
    let revision = Revision::find(name, &config::folder(global))?;
    let committed = CommittedFiles::of(&revision, global)?;
    let old_file = committed.config_file(global)?;
    let before = output.during("rendering", || Before::read(&committed, &old_file))?;
    let file = ConfigFile::open(global)?;
    let prepared = prepare(&file, global, output)?;
    let new = (prepared.loaded.source, &prepared.loaded.document);
    let mut base = Base {
        revision: revision.name.clone(),
        commit: revision.commit.clone(),
        head: Revision::find("HEAD", &config::folder(global)).ok().map(|head| head.commit),
        mistakes: Vec::new(),
        intent: before.document.as_ref().map(|old| intent((before.source, old), new)),
        templates: templates(&before.overrides, &prepared.overrides, &outputs::templates()),
        drift: None,
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
            compare(&prepared.ready, &committed.tree_or_none())?
        }
    };
    prepared.judge(&changes, output)?;
    show(args, &prepared, &changes, Some(base), output)
}

/// A revision as this nixgen reads it.
struct Before<'c> {
    committed: &'c CommittedFiles,
    source: &'c Source,
    document: Option<Document<'c>>,
    overrides: Overrides,
    /// The rendered files, or the mistakes because of which there are none.
    built: Result<Ready, Vec<String>>,
}

impl<'c> Before<'c> {
    fn read(committed: &'c CommittedFiles, file: &'c ConfigFile) -> Result<Self, Failure> {
        let source = &file.source;
        let (Description { document, cluster }, found) = file.describe();
        let errors = found.iter().filter(|found| found.severity == Severity::Error);
        let mut mistakes: Vec<String> = errors.map(|found| told(source, found)).collect();
        let mut overrides = Overrides::default();
        let mut built = Err(Vec::new());
        if let (Some(cluster), true) = (cluster, mistakes.is_empty()) {
            overrides = own_templates::read(&committed.beside_config, &cluster)?;
            for file in overrides.files() {
                let path = file.source.path().display();
                let broken = file.found.iter().filter(|found| found.is_error());
                mistakes.extend(broken.map(|found| format!("{path}: {}", found.message)));
            }
            if mistakes.is_empty() {
                built = Pipeline::new(&cluster, &overrides)
                    .and_then(|pipeline| pipeline.build(&cluster, None));
            }
        }
        let built = built.map_err(|bugs| {
            mistakes.extend(bugs.iter().map(ToString::to_string));
            mistakes
        });
        Ok(Self { committed, source, document, overrides, built })
    }

    /// The file that it was rendered from, as git names it.
    fn shown(&self) -> String {
        self.source.path().display().to_string()
    }

    /// The committed files that are not what they should have been, if they can be read.
    fn drift(&self, ready: &Ready, output: &mut Output) -> Option<Vec<File>> {
        let Some(tree) = &self.committed.tree else {
            output
                .note("note: `--out` is not in the repository, so drift from before is not known");
            return None;
        };
        match compare(ready, tree) {
            Ok(changes) => Some(files(&match &self.document {
                Some(document) => {
                    changes.rendered_from(input_of(self.source, document, &self.overrides))
                }
                None => changes,
            })),
            Err(error) => {
                output.warning(&format!("{error}; so drift from before is not known"));
                error.help.iter().for_each(|help| output.note(&format!("  {help}")));
                None
            }
        }
    }

    /// Says that it cannot be rendered, and what is shown instead.
    fn name_mistakes(&self, mistakes: &[String], output: &mut Output) {
        let name = &self.committed.revision;
        output.warning(&format!(
            "this nixgen cannot render {}, so the review compares with the files that are committed \
             in `{name}`",
            self.shown(),
        ));
        for mistake in mistakes.iter().take(NAMED) {
            output.note(&format!("  {mistake}"));
        }
        if let Some(more) = mistakes.len().checked_sub(NAMED).filter(|more| *more > 0) {
            output.note(&format!("  and {more} more"));
        }
    }
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
