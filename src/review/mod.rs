//! The meaning of a change set: which files change, which options of which machine,
//! and what it costs to bring them about. One [`Plan`] is made, and every format
//! for people and programs from it.

mod base;
mod class;
mod data;
mod difference;
mod findings;
pub mod format;
mod hunks;
mod impact;
mod intent;
mod lifecycle;
mod machines;
mod marks;
mod modules;
mod nodes;
mod options;
mod origins;
pub(crate) mod redact;
mod words;

pub use base::{Base, TemplateChange, templates};
pub use class::Class;
pub use difference::Difference;
pub use findings::{Finding, Level, Place};
pub use hunks::{File, Hunk, Line, Tag, file, files, line_counts};
pub use intent::{ValueChange, intent};
use nodes::nodes;
pub use nodes::{at_risk, at_risk_by};
pub use origins::{Key, TemplateLine};

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::cluster::Cluster;
use crate::disk::ChangeSet;
use crate::origin::{Attribute, Changed};
use crate::source::Source;

/// The version of the plan document. It grows when a program that reads the
/// last one would misread this one; new properties alone do not raise it.
pub const FORMAT_VERSION: u32 = 1;

/// The changes that `nixgen render` would make, and what they mean for each machine.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Plan {
    /// The version of this format.
    pub format_version: u32,
    /// The name of the cluster.
    pub name: String,
    /// The name of the file that everything is rendered from.
    pub source: String,
    /// How many files there are of each kind.
    pub summary: Summary,
    /// The heaviest impact on any machine.
    pub impact: Class,
    /// The machines that something changes for, by their names.
    pub nodes: Vec<Node>,
    /// Data that changes and is no machine's own, for Nix code of the user's.
    pub cluster: Vec<OptionChange>,
    /// The files that change, by their paths.
    pub files: Vec<File>,
    /// The revision that it begins at, where that is not the tree on disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<Base>,
    /// How many of the changed options are without their keys, because too many
    /// machines change in too many ways.
    #[serde(skip_serializing_if = "is_zero")]
    pub untraced: usize,
    /// Every attribute that differs, also those that only repeat an option.
    #[serde(skip)]
    changed: Changed,
    /// The modules that are one machine's own and change, by its name.
    #[serde(skip)]
    modules: BTreeMap<String, String>,
}

#[expect(clippy::trivially_copy_pass_by_ref)] // serde asks so
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// How many files there are of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Summary {
    /// Files that are made.
    pub create: usize,
    /// Files that are replaced.
    pub update: usize,
    /// Files that go.
    pub delete: usize,
    /// Files that are as they should be.
    pub unchanged: usize,
    /// Files that are not wanted, and stay because a person changed them.
    pub kept: usize,
    /// Files that were handed over to a person.
    pub ejected: usize,
}

/// A machine, and what changes for it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// The line of the source that names it, from 1; none for one that goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Its kind.
    pub kind: Kind,
    /// The host that carries it, or did, for a VM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Whether it comes, goes or changes.
    pub action: NodeAction,
    /// The heaviest impact on it.
    pub impact: Class,
    /// Why that is its impact, the heaviest reason first.
    pub reasons: Vec<Reason>,
    /// The options that change, by their paths.
    pub options: Vec<OptionChange>,
}

impl Node {
    /// The label of an impact on it: what goes stops, and does not restart.
    pub(crate) const fn label(&self, impact: Class) -> &'static str {
        match (self.action, impact) {
            (NodeAction::Remove, Class::Restart) => "VM stops",
            _ => impact.label(self.kind),
        }
    }
}

/// The kind of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A physical machine.
    Host,
    /// A MicroVM.
    Vm,
}

/// Whether a machine comes, goes or changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NodeAction {
    /// It is new.
    Add,
    /// It is there before and after.
    Change,
    /// It is no longer wanted.
    Remove,
}

/// Why a machine has an impact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Reason {
    /// The impact.
    pub impact: Class,
    /// The systemd unit that restarts, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The option behind it, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub option: Option<String>,
    /// The event, for people.
    pub text: String,
}

/// An option that changes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, JsonSchema)]
pub struct OptionChange {
    /// Its path as in Nix. Data of `lib/domains` begins with `data`.
    pub path: String,
    /// The values on disk and rendered.
    #[serde(flatten)]
    pub difference: Difference,
    /// The impact on the machine.
    pub impact: Class,
    /// The file that sets it.
    pub file: String,
    /// The line of the rendered file, from 1, where it is set there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The keys of the source that can have changed it, or that it comes from: the
    /// likeliest first, and three at most.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<Key>,
    /// The line of the template that sets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<TemplateLine>,
    /// The attribute that brings it about: the option itself, or the import of the
    /// module that sets it.
    #[serde(skip)]
    source: Attribute,
    /// The machine whose attribute that is, if it is one's.
    #[serde(skip)]
    owner: Option<String>,
}

impl Plan {
    /// Everything about a change set.
    pub fn new(source: &Source, cluster: &Cluster, changes: &ChangeSet<'_>) -> Self {
        let modules = modules::read(cluster, changes);
        let (mut nodes, cluster_data) = nodes(cluster, changes, &modules);
        for node in &mut nodes {
            let span = machines::span(cluster, &node.name);
            node.line = span.map(|span| source.position(span.start).line);
        }
        Self {
            format_version: FORMAT_VERSION,
            name: cluster.name.to_string(),
            source: cluster.source.clone(),
            summary: Summary::of(changes),
            impact: nodes.iter().map(|node| node.impact).max().unwrap_or(Class::None),
            nodes,
            cluster: cluster_data,
            files: files(changes),
            base: None,
            untraced: 0,
            changed: modules::changed(changes, &modules),
            modules: modules::own(&modules),
        }
    }
}

impl Summary {
    fn of(changes: &ChangeSet<'_>) -> Self {
        let mut summary = Self::default();
        for change in changes.all() {
            summary.create += usize::from(change.creates());
            summary.update += usize::from(change.updates() || change.is_refused());
            summary.delete += usize::from(change.deletes());
            summary.unchanged += usize::from(change.is_clean());
            summary.kept += usize::from(change.is_kept());
            summary.ejected += usize::from(change.is_ejected());
        }
        summary
    }
}
