//! The options of each command.

use std::path::PathBuf;

use clap::builder::{RangedU64ValueParser, StringValueParser};
use clap::{Args, Subcommand, ValueEnum, ValueHint};

use super::examples;
use super::offered::{self, Offered};
use crate::disk::State;

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
    #[arg(long, value_name = "PATH", num_args = 0.., value_hint = ValueHint::FilePath)]
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
    #[arg(value_name = "CODE|KEY|FILE:LINE", hide_possible_values = true,
          value_parser = Offered(StringValueParser::new(), offered::subjects))]
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
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
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
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files: Vec<String>,
    /// Ask Nix what each machine evaluates to, and what it would
    #[arg(long)]
    pub eval: bool,
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
    #[arg(long, value_name = "STATE", num_args = 1.., hide_possible_values = true,
          value_parser = Offered(state, offered::states))]
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
    #[command(after_help = examples!("nixgen templates list"))]
    List,
    /// Print a template as nixgen has it
    #[command(after_help = examples!(
        "nixgen templates show vms/vm.nix            the template",
        "nixgen templates show vms/vm.nix --context  the values that it is given",
    ))]
    Show {
        /// A template such as vms/vm.nix
        #[arg(value_name = "TEMPLATE", hide_possible_values = true,
              value_parser = Offered(StringValueParser::new(), offered::templates))]
        name: String,
        /// Print the values that it is given for the first of its files instead
        #[arg(long)]
        context: bool,
    },
    /// Copy templates to your folder: from then on yours are used
    #[command(after_help = examples!("nixgen templates eject vms/vm.nix hosts/host.nix"))]
    Eject {
        /// Templates such as vms/vm.nix
        #[arg(value_name = "TEMPLATE", required = true, hide_possible_values = true,
              value_parser = Offered(StringValueParser::new(), offered::templates))]
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
