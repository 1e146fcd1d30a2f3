//! The way from the file to the change set, with everything said that is found
//! on it.

use std::path::Path;

use super::config::{self, ConfigFile};
use super::today::today;
use super::{Failure, Output, own_templates};
use crate::checks::{Levels, after};
use crate::cli::Global;
use crate::cluster::Cluster;
use crate::diagnostic::{self, Diagnostic};
use crate::disk::{self, ChangeSet, Hold, Input, IoError, Root, compare};
use crate::input::Document;
use crate::nix::{Options, Ready};
use crate::outputs::WORKLOADS;
use crate::pipeline::{self, Description, Pipeline};
use crate::previous::Previous;
use crate::render::Bug;
use crate::render::overrides::Overrides;
use crate::review::Plan;
use crate::source::Source;

/// A file without mistakes.
pub(super) struct Loaded<'f> {
    pub(super) source: &'f Source,
    pub(super) document: Document<'f>,
    pub(super) levels: Levels,
    pub(super) cluster: Cluster,
    /// Every option of the user's NixOS, where they have named a list.
    options: Option<Options>,
}

/// Reads and checks the file; every mistake is printed.
pub(super) fn load<'f>(
    file: &'f ConfigFile,
    global: &Global,
    output: &mut Output,
) -> Result<Loaded<'f>, Failure> {
    let (Description { document, cluster }, mut found) =
        output.during("reading", || file.describe());
    let options = global.options.as_deref().map(read_options).transpose()?;
    if let (Some(cluster), Some(options)) = (&cluster, &options) {
        after::user_options(cluster, options, &mut found);
    }
    if let Some(cluster) = &cluster {
        find_conflicts(cluster, global, &mut found)?;
        after::ended_releases(cluster, &today(), &mut found);
    }
    let source = &file.source;
    if global.is_above {
        let path = source.path().display();
        output.note(&format!("note: {path} is read, as there is none here"));
    }
    let levels = Levels::new(global.lints(), cluster.as_ref().map(|cluster| &cluster.lints));
    say(source, &levels, &mut found, output)?;
    let (Some(document), Some(cluster)) = (document, cluster) else {
        return Err(Failure::Invalid);
    };
    Ok(Loaded { source, document, levels, cluster, options })
}

/// Looks for options of `nixos` tables that the rendered modules set, too, and renders
/// them for that whatever else is wrong. Why they cannot be rendered is not asked yet.
fn find_conflicts(
    cluster: &Cluster,
    global: &Global,
    found: &mut Vec<Diagnostic>,
) -> Result<(), Failure> {
    if cluster.nixos_tables().next().is_some() {
        let overrides = own_templates::read(&config::folder_root(global), cluster)?;
        let pipeline = Pipeline::new(cluster, &overrides);
        let files = pipeline.and_then(|pipeline| pipeline.rendered(cluster));
        after::conflicting_options(cluster, &files.unwrap_or_default(), found);
    }
    Ok(())
}

/// Prints what was found, as far as it is to be said.
fn say(
    source: &Source,
    levels: &Levels,
    found: &mut Vec<Diagnostic>,
    output: &mut Output,
) -> Result<(), Failure> {
    levels.apply(found);
    diagnostic::sort(found);
    output.diagnostics(source, found);
    if found.iter().any(Diagnostic::is_error) { Err(Failure::Invalid) } else { Ok(()) }
}

/// The largest list of options that is read. NixOS's own takes up to half of it.
const MOST_OF_OPTIONS: u64 = 64 << 20;

fn read_options(path: &Path) -> Result<Options, IoError> {
    let doing = "read the options of";
    let invalid = |why: &str| IoError::invalid(doing, path, why);
    let bytes = config::bytes(path, doing, MOST_OF_OPTIONS)?
        .ok_or_else(|| invalid(&format!("it has more than {} MiB", MOST_OF_OPTIONS >> 20)))?;
    let text = String::from_utf8(bytes).map_err(|_| invalid("it is not UTF-8 text"))?;
    Options::from_json(&text).map_err(|why| invalid(&why))
}

/// Files that are ready to be compared with the tree.
pub(super) struct Prepared<'f> {
    pub(super) loaded: Loaded<'f>,
    pub(super) overrides: Overrides,
    pub(super) ready: Ready,
    pub(super) root: Root,
    pipeline: Pipeline,
}

/// The whole way, up to the tree.
pub(super) fn prepare<'f>(
    file: &'f ConfigFile,
    global: &Global,
    output: &mut Output,
) -> Result<Prepared<'f>, Failure> {
    let loaded = load(file, global, output)?;
    let mut overrides = own_templates::read(&config::folder_root(global), &loaded.cluster)?;
    let templates = config::folder(global).join(loaded.cluster.templates.inside());
    let root = Root::new(config::root(global)).rendered_from([global.config.clone(), templates]);
    let built = output.during("rendering", || build(&loaded, &overrides, &root));
    let (pipeline, ready) = own_templates::judged(&mut overrides, built, &loaded.levels, output)?;
    Ok(Prepared { loaded, overrides, ready, root, pipeline })
}

/// Renders the files, which may refer to what is in the tree.
fn build(
    loaded: &Loaded<'_>,
    overrides: &Overrides,
    root: &Root,
) -> Result<(Pipeline, Ready), Vec<Bug>> {
    if overrides.is_broken() {
        return Err(Vec::new());
    }
    let pipeline = Pipeline::new(&loaded.cluster, overrides)?;
    let ready = pipeline.build(&loaded.cluster, loaded.options.as_ref())?;
    let missing = disk::missing(&ready, root);
    if missing.is_empty() { Ok((pipeline, ready)) } else { Err(missing) }
}

impl Prepared<'_> {
    /// Compares it with the tree, and applies the rules about what is there.
    pub(super) fn compare(&self, output: &mut Output) -> Result<ChangeSet<'_>, Failure> {
        let Loaded { source, document, .. } = &self.loaded;
        let changes = output.during("comparing", || compare(&self.ready, &self.root))?;
        let first = self.loaded.cluster.control_planes().next();
        let changes = changes
            .rendered_from(input_of(source, document, &self.overrides))
            .of_first_control_plane(first.map(|vm| vm.name.to_string()));
        self.judge(&changes, output)?;
        Ok(changes)
    }

    /// Applies the rules about what is there, and about the step.
    pub(super) fn judge(
        &self,
        changes: &ChangeSet<'_>,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let Loaded { source, levels, cluster, .. } = &self.loaded;
        let mut found = Vec::new();
        after::missing_modules(cluster, |path| self.root.holds(path), &mut found);
        let referred: Vec<_> = self.ready.missing().iter().map(|it| it.path.as_str()).collect();
        after::missing_outputs(cluster, &referred, |path| self.root.holds(path), &mut found);
        after::missing_input(cluster, |path| self.root.text(path), &mut found);
        let mut previous = Previous::read(cluster, |path| changes.old_attrs(path));
        previous.first_control_plane =
            previous.first_control_plane.or_else(|| changes.last_first_control_plane());
        previous.manifests = WORKLOADS
            .iter()
            .map(|workload| &workload.output)
            .filter_map(|it| Some((it.name, changes.old_text(it.path(cluster).inside())?)))
            .collect();
        after::steps(cluster, &previous, &mut found);
        say(source, levels, &mut found, output)
    }

    /// The meaning of a change set, and where it comes from.
    pub(super) fn plan(&self, changes: &ChangeSet<'_>, output: &Output) -> Plan {
        let Loaded { source, document, cluster, .. } = &self.loaded;
        output.during("tracing", || {
            let mut plan = Plan::new(source, cluster, changes);
            plan.trace(source, cluster, document, &self.pipeline);
            plan
        })
    }

    /// Compares it with the tree in a moment when no run writes to that.
    pub(super) fn look(&self, output: &mut Output) -> Result<ChangeSet<'_>, Failure> {
        let _hold = Hold::to_read(&self.root, &mut |text| output.warning(text))?;
        self.compare(output)
    }
}

/// The input that the files of a document are rendered from.
pub(super) fn input_of(source: &Source, document: &Document<'_>, overrides: &Overrides) -> Input {
    let texts = pipeline::inputs(source, document, overrides);
    Input::of(texts.iter().map(String::as_str))
}
