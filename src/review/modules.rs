//! The Nix files that change, and which machines are made of them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use rayon::prelude::*;

use super::class::Class;
use super::data::{self, Owner};
use super::{Difference, OptionChange};
use crate::cluster::{Cluster, Host};
use crate::disk::{Change, ChangeSet};
use crate::nix::attrs::{AttrPath, Attrs, Changed, Entry};
use crate::nix::below_root;
use crate::origin::{self, Attribute};
use crate::outputs::{self, DataFile};
use crate::render::Language;

/// A Nix file that changes.
#[derive(Debug)]
pub(super) struct Module<'a> {
    pub(super) path: &'a str,
    pub(super) is: Is,
    pub(super) old: Cow<'a, Attrs>,
    pub(super) new: Attrs,
    /// Whether what is on disk cannot be read, so that nothing is known of it.
    pub(super) unreadable: bool,
    text: &'a str,
    /// Where the lines of the rendered text begin.
    lines: OnceLock<Vec<usize>>,
}

/// The part of a file in the machines.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Is {
    /// The module that is a machine's own, by its name.
    Own(String),
    /// A data file.
    Data(DataFile),
    /// The functions that make modules of the data: every VM is made by them.
    Adapters,
    /// The flake: every machine is made by it.
    Flake,
    /// A module that others import.
    Shared,
}

/// A module that is not there.
static NOTHING: Attrs = Attrs { entries: BTreeMap::new() };

impl Module<'_> {
    /// The options that differ.
    pub(super) fn changes(&self) -> Vec<Changed<'_>> {
        self.old.changes(&self.new)
    }

    /// The options that differ for a machine that was made of this module, or
    /// is, or both.
    pub(super) fn all(&self, was: bool, is: bool) -> Vec<Changed<'_>> {
        let old = if was { &self.old } else { &NOTHING };
        old.changes(if is { &self.new } else { &NOTHING })
    }

    /// A change of this module, shown at a path, but for its values.
    pub(super) fn option(&self, path: String, change: &Changed<'_>, impact: Class) -> OptionChange {
        let owner = match &self.is {
            Is::Own(name) => Some(name.as_str()),
            Is::Data(file) => match data::place(*file, change.path) {
                Some((Owner::Machine(name), _)) => Some(name),
                _ => None,
            },
            Is::Adapters | Is::Flake | Is::Shared => None,
        };
        OptionChange {
            path,
            difference: Difference::default(),
            impact,
            file: self.path.to_owned(),
            line: change.new.map(|entry| self.line(entry)),
            keys: Vec::new(),
            template: None,
            source: self.attribute(change.path.clone()),
            owner: owner.map(str::to_owned),
        }
    }

    /// An attribute of this module.
    pub(super) fn attribute(&self, path: AttrPath) -> Attribute {
        Attribute { file: self.path.to_owned(), path }
    }

    /// The line of an entry of the rendered text, from 1.
    fn line(&self, entry: &Entry) -> usize {
        let lines = self.lines.get_or_init(|| {
            std::iter::once(0).chain(self.text.match_indices('\n').map(|(at, _)| at + 1)).collect()
        });
        lines.partition_point(|start| *start <= entry.offset)
    }
}

/// The Nix files that change, in the order of their paths.
pub(super) fn read<'a>(cluster: &Cluster, changes: &'a ChangeSet<'_>) -> Vec<Module<'a>> {
    let folder = outputs::DOMAINS.path(cluster);
    let data: Vec<_> = DataFile::ALL.iter().map(|file| (*file, file.below(&folder))).collect();
    let [adapters, flake] = [outputs::ADAPTERS, outputs::FLAKE].map(|it| it.path(cluster));
    let wanted: Vec<&Change<'_>> = changes
        .differing()
        .filter(|change| Language::of(&change.path) == Some(Language::Nix))
        .filter(|change| change.in_the_way.is_none() && !change.is_kept() && !change.is_ejected())
        .collect();
    let mut modules: Vec<Module<'a>> = wanted
        .into_par_iter()
        .map(|change| {
            let text = change.new.map_or("", |file| file.text());
            let (old, new) = rayon::join(
                || change.old_attrs(),
                || change.new.and_then(|file| file.text().parse::<Attrs>().ok()),
            );
            let unreadable = change.old.is_some() && old.is_none();
            let old = old.map_or_else(Cow::default, Cow::Borrowed);
            let new = new.unwrap_or_default();
            let file = data.iter().find(|(_, path)| path.inside() == change.path);
            let name = |attrs| machine(cluster, &change.path, attrs);
            let is = match (file, name(&new).or_else(|| name(&old))) {
                (Some((file, _)), _) => Is::Data(*file),
                _ if change.path == adapters.inside() => Is::Adapters,
                _ if change.path == flake.inside() => Is::Flake,
                (None, Some(machine)) => Is::Own(machine),
                (None, None) => Is::Shared,
            };
            Module { path: &change.path, is, old, new, unreadable, text, lines: OnceLock::new() }
        })
        .collect();
    add_imported(&mut modules, changes);
    modules
}

/// Every attribute that differs, file by file, and those that say nothing by
/// themselves: lists over all machines.
pub(super) fn changed(changes: &ChangeSet<'_>, modules: &[Module<'_>]) -> origin::Changed {
    let attributes = modules.iter().filter(|module| !module.unreadable).map(|module| {
        let differing = module.changes().into_iter().map(|change| change.path);
        let follow = module.new.entries.keys().filter(|path| match module.is {
            Is::Data(file) => data::place(file, path).is_none(),
            _ => false,
        });
        (module.path.to_owned(), differing.chain(follow).cloned().collect())
    });
    let read = modules.iter().filter(|module| !module.unreadable).map(|module| module.path);
    let read: BTreeSet<&str> = read.collect();
    let unknown = changes.differing().filter(|change| !read.contains(change.path.as_str()));
    let whole = changes.differing().filter(|it| it.old.is_none() || it.new.is_none());
    origin::Changed {
        attributes: attributes.collect(),
        whole: whole.map(|change| change.path.clone()).collect(),
        unknown: unknown.map(|change| change.path.clone()).collect(),
    }
}

/// The modules that are one machine's own, by its name.
pub(super) fn own(modules: &[Module<'_>]) -> BTreeMap<String, String> {
    let own = modules.iter().filter_map(|module| match &module.is {
        Is::Own(machine) => Some((machine.clone(), module.path.to_owned())),
        _ => None,
    });
    own.collect()
}

/// Adds the modules that do not change and that a machine comes to import, or no
/// longer does: what they set changes for that machine.
fn add_imported<'a>(modules: &mut Vec<Module<'a>>, changes: &'a ChangeSet<'_>) {
    let mut wanted: Vec<String> = Vec::new();
    for module in modules.iter() {
        let (old, new): (BTreeSet<&str>, BTreeSet<&str>) =
            (module.old.imports().collect(), module.new.imports().collect());
        let differing = old.symmetric_difference(&new);
        wanted.extend(differing.filter_map(|import| below_root(module.path, import)));
    }
    while let Some(path) = wanted.pop() {
        let unchanged = changes.all().find(|change| change.path == path && change.is_clean());
        let Some((change, file)) = unchanged.and_then(|change| Some((change, change.new?))) else {
            continue;
        };
        let Ok(attrs) = file.text().parse::<Attrs>() else { continue };
        if modules.iter().any(|module| module.path == path) {
            continue;
        }
        wanted.extend(attrs.imports().filter_map(|import| below_root(&path, import)));
        modules.push(Module {
            path: &change.path,
            is: Is::Shared,
            old: Cow::Owned(attrs.clone()),
            new: attrs,
            unreadable: false,
            text: file.text(),
            lines: OnceLock::new(),
        });
    }
}

/// The machine whose own module a file is: that of the table that it is rendered of, or
/// that of the host name which it sets.
fn machine(cluster: &Cluster, path: &str, attrs: &Attrs) -> Option<String> {
    let folder = outputs::HOSTS.path(cluster);
    let is_its = |host: &&Host| outputs::module_of(&host.name, &folder).inside() == path;
    let named = |name: &&str| cluster.hosts.iter().find(|host| host.host_name.as_str() == *name);
    let set = attrs.get(&["networking", "hostName"])?.text();
    let host = cluster.hosts.iter().find(is_its).or_else(|| named(set.as_ref()?));
    host.map(|host| host.name.to_string()).or_else(|| set.map(str::to_owned))
}

/// Which machines import a file, directly or through others.
#[derive(Debug, Default)]
pub(super) struct Imports {
    /// Files by those that they import.
    edges: BTreeMap<String, BTreeSet<String>>,
    /// The files that are a machine's own, by its name.
    own: BTreeMap<String, String>,
}

impl Imports {
    /// Reads the imports of every file, before or after. Those of files that do
    /// not change are the same then and now.
    pub(super) fn read(
        cluster: &Cluster,
        changes: &ChangeSet<'_>,
        modules: &[Module<'_>],
        after: bool,
    ) -> Self {
        let known: BTreeMap<&str, &Module<'_>> =
            modules.iter().map(|module| (module.path, module)).collect();
        let unchanged: Vec<(String, Attrs)> = changes
            .all()
            .collect::<Vec<_>>()
            .into_par_iter()
            .filter(|change| Language::of(&change.path) == Some(Language::Nix))
            .filter(|change| !known.contains_key(change.path.as_str()))
            .filter_map(|change| {
                let text = change.new?.rendered();
                // Plain data imports nothing.
                let attrs = text.contains("imports").then(|| text.parse::<Attrs>().ok())??;
                Some((change.path.clone(), attrs))
            })
            .collect();
        let mut imports = Self::default();
        for (path, attrs) in &unchanged {
            imports.add(cluster, path, attrs);
        }
        for module in modules {
            imports.add(cluster, module.path, if after { &module.new } else { &module.old });
        }
        imports
    }

    fn add(&mut self, cluster: &Cluster, path: &str, attrs: &Attrs) {
        if let Some(machine) = machine(cluster, path, attrs) {
            self.own.insert(machine, path.to_owned());
        }
        let imported = attrs.imports().filter_map(|import| below_root(path, import));
        self.edges.entry(path.to_owned()).or_default().extend(imported);
    }

    /// Every file that a machine is made of, its own included.
    pub(super) fn files_of(&self, machine: &str) -> BTreeSet<&str> {
        let mut seen = BTreeSet::new();
        let mut next: Vec<&str> = self.own.get(machine).map(String::as_str).into_iter().collect();
        while let Some(path) = next.pop() {
            if seen.insert(path) {
                next.extend(self.edges.get(path).into_iter().flatten().map(String::as_str));
            }
        }
        seen
    }
}
