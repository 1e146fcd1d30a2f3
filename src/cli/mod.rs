//! The command line.

mod arguments;
mod global;
mod offered;
mod options;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::release;

pub use global::{Color, Global, MessageFormat};
pub use options::{
    AdoptArgs, CheckArgs, CheckFormat, DiffArgs, DiffFormat, Document, Drawing, EjectArgs,
    ExplainArgs, GraphArgs, ListArgs, ListFormat, RenderArgs, SchemaArgs, StatusArgs, StatusFormat,
    TemplatesCommand,
};

/// The examples in the help of a command, which the tests run. What one does stands behind
/// two spaces.
macro_rules! examples {
    ($($line:literal),+ $(,)?) => { concat!("Examples:", $("\n  ", $line),+) };
}
use examples;

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
                  5 refused: a file of yours is in the way, or nobody is there to be asked, \
                  6 input or output failed."
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
    #[command(after_help = examples!(
        "nixgen init            of the flake here, or the documented example",
        "nixgen init --minimal  the smallest cluster that is valid",
    ))]
    Init {
        /// Write the smallest cluster that is valid, without a comment
        #[arg(long)]
        minimal: bool,
    },
    /// Show what changes, then write it
    #[command(after_help = examples!(
        "nixgen render            shows the changes, asks, and writes",
        "nixgen render --dry-run  shows them",
        "nixgen render --yes -q   writes them in a script",
    ))]
    Render(RenderArgs),
    /// Show what `render` would change, write nothing
    #[command(after_help = examples!(
        "nixgen diff                   the lines",
        "nixgen diff --format options  what changes on each machine, and what it costs",
        "nixgen diff --base HEAD       what a branch, or work in progress, does",
    ))]
    Diff(DiffArgs),
    /// List files that are not as they should be (for CI), write nothing
    #[command(after_help = examples!(
        "nixgen check                  fails where a file is not as it should be",
        "nixgen check --format github  the same, beside the lines of a pull request",
        "nixgen check --deny warnings  fails because of warnings, too",
    ))]
    Check(CheckArgs),
    /// Tell how every file stands
    #[command(after_help = examples!(
        "nixgen list",
        "nixgen list --state edited edited+stale  what people have changed",
        "nixgen list --format json",
    ))]
    List(ListArgs),
    /// Take files over to edit them by hand; later changes are shown and merged
    #[command(after_help = examples!(
        "nixgen eject lib/domains/default.nix          yours to edit from now on",
        "nixgen eject --merge lib/domains/default.nix  brings in what is new since",
    ))]
    Eject(EjectArgs),
    /// Compare files written by hand with nixgen's, and hand them to nixgen
    #[command(after_help = examples!(
        "nixgen adopt                  tells how files of yours differ",
        "nixgen adopt --yes flake.nix  takes one of them over",
    ))]
    Adopt(AdoptArgs),
    /// Check cluster.toml only
    #[command(after_help = examples!(
        "nixgen validate",
        "nixgen validate -c lab/cluster.toml  of another file",
    ))]
    Validate,
    /// Say what a diagnostic or a key means, or where a generated line comes from
    #[command(after_help = examples!(
        "nixgen explain NG0203                  a diagnostic, as is duplicate-address",
        "nixgen explain vms.memory              a key of cluster.toml",
        "nixgen explain lib/domains/vms.nix:16  a line that was rendered",
    ))]
    Explain(ExplainArgs),
    /// Draw the cluster
    #[command(after_help = examples!(
        "nixgen graph  for Markdown",
        "nixgen graph --format svg > cluster.svg",
        "nixgen graph --format html --diff > plan.html",
    ))]
    Graph(GraphArgs),
    /// Tell where the running cluster is not as cluster.toml says, change nothing
    #[command(after_help = examples!(
        "nixgen status",
        "nixgen status --kubeconfig admin.conf --format json",
    ))]
    Status(StatusArgs),
    /// List the templates, show one, or make one yours
    #[command(after_help = examples!(
        "nixgen templates list",
        "nixgen templates show vms/vm.nix > vm.nix.tera",
        "nixgen templates eject vms/vm.nix",
    ))]
    #[command(subcommand)]
    Templates(TemplatesCommand),
    /// Print the JSON Schema of cluster.toml, for editors, or of a document
    #[command(after_help = examples!(
        "nixgen schema > cluster.schema.json",
        "nixgen schema plan",
    ))]
    Schema(SchemaArgs),
    /// Print the completions of a shell
    #[command(after_help = examples!(
        "nixgen completions bash > ~/.local/share/bash-completion/completions/nixgen",
        "nixgen completions zsh > ~/.zfunc/_nixgen",
        "nixgen completions fish > ~/.config/fish/completions/nixgen.fish",
    ))]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual, for `man -l -`
    #[command(after_help = examples!(
        "nixgen man > nixgen.man             a text for `man -l nixgen.man`",
        "nixgen man ~/.local/share/man/man1  a page a command",
    ))]
    Man {
        /// The folder that its pages are written into instead, one a command
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
}
