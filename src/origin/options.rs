//! Which keys the options come from that a plan changes.
//!
//! A machine is looked at with the part of the document that it depends on, so
//! that this costs the same in clusters of any size. The keys of its own table
//! come first, and the rest is only tried for what these do not explain.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use rayon::prelude::*;

use super::cut::around;
use super::place::{Machine, REFERRED, Step, renamed};
use super::vary::Others;
use super::{KeyPath, Part, Place, each, places};
use crate::input::Document;
use crate::nix::attrs::{AttrPath, Attrs};
use crate::pipeline::Pipeline;
use crate::render::{Language, Planned, RenderedFile};

/// An attribute that a file sets.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Attribute {
    /// The file.
    pub file: String,
    /// The way to it in the file.
    pub path: AttrPath,
}

/// The attributes and files that a plan changes.
#[derive(Debug, Default)]
pub struct Changed {
    /// The attributes that differ, file by file.
    pub attributes: BTreeMap<String, BTreeSet<AttrPath>>,
    /// Files that come or go as a whole.
    pub whole: BTreeSet<String>,
    /// Files of which nothing is known.
    pub unknown: BTreeSet<String>,
}

/// The keys and the template that an attribute comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The likeliest keys, the nearest first: those that can have changed it
    /// without changing more than the plan does, or else those that it comes from.
    pub places: Vec<Place>,
    /// The template and its line, from 1.
    pub template: Option<(&'static str, usize)>,
}

/// So many keys are named at most.
const MOST: usize = 3;

/// The origins of attributes that are one machine's, or nobody's, as far as they
/// show with some machines. A new machine's come from its own table, or from its
/// being there.
pub(super) fn of_options(
    document: &Document<'_>,
    implied: &[KeyPath],
    machines: &[Machine<'_>],
    (machine, is_new): (Option<Machine<'_>>, bool),
    sought: &BTreeSet<Attribute>,
    changed: &Changed,
    pipeline: &Pipeline,
) -> BTreeMap<Attribute, Origin> {
    let document = around(document, machines);
    let Some(base) = Base::of(&document, changed, pipeline) else { return BTreeMap::new() };
    let others = Others::of(&document);
    let mut found: BTreeMap<&Attribute, Found> = BTreeMap::new();
    for (nearness, stage) in stages(&document, &others, implied, machine) {
        let is_own = nearness <= OWN_DEFAULT;
        if (is_new && !is_own) || sought.iter().all(|it| is_explained(found.get(it))) {
            break;
        }
        let tried: Vec<_> = stage
            .into_par_iter()
            .map(|place| (base.with_others(&document, &place, &others), place))
            .collect();
        for (variants, place) in tried {
            for differing in variants {
                let is_likely = differing.iter().all(|attribute| changed.has(attribute));
                for attribute in differing.iter().filter_map(|it| sought.get(it)) {
                    found.entry(attribute).or_default().add(&place, is_likely);
                }
            }
        }
    }
    let origin = |attribute: &Attribute| {
        let places = found.remove(attribute).map(|it| it.places(is_new)).unwrap_or_default();
        (attribute.clone(), Origin { places, template: base.template(attribute) })
    };
    sought.iter().map(origin).collect()
}

impl Changed {
    fn has(&self, attribute: &Attribute) -> bool {
        let of_file = self.attributes.get(&attribute.file);
        of_file.is_some_and(|paths| paths.contains(&attribute.path))
    }
}

/// The places that an attribute changes with.
#[derive(Default)]
struct Found {
    /// Those that can change nothing else than the plan does.
    likely: Vec<Place>,
    others: Vec<Place>,
}

impl Found {
    fn add(&mut self, place: &Place, is_likely: bool) {
        let places = if is_likely { &mut self.likely } else { &mut self.others };
        if !places.contains(place) {
            places.push(place.clone());
        }
    }

    /// The likeliest of them; what is written says more than what is left out. All
    /// of a new machine is new, so that nothing of it is likelier than the rest.
    fn places(self, is_new: bool) -> Vec<Place> {
        let mut places = self.likely;
        if is_new || places.is_empty() {
            places.extend(self.others);
        }
        places.sort_by_key(|place| place.part == Part::Default);
        places.truncate(MOST);
        places
    }
}

fn is_explained(found: Option<&Found>) -> bool {
    found.is_some_and(|found| !found.likely.is_empty())
}

const OWN_DEFAULT: usize = 1;

/// The top tables in the order in which they are tried, once a machine's own is.
const TABLES: [&str; 7] = ["cluster", "network", "roles", "hosts", "workloads", "outputs", "vms"];

/// The places of a document by how near they are to a machine: its own, then
/// those of one table after the other; what is written before what is not.
fn stages(
    document: &Document<'_>,
    others: &Others,
    implied: &[KeyPath],
    machine: Option<Machine<'_>>,
) -> BTreeMap<usize, Vec<Place>> {
    let own = machine.map(|machine| KeyPath::of(&[machine.table, machine.name]));
    let nearness = |place: &Place| {
        let is_default = usize::from(place.part == Part::Default);
        if own.as_ref().is_some_and(|own| place.path.below(own).is_some()) {
            return Some(is_default);
        }
        let Some(Step::Key(top)) = place.path.0.first() else { return None };
        let at = TABLES.iter().position(|table| table == top)?;
        Some(OWN_DEFAULT + 1 + is_default * TABLES.len() + at)
    };
    let mut all = places(document);
    all.extend(others.schema().left_out(document, &KeyPath::default(), implied));
    let mut stages: BTreeMap<usize, Vec<Place>> = BTreeMap::new();
    for place in all.into_iter().filter(|place| !is_fixed(place, others)) {
        if let Some(nearness) = nearness(&place) {
            stages.entry(nearness).or_default().push(place);
        }
    }
    stages
}

/// Whether a key has a name that is not to be changed: one of the schema's own, or
/// one under which other values and files are known.
fn is_fixed(place: &Place, others: &Others) -> bool {
    let is_referred = || {
        let keys = place.path.split_key().map(|(keys, _)| keys).unwrap_or_default();
        REFERRED.contains(&keys.as_slice())
    };
    place.part == Part::Name && (!others.schema().is_name(&place.path) || is_referred())
}

/// The files that a document makes, as far as they had to be read.
struct Base<'a> {
    pipeline: &'a Pipeline,
    changed: &'a Changed,
    files: BTreeMap<String, (Planned, OnceLock<Option<Set>>)>,
}

/// The attributes that a Nix file sets.
struct Set {
    attrs: Attrs,
    file: RenderedFile,
}

impl<'a> Base<'a> {
    fn of(document: &Document<'_>, changed: &'a Changed, pipeline: &'a Pipeline) -> Option<Self> {
        let files = nix(document, changed, pipeline)?;
        let files = files.into_iter().map(|(path, planned)| (path, (planned, OnceLock::new())));
        Some(Self { pipeline, changed, files: files.collect() })
    }

    fn set(&self, path: &str) -> Option<&Set> {
        let (planned, set) = self.files.get(path)?;
        set.get_or_init(|| read(planned, self.pipeline)).as_ref()
    }

    fn template(&self, attribute: &Attribute) -> Option<(&'static str, usize)> {
        let Set { attrs, file } = self.set(&attribute.file)?;
        let line = file.template_line(attrs.entries.get(&attribute.path)?.offset)?;
        Some((file.template.name, line))
    }

    /// The attributes that differ with each other value of a place, or with
    /// another name.
    fn with_others(
        &self,
        document: &Document<'_>,
        place: &Place,
        others: &Others,
    ) -> Vec<BTreeSet<Attribute>> {
        let mut all = match (place.part, place.path.last_key()) {
            (Part::Name, Some(name)) => {
                let renamed = renamed(document, &place.path, &format!("{name}x"));
                renamed.iter().map(|changed| self.differing(changed)).collect()
            }
            _ => each(document, place, others, |changed| self.differing(changed)),
        };
        all.retain(|differing| !differing.is_empty());
        all
    }

    /// The attributes that differ in what another document makes. A file that is
    /// made of the same values is not rendered. One that only one of them makes
    /// counts where the plan makes or deletes it.
    fn differing(&self, document: &Document<'_>) -> BTreeSet<Attribute> {
        let Some(new) = nix(document, self.changed, self.pipeline) else { return BTreeSet::new() };
        let paths: BTreeSet<&String> = self.files.keys().chain(new.keys()).collect();
        let none = Attrs::default();
        let mut found = BTreeSet::new();
        for path in paths {
            let counts = match (self.files.get(path), new.get(path)) {
                (Some((old, _)), Some(new)) => !old.is_made_of_the_same(new),
                _ => self.changed.whole.contains(path),
            };
            if !counts {
                continue;
            }
            let new = new.get(path).and_then(|planned| read(planned, self.pipeline));
            let old = self.set(path).map_or(&none, |set| &set.attrs);
            let new = new.as_ref().map_or(&none, |set| &set.attrs);
            found.extend(
                old.changes(new)
                    .into_iter()
                    .map(|change| Attribute { file: path.clone(), path: change.path.clone() }),
            );
        }
        found
    }
}

/// The Nix files of a document that can be compared, by their paths.
fn nix(
    document: &Document<'_>,
    changed: &Changed,
    pipeline: &Pipeline,
) -> Option<BTreeMap<String, Planned>> {
    let plan = pipeline.plan(document)?;
    let is_wanted = |planned: &Planned| {
        let path = planned.path.inside();
        Language::of(path) == Some(Language::Nix) && !changed.unknown.contains(path)
    };
    let files = plan.into_iter().filter(is_wanted);
    Some(files.map(|planned| (planned.path.to_string(), planned)).collect())
}

fn read(planned: &Planned, pipeline: &Pipeline) -> Option<Set> {
    let file = pipeline.render(vec![planned.clone()]).ok()?.pop()?;
    Some(Set { attrs: file.text.parse().ok()?, file })
}
