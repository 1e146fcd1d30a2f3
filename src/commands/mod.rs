//! One file a command, and what they share: the way from the file to the
//! change set, and how a failure ends the program.

mod adopt;
mod check;
mod diff;
mod eject;
mod explain;
mod git;
mod graph;
mod init;
mod list;
mod output;
mod paths;
mod removed;
mod render;
mod schema;
mod shell;
mod templates;
mod validate;
mod ways_out;

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

pub use output::Output;

use crate::checks::steps::Previous;
use crate::checks::{Levels, after, steps};
use crate::cli::{Cli, Command, Global};
use crate::cluster::Cluster;
use crate::diagnostic::{self, Code, Diagnostic};
use crate::disk::{
    self, Change, ChangeSet, Hold, Input, IoError, LOCK_FILE, NoRevision, NotWritten, Root, compare,
};
use crate::input::{self, MAX_BYTES};
use crate::nix::{self, Options, Ready, Rules};
use crate::origin::Pipeline;
use crate::overrides::{Overrides, PATIENCE};
use crate::render::{Bug, Engine};
use crate::review::{self, Class, Node, Plan, format};
use crate::source::Source;
use crate::{checks, cluster, outputs};

/// How the program ends. Each number has this one meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    /// In sync, or done.
    Done = 0,
    /// Differences were found.
    Differs = 1,
    /// Wrong usage that only shows once the tree is known.
    Usage = 2,
    /// The file is invalid.
    Invalid = 3,
    /// What was rendered is invalid: a bug.
    Bug = 4,
    /// A file of the user's is in the way.
    Refused = 5,
    /// Input or output failed.
    Io = 6,
}

/// Why a command ended early; everything was said already where it was found.
#[derive(Debug)]
pub(crate) enum Failure {
    /// `cluster.toml` has mistakes.
    Invalid,
    /// Templates have.
    Bugs(Vec<Bug>),
    /// The world did not do as it was asked.
    Io(IoError),
    /// Files were changed while it ran.
    Changed(Vec<String>),
    /// What was asked for is not there: what it is, and what helps.
    Usage(String, String),
}

impl From<IoError> for Failure {
    fn from(error: IoError) -> Self {
        Self::Io(error)
    }
}

impl From<NoRevision> for Failure {
    fn from(reason: NoRevision) -> Self {
        match reason {
            NoRevision::Io(error) => Self::Io(error),
            NoRevision::Unknown(message, help) => Self::Usage(message, help),
        }
    }
}

impl From<NotWritten> for Failure {
    fn from(reason: NotWritten) -> Self {
        match reason {
            NotWritten::Io(error) => Self::Io(error),
            NotWritten::Changed(paths) => Self::Changed(paths),
        }
    }
}

/// Runs a command.
pub fn run(cli: &Cli) -> Status {
    let mut output = Output::new(&cli.global);
    let result = match &cli.command {
        Command::Render(args) => render::run(args, &cli.global, &mut output),
        Command::Diff(args) => diff::run(args, &cli.global, &mut output),
        Command::Check(args) => check::run(args, &cli.global, &mut output),
        Command::List(args) => list::run(args, &cli.global, &mut output),
        Command::Eject(args) => eject::run(args, &cli.global, &mut output),
        Command::Adopt(args) => adopt::run(args, &cli.global, &mut output),
        Command::Init => init::run(&cli.global, &mut output),
        Command::Validate => validate::run(&cli.global, &mut output),
        Command::Explain(args) => explain::run(args, &cli.global, &mut output),
        Command::Schema(args) => Ok(schema::run(args, &mut output)),
        Command::Graph(args) => graph::run(args, &cli.global, &mut output),
        Command::Templates(command) => templates::run(command, &cli.global, &mut output),
        Command::Completions { shell } => Ok(shell::completions(*shell, &mut output)),
        Command::Man => Ok(shell::man(&mut output)),
    };
    let status = match result {
        Ok(status) => status,
        Err(Failure::Invalid) => Status::Invalid,
        Err(Failure::Bugs(bugs)) => {
            for bug in bugs {
                output.bug(&bug);
            }
            Status::Bug
        }
        Err(Failure::Io(error)) => {
            output.io_error(&error);
            if error.path == cli.global.config && error.cause.kind() == ErrorKind::NotFound {
                output.note(
                    "  `nixgen init` writes one to begin with; `--config FILE` names another file",
                );
            }
            if let Some(help) = &error.help {
                output.note(&format!("  {help}"));
            }
            Status::Io
        }
        Err(Failure::Usage(message, help)) => {
            output.error(&message);
            output.note(&format!("  {help}"));
            Status::Usage
        }
        Err(Failure::Changed(paths)) => {
            output.error("refused: files were changed while nixgen ran; nothing was written");
            for path in paths {
                output.note(&format!("  {path}"));
            }
            output.note("  `nixgen render` takes another look");
            Status::Refused
        }
    };
    // A reader that went away has had enough; anything else is a failure.
    match output.flush() {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Status::Io,
        _ => status,
    }
}

/// A file without mistakes.
pub(crate) struct Loaded {
    pub(crate) source: Source,
    pub(crate) levels: Levels,
    pub(crate) cluster: Cluster,
    /// Every option of the user's NixOS, where they have named a list.
    options: Option<Options>,
}

/// Reads and checks the file; every mistake is printed.
pub(crate) fn load(global: &Global, output: &mut Output) -> Result<Loaded, Failure> {
    let (source, cluster, mut found) = read_cluster(&global.config, &global.config)?;
    let options = global.options.as_deref().map(read_options).transpose()?;
    if let (Some(cluster), Some(options)) = (&cluster, &options) {
        after::user_options(cluster, options, &mut found);
    }
    let levels = Levels::new(global.lints(), cluster.as_ref().map(|cluster| &cluster.lints));
    say(&source, &levels, &mut found, output)?;
    let cluster = cluster.ok_or(Failure::Invalid)?;
    Ok(Loaded { source, levels, cluster, options })
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

/// Reads the file at a path, which messages call another one.
fn read_cluster(
    config: &Path,
    shown: &Path,
) -> Result<(Source, Option<Cluster>, Vec<Diagnostic>), IoError> {
    let failed = |error| IoError::new("read the configuration", config, error);
    // A pipe may wait for ever, and a device may never end.
    let kind = fs::metadata(config).map_err(failed)?.file_type();
    if !kind.is_file() {
        let what = if kind.is_dir() { "it is a folder" } else { "it is not a regular file" };
        return Err(failed(io::Error::other(what)));
    }
    let mut bytes = Vec::new();
    let file = File::open(config).map_err(failed)?;
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX_BYTES {
        let found = input::too_large(&format!("{} MiB", MAX_BYTES >> 20));
        return Ok((Source::new(shown, ""), None, vec![found]));
    }
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let valid = String::from_utf8_lossy(&error.as_bytes()[..at]).into_owned();
            let source = Source::new(shown, valid);
            let is_utf16 = matches!(error.as_bytes(), [0xff, 0xfe, ..] | [0xfe, 0xff, ..]);
            let message = if is_utf16 {
                "the file is UTF-16 text, as some editors of Windows write it"
            } else {
                "the file is not UTF-8 text here"
            };
            let found = Diagnostic::new(Code::NotText, at..at, message).help("save it as UTF-8");
            return Ok((source, None, vec![found]));
        }
    };
    let source = Source::new(shown, text);
    let mut found = Vec::new();
    let cluster = read(&source, &mut found);
    Ok((source, cluster, found))
}

/// Reads a cluster from its text and checks it. It may be returned with errors
/// in the log, and must not be rendered then.
pub fn read(source: &Source, log: &mut Vec<Diagnostic>) -> Option<Cluster> {
    let file = input::read(source, log)?;
    let cluster = cluster::resolve(file, &source.file_name(), log)?;
    checks::run(&cluster, log);
    Some(cluster)
}

/// Renders a cluster in memory and checks what came out, also against a list of
/// all options where there is one.
pub fn build(cluster: &Cluster, options: Option<&Options>) -> Result<Ready, Vec<Bug>> {
    build_with(&Overrides::default(), cluster, options)
}

/// The same with the user's templates in place of ours.
fn build_with(
    overrides: &Overrides,
    cluster: &Cluster,
    options: Option<&Options>,
) -> Result<Ready, Vec<Bug>> {
    let engine = engine(overrides)?;
    let rendered = overrides.render(engine, outputs::plan(cluster), &cluster.source, PATIENCE)?;
    let rules = Rules {
        formatter: cluster.formatter,
        left_to_user: outputs::left_to_user(cluster),
        options,
    };
    nix::ready(rendered, &rules)
}

/// The templates, compiled.
fn engine(overrides: &Overrides) -> Result<Engine, Vec<Bug>> {
    Engine::new(&overrides.over(outputs::templates())).map_err(|bug| vec![bug])
}

/// What is ready to be compared with the tree.
pub(crate) struct Prepared {
    pub(crate) loaded: Loaded,
    overrides: Overrides,
    ready: Ready,
    root: Root,
}

/// The whole way, up to the tree.
pub(crate) fn prepare(global: &Global, output: &mut Output) -> Result<Prepared, Failure> {
    let loaded = load(global, output)?;
    let mut overrides = templates::read(&loaded.cluster, global, &outputs::templates())?;
    let root = Root::new(root(global));
    let built = if overrides.is_broken() {
        Err(Vec::new())
    } else {
        build_with(&overrides, &loaded.cluster, loaded.options.as_ref()).and_then(|ready| {
            let missing = disk::missing(&ready, &root);
            if missing.is_empty() { Ok(ready) } else { Err(missing) }
        })
    };
    let built = built.map_err(|bugs| overrides.blame(bugs));
    for file in overrides.files_mut().iter_mut().filter(|file| !file.found.is_empty()) {
        loaded.levels.apply(&mut file.found);
        output.diagnostics(&file.source, &file.found);
    }
    match built {
        Ok(_) if overrides.is_broken() => Err(Failure::Bugs(Vec::new())),
        Ok(ready) => {
            let mut found = Vec::new();
            after::conflicting_options(&loaded.cluster, &ready, &mut found);
            say(&loaded.source, &loaded.levels, &mut found, output)?;
            Ok(Prepared { loaded, overrides, ready, root })
        }
        Err(bugs) => Err(Failure::Bugs(bugs)),
    }
}

impl Prepared {
    /// Compares it with the tree, and applies the rules about what is there.
    pub(crate) fn compare(&self, output: &mut Output) -> Result<ChangeSet<'_>, Failure> {
        let changes = compare(&self.ready, &self.root)?;
        let changes = changes.rendered_from(input_of(&self.loaded.source, &self.overrides));
        self.judge(&changes, output)?;
        Ok(changes)
    }

    /// Applies the rules about what is there, and about the step.
    fn judge(&self, changes: &ChangeSet<'_>, output: &mut Output) -> Result<(), Failure> {
        let Loaded { source, levels, cluster, .. } = &self.loaded;
        let mut found = Vec::new();
        after::missing_modules(cluster, |path| self.root.holds(path), &mut found);
        let folder = outputs::data_folder(cluster);
        let last = |name| {
            let path = folder.join(name);
            let change = changes.differing().find(|change| change.path == path.inside());
            change.and_then(Change::old_attrs)
        };
        let previous = Previous { vms: last("vms.nix"), hosts: last("hosts.nix") };
        steps::run(cluster, &previous, &mut found);
        say(source, levels, &mut found, output)
    }

    /// What a change set means, and where it comes from.
    pub(crate) fn plan(&self, changes: &ChangeSet<'_>) -> Result<Plan, Failure> {
        let Loaded { source, cluster, .. } = &self.loaded;
        let mut plan = Plan::new(source, cluster, changes);
        if let Some(document) = input::parse(source, &mut Vec::new()) {
            let engine = engine(&self.overrides).map_err(Failure::Bugs)?;
            let pipeline = Pipeline { source: &cluster.source, engine: &engine };
            plan.trace(source, cluster, &document, pipeline);
        }
        Ok(plan)
    }

    /// The same, in a moment when no run writes to the tree.
    pub(crate) fn look(&self, output: &mut Output) -> Result<ChangeSet<'_>, Failure> {
        let _hold = Hold::to_read(&self.root, &mut |text| output.warning(text))?;
        self.compare(output)
    }
}

/// What is rendered from a file and the user's templates. Nothing is from
/// `[lints]`.
fn input_of(source: &Source, overrides: &Overrides) -> Input {
    let document = input::parse(source, &mut Vec::new());
    let tables = document.iter().filter_map(|document| document.get_ref().as_table()).flatten();
    let tables = tables.filter(|(key, _)| key.get_ref() != "lints");
    let mut tables: Vec<[String; 2]> = tables
        .map(|(key, value)| [key.get_ref().to_string(), input::canonical(value.get_ref())])
        .collect();
    tables.sort();
    let mut texts = vec![source.file_name()];
    texts.extend(tables.into_iter().flatten());
    texts.extend(overrides.texts().flat_map(|(name, text)| [name.to_owned(), text.to_owned()]));
    Input::of(texts.iter().map(String::as_str))
}

fn read_options(path: &Path) -> Result<Options, IoError> {
    let failed = |error| IoError::new("read the options of", path, error);
    let text = fs::read_to_string(path).map_err(failed)?;
    Options::from_json(&text).map_err(|why| failed(io::Error::new(ErrorKind::InvalidData, why)))
}

fn root(global: &Global) -> PathBuf {
    global.out.clone().unwrap_or_else(|| config_folder(global))
}

fn config_folder(global: &Global) -> PathBuf {
    match global.config.parent() {
        Some(folder) if folder != Path::new("") => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// The folder of cluster.toml, where the user's templates are too, wherever the
/// tree is rendered to.
fn config_root(global: &Global) -> Root {
    Root::new(config_folder(global))
}

/// Prints the line that sums a change set up, and what it asks of the user.
pub(crate) fn sum_up(changes: &ChangeSet<'_>, output: &mut Output) {
    output.note(&changes.summary());
    let by_version =
        changes.differing().filter(|change| changes.is_by_other_version(change)).count();
    if by_version > 0 {
        output.note(&format!(
            "note: {by_version} of them because another version of nixgen wrote what is there, from \
             this very input"
        ));
    }
    if changes.is_merged() {
        output.note(&format!(
            "note: {LOCK_FILE} has conflicts of a merge; each side counts, and `nixgen render` resolves them"
        ));
    }
    for steps in removed::steps(changes) {
        output.note(&format!("note: {steps}"));
    }
}

/// Says which machines' data is at risk, and whether any is.
pub(crate) fn warn_of_risk(nodes: &[Node], output: &mut Output) -> bool {
    let at_risk = nodes.iter().filter(|node| node.impact == Class::DataRisk);
    let mut any = false;
    for node in at_risk {
        let risks = node.reasons.iter().filter(|reason| reason.impact == Class::DataRisk);
        for reason in risks {
            output.warning(&format!("DATA AT RISK on `{}`: {}", node.name, reason.text));
        }
        any = true;
    }
    any
}

/// Prints every difference, file by file.
pub(crate) fn show(changes: &ChangeSet<'_>, output: &mut Output) {
    let style = output.style();
    for change in changes.differing() {
        output.data(&format::unified(&review::file(change), style));
    }
}

/// Does what the change set says, and tells where a person's text is kept.
pub(crate) fn write(
    changes: &ChangeSet<'_>,
    hold: Hold,
    output: &mut Output,
) -> Result<(), Failure> {
    disk::apply(changes, hold, &mut |text| output.warning(text))?;
    for (path, backup) in changes.backups() {
        output.note(&format!("what {path} held is kept in {backup}"));
    }
    Ok(())
}
