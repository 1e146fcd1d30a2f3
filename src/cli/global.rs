//! The options of every command.

use std::path::{Path, PathBuf};

use clap::builder::{FalseyValueParser, PathBufValueParser, TypedValueParser as _};
use clap::{Args, ValueEnum, ValueHint};

use super::offered::{self, Offered};
use crate::checks::Lints;
use crate::disk;
use crate::input::decode::Text as _;
use crate::input::types::{Level, Lint};
use crate::text::closest;

/// Options of every command. Each has a variable, which a flag goes before.
#[derive(Debug, Args)]
pub struct Global {
    /// The cluster's description [default: cluster.toml here, or in the nearest folder
    /// above, up to the repository's]
    #[arg(id = "config", short, long, global = true, value_name = "FILE", env = "NIXGEN_CONFIG",
          value_parser = PathBufValueParser::new().try_map(file))]
    named: Option<PathBuf>,
    /// The file that is meant, as it is seen from here.
    #[arg(skip)]
    pub config: PathBuf,
    /// Whether it was found in a folder above.
    #[arg(skip)]
    pub is_above: bool,
    /// Root of the tree that is rendered into [default: the folder of the config file]
    #[arg(short, long, global = true, value_name = "DIR", env = "NIXGEN_OUT",
          value_hint = ValueHint::DirPath)]
    pub out: Option<PathBuf>,
    /// NixOS's options.json: what it does not have, no rendered module may set
    #[arg(long, global = true, value_name = "FILE", env = "NIXGEN_OPTIONS")]
    pub options: Option<PathBuf>,
    /// Refuse to render with a finding of this code, or with any of the `warnings`
    #[arg(long, global = true, value_name = "CODE", env = "NIXGEN_DENY", value_delimiter = ' ',
          hide_possible_values = true,
          value_parser = Offered(lint(Level::Deny), offered::codes))]
    pub deny: Vec<Lint>,
    /// Only warn of findings of this code
    #[arg(long, global = true, value_name = "CODE", env = "NIXGEN_WARN", value_delimiter = ' ',
          hide_possible_values = true,
          value_parser = Offered(lint(Level::Warn), offered::codes))]
    pub warn: Vec<Lint>,
    /// Say nothing of findings of this code; `data-risk` lets `render` put data at
    /// risk
    #[arg(long, global = true, value_name = "CODE", env = "NIXGEN_ALLOW", value_delimiter = ' ',
          hide_possible_values = true,
          value_parser = Offered(lint(Level::Allow), offered::codes))]
    pub allow: Vec<Lint>,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN",
          env = "NIXGEN_COLOR")]
    pub color: Color,
    /// Use no colours, as with a variable `NO_COLOR` that is not empty
    #[arg(long, global = true, conflicts_with = "color")]
    pub no_color: bool,
    /// How messages are written to standard error
    #[arg(long, global = true, value_enum, default_value_t = MessageFormat::Human,
          value_name = "FORMAT", env = "NIXGEN_MESSAGE_FORMAT")]
    pub message_format: MessageFormat,
    /// Print less: no diffs and no summary
    #[arg(short, long, global = true, env = "NIXGEN_QUIET",
          value_parser = FalseyValueParser::new(), conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print more: unchanged files too
    #[arg(short, long, global = true, env = "NIXGEN_VERBOSE",
          value_parser = FalseyValueParser::new())]
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

/// The name of the file that is looked for.
const CONFIG: &str = "cluster.toml";

impl Global {
    /// Decides which file is meant. One that was not named is looked for, unless it is
    /// to be made here.
    pub(super) fn locate(&mut self, is_new: bool) {
        let found = if is_new || self.named.is_some() { None } else { nearest(CONFIG) };
        self.is_above = found.as_deref().is_some_and(|found| found != Path::new(CONFIG));
        self.config = self.named.take().or(found).unwrap_or_else(|| PathBuf::from(CONFIG));
    }

    /// The levels of findings. Of two levels for one code the stricter one counts.
    pub fn lints(&self) -> Lints {
        let lists =
            [(Level::Allow, &self.allow), (Level::Warn, &self.warn), (Level::Deny, &self.deny)];
        lists.iter().flat_map(|(level, lints)| lints.iter().map(|lint| (*lint, *level))).collect()
    }
}

/// A file of this folder or of the nearest above it, as it is seen from here. What is
/// above a repository is no part of it.
fn nearest(name: &str) -> Option<PathBuf> {
    let here = Path::new(".").canonicalize().ok()?;
    let top = disk::repository(&here);
    let mut way = PathBuf::new();
    for folder in here.ancestors() {
        // A link that leads nowhere is the user's to mend.
        if folder.join(name).symlink_metadata().is_ok() {
            return Some(way.join(name));
        }
        if Some(folder) == top {
            return None;
        }
        way.push("..");
    }
    None
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
