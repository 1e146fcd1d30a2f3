//! The command line.

use std::path::{Path, PathBuf};

use clap::builder::{PathBufValueParser, RangedU64ValueParser, TypedValueParser as _};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::checks::Lints;
use crate::disk::State;
use crate::input::decode::Text as _;
use crate::input::types::{Level, Lint};
use crate::release;
use crate::text::closest;

/// Renders the Nix code of a hybrid Kubernetes cluster from one cluster.toml.
#[derive(Debug, Parser)]
#[command(
    name = "nixgen",
    version,
    long_version = release::LONG_VERSION.as_str(),
    about,
    arg_required_else_help = true,
    after_help = "Exit status: 0 in sync or done, 1 differences (check, diff), 2 wrong usage, \
                  3 cluster.toml is invalid, 4 rendered output is invalid (a bug, or a template of yours), \
                  5 refused: a file of yours is in the way, 6 input or output failed."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a cluster.toml to begin with: what the flake beside it says of its
    /// machines, or else a documented example
    Init {
        /// Write the smallest cluster that is valid, without a comment
        #[arg(long)]
        minimal: bool,
    },
    /// Show what changes, then write it
    Render(RenderArgs),
    /// Show what `render` would change, write nothing
    Diff(DiffArgs),
    /// List files that are not as they should be (for CI), write nothing
    Check(CheckArgs),
    /// Tell how every file stands
    List(ListArgs),
    /// Take files over to edit them by hand; later changes are shown and merged
    Eject(EjectArgs),
    /// Compare files written by hand with nixgen's, and hand them to nixgen
    Adopt(AdoptArgs),
    /// Check cluster.toml only
    Validate,
    /// Say what a diagnostic or a key means, or where a generated line comes from
    Explain(ExplainArgs),
    /// Draw the cluster
    Graph(GraphArgs),
    /// Tell where the running cluster is not as cluster.toml says, change nothing
    Status(StatusArgs),
    /// List the templates, show one, or make one yours
    #[command(subcommand)]
    Templates(TemplatesCommand),
    /// Print the JSON Schema of cluster.toml, for editors, or of a document
    Schema(SchemaArgs),
    /// Print the completions of a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual, for `man -l -`
    Man {
        /// The folder that its pages are written into instead, one a command
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
}

/// Options of `render`.
#[derive(Debug, Args)]
pub struct RenderArgs {
    /// Write without asking
    #[arg(short, long)]
    pub yes: bool,
    /// Show the diff and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Overwrite files that nixgen did not write or that were edited since: all,
    /// or only the ones named
    #[arg(long, value_name = "PATH", num_args = 0..)]
    pub force: Option<Vec<String>>,
    /// Make new Nix files known to git, as `git add --intent-to-add`, so that a
    /// flake sees them
    #[arg(long)]
    pub git_add: bool,
    /// Mark what nixgen writes as generated in .gitattributes from now on, for reviews
    /// and statistics, and keep its line ends in every clone
    #[arg(long)]
    pub git_attributes: bool,
}

/// Options of `diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// How the changes are shown
    #[arg(short, long, value_enum, default_value_t = DiffFormat::Unified, value_name = "FORMAT")]
    pub format: DiffFormat,
    /// The size that `markdown` keeps to
    #[arg(long, value_name = "BYTES", default_value_t = 60_000,
          value_parser = RangedU64ValueParser::<usize>::new().range(4_000..))]
    pub max_bytes: usize,
    /// Show what changes since a revision of git instead: what its author meant,
    /// what that does, and what was not as it should be before
    #[arg(long, value_name = "REV")]
    pub base: Option<String>,
}

/// The formats of `diff`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// Lines, as `git apply` and `patch -p1` take them
    Unified,
    /// How many lines of each file
    Stat,
    /// Options, machine by machine, and what each change costs
    Options,
    /// The plan document, for programs: see `nixgen schema plan`
    Json,
    /// A comment on a pull request
    Markdown,
    /// A page for a browser
    Html,
}

/// Options of `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// What to print
    #[arg(short, long, value_enum, default_value_t = CheckFormat::Human, value_name = "FORMAT")]
    pub format: CheckFormat,
}

/// The formats of `check`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// One line a file
    Human,
    /// The plan document, for programs: see `nixgen schema plan`
    Json,
    /// Annotations of GitHub Actions, and a summary of the step
    Github,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A code such as NG0203 or its name, duplicate-address; a key of cluster.toml,
    /// such as vms.memory; or a line of a rendered file, such as vms/k8s-master.nix:16
    #[arg(value_name = "CODE|KEY|FILE:LINE")]
    pub subject: String,
}

/// Options of `graph`.
#[derive(Debug, Args)]
pub struct GraphArgs {
    /// What to draw with
    #[arg(short, long, value_enum, default_value_t = Drawing::Mermaid, value_name = "FORMAT")]
    pub format: Drawing,
    /// Mark the machines and VLANs that `render` would add, change or remove
    #[arg(long)]
    pub diff: bool,
}

/// The formats of `graph`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Drawing {
    /// A flow chart for Markdown.
    Mermaid,
    /// For Graphviz.
    Dot,
    /// A picture.
    Svg,
    /// A page with the picture.
    Html,
}

/// Options of `status`.
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// What to print
    #[arg(short, long, value_enum, default_value_t = StatusFormat::Human, value_name = "FORMAT")]
    pub format: StatusFormat,
    /// The kubeconfig that leads to the cluster [default: what kubectl uses]
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// The context of it
    #[arg(long, value_name = "NAME")]
    pub context: Option<String>,
}

/// The formats of `status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StatusFormat {
    /// Two lines a difference
    Human,
    /// One document
    Json,
}

/// Options of `eject`.
#[derive(Debug, Args)]
pub struct EjectArgs {
    /// The files
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<String>,
    /// Merge what nixgen would have changed in ejected files since
    #[arg(long)]
    pub merge: bool,
    /// Write without asking
    #[arg(short, long)]
    pub yes: bool,
}

/// Options of `adopt`.
#[derive(Debug, Args)]
pub struct AdoptArgs {
    /// The files; without any, all that nixgen would write and did not
    #[arg(value_name = "FILE")]
    pub files: Vec<String>,
    /// Take them over; what is overwritten is kept beside them
    #[arg(short, long)]
    pub yes: bool,
}

/// Options of `list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// What to print
    #[arg(long, value_enum, default_value_t = ListFormat::Human, value_name = "FORMAT")]
    pub format: ListFormat,
    /// Only files that stand so, for example `edited` or `edited+stale`
    #[arg(long, value_name = "STATE", num_args = 1.., value_parser = state)]
    pub state: Vec<State>,
}

/// The formats of `list`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// One line a file.
    Human,
    /// One document.
    Json,
    /// Lines for .gitattributes that mark nixgen's files as generated.
    Gitattributes,
}

fn state(word: &str) -> Result<State, String> {
    let known = |state: &&State| state.word() == word;
    State::ALL.iter().find(known).copied().ok_or_else(|| {
        let words: Vec<&str> = State::ALL.iter().map(|state| state.word()).collect();
        format!("a file is one of {}", words.join(", "))
    })
}

/// The commands of `templates`.
#[derive(Debug, Subcommand)]
pub enum TemplatesCommand {
    /// List the templates, where their files go, and which are yours
    List,
    /// Print a template as nixgen has it
    Show {
        /// A template such as vms/vm.nix
        #[arg(value_name = "TEMPLATE")]
        name: String,
        /// Print the values that it is given for the first of its files instead
        #[arg(long)]
        context: bool,
    },
    /// Copy templates to your folder: from then on yours are used
    Eject {
        /// Templates such as vms/vm.nix
        #[arg(value_name = "TEMPLATE", required = true)]
        names: Vec<String>,
    },
}

/// Arguments of `schema`.
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// Which document
    #[arg(value_enum, default_value_t = Document::Cluster, value_name = "DOCUMENT")]
    pub document: Document,
}

/// The documents that have a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Document {
    /// cluster.toml
    Cluster,
    /// What `diff --format json` and `check --format json` print
    Plan,
}

/// Options of every command.
#[derive(Debug, Args)]
pub struct Global {
    /// The cluster's description
    #[arg(short, long, global = true, value_name = "FILE", default_value = "cluster.toml",
          value_parser = PathBufValueParser::new().try_map(file))]
    pub config: PathBuf,
    /// Root of the tree that is rendered into [default: the folder of the config file]
    #[arg(short, long, global = true, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// NixOS's options.json: what it does not have, no rendered module may set
    #[arg(long, global = true, value_name = "FILE")]
    pub options: Option<PathBuf>,
    /// Refuse to render with a finding of this code, or with any of the `warnings`
    #[arg(long, global = true, value_name = "CODE", value_parser = lint(Level::Deny))]
    pub deny: Vec<Lint>,
    /// Only warn of findings of this code
    #[arg(long, global = true, value_name = "CODE", value_parser = lint(Level::Warn))]
    pub warn: Vec<Lint>,
    /// Say nothing of findings of this code; `data-risk` lets `render` put data at
    /// risk
    #[arg(long, global = true, value_name = "CODE", value_parser = lint(Level::Allow))]
    pub allow: Vec<Lint>,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
    /// How messages are written to standard error
    #[arg(long, global = true, value_enum, default_value_t = MessageFormat::Human, value_name = "FORMAT")]
    pub message_format: MessageFormat,
    /// Print less: no diffs and no summary
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print more: unchanged files too
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

/// The formats of messages on standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MessageFormat {
    /// For people
    Human,
    /// For programs: one JSON object a line
    Json,
}

impl Global {
    /// The levels of findings. Of two levels for one code the stricter one counts.
    pub fn lints(&self) -> Lints {
        let lists =
            [(Level::Allow, &self.allow), (Level::Warn, &self.warn), (Level::Deny, &self.deny)];
        lists.iter().flat_map(|(level, lints)| lints.iter().map(|lint| (*lint, *level))).collect()
    }
}

/// Reads the name of a file that has to have a folder.
fn file(path: PathBuf) -> Result<PathBuf, &'static str> {
    if path == Path::new("-") {
        return Err("standard input is not read: the tree and the templates are beside the file");
    }
    Ok(path)
}

/// Reads what a level is set of.
fn lint(level: Level) -> impl Fn(&str) -> Result<Lint, String> + Clone + Send + Sync + 'static {
    move |word| {
        if word == Lint::DATA_RISK && level == Level::Allow {
            return Ok(Lint::DataRisk);
        }
        let lint = Lint::from_text(word).map_err(|why| {
            let near = closest(word, Lint::choices().iter().copied());
            near.map_or_else(|| why.clone(), |near| format!("{why}; did you mean `{near}`?"))
        })?;
        if lint.takes(level) { Ok(lint) } else { Err("it is an error, which stays one".to_owned()) }
    }
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}
