//! Which values and names of `cluster.toml` a generated line or option comes from,
//! and which keys that are left to their defaults.
//!
//! Both come from a value if they change with the value, so every value is
//! changed in turn and the file rendered again. That holds for whatever lies
//! between the two: references, conditions, derived values, and templates of the
//! user's.

mod cut;
mod groups;
mod lines;
mod options;
mod place;
mod schema;
mod vary;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use toml::de::DeValue;

use self::cut::{Cut, cut};
use self::lines::changed_lines;
use self::place::{renamed, with, without};
use self::vary::Others;
use crate::cluster::Cluster;
use crate::input::Document;
use crate::pipeline::{Files, Pipeline};

pub use self::groups::{Origins, Wanted, of_plan};
pub use self::options::{Attribute, Changed, Origin};
pub use self::place::{KeyPath, Machine, Part, Place, places};

/// A place that a line comes from.
#[derive(Debug)]
pub struct Cause {
    /// The place.
    pub place: Place,
    /// Its description in the schema.
    pub description: String,
}

/// The places that a line (from 1) of a file comes from: those that are written in
/// the order of the document, then those that are left out.
pub fn of_line(
    document: &Document<'_>,
    cluster: &Cluster,
    path: &str,
    line: usize,
    pipeline: &Pipeline,
) -> Vec<Cause> {
    let one = |document: &Document<'_>| pipeline.files(document, |file| file == path).remove(path);
    let Some(text) = one(document) else { return Vec::new() };
    let Cut { document, text, line } = cut(document, &text, line, &one);
    let files = Files::from([(path.to_owned(), text)]);
    let others = Others::of(&document);
    let mut all = places(&document);
    let left_out = others.schema().left_out(&document, &KeyPath::default(), &implied(cluster));
    all.extend(left_out);
    all.into_par_iter()
        .filter(|place| {
            let lines = of_place(&document, place, &others, &files, pipeline);
            lines.get(path).is_some_and(|lines| lines.contains(&line))
        })
        .map(|place| {
            let description = others.schema().description(&place.path).to_owned();
            Cause { place, description }
        })
        .collect()
}

/// The lines (from 1) of files that come from a place of their document.
pub fn lines_of(
    document: &Document<'_>,
    place: &Place,
    files: &Files,
    pipeline: &Pipeline,
) -> BTreeMap<String, BTreeSet<usize>> {
    of_place(document, place, &Others::of(document), files, pipeline)
}

/// Tables that a cluster has without their being written.
fn implied(cluster: &Cluster) -> Vec<KeyPath> {
    let volumes = cluster.vms.iter().flat_map(|vm| {
        let implied = vm.volumes.iter().filter(|volume| !volume.name.is_written());
        implied
            .map(|volume| KeyPath::of(&["vms", vm.name.as_str(), "volumes", volume.name.as_str()]))
    });
    volumes.collect()
}

fn of_place(
    document: &Document<'_>,
    place: &Place,
    others: &Others,
    files: &Files,
    pipeline: &Pipeline,
) -> BTreeMap<String, BTreeSet<usize>> {
    let mut lines: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    let changed = match place.part {
        Part::Name => renaming(document, place, others, files, pipeline).into_iter().collect(),
        Part::Value | Part::Default => each(document, place, others, |changed| {
            pipeline.files(changed, |path| files.contains_key(path))
        }),
    };
    for (path, new) in changed.into_iter().flatten() {
        if let Some(old) = files.get(&path) {
            lines.entry(path).or_default().extend(changed_lines(old, &new));
        }
    }
    lines
}

/// The outcomes of a document with each other value at a place, and without the
/// one that is written.
fn each<T>(
    document: &Document<'_>,
    place: &Place,
    others: &Others,
    make: impl Fn(&Document<'_>) -> T,
) -> Vec<T> {
    let texts = others.than(document, place);
    let values = texts.iter().filter_map(|text| DeValue::parse(text).ok());
    let changed = values.map(|value| with(document, &place.path, value.into_inner()));
    let without = (place.part == Part::Value).then(|| without(document, &place.path));
    changed.chain(without.flatten()).map(|changed| make(&changed)).collect()
}

/// The files with another name for a key. Renaming a machine renames its file.
fn renaming(
    document: &Document<'_>,
    place: &Place,
    others: &Others,
    files: &Files,
    pipeline: &Pipeline,
) -> Option<Files> {
    // The keys of the schema are no names: renamed, they are unknown.
    if !others.schema().is_name(&place.path) {
        return None;
    }
    let (_, old) = place.path.split_key()?;
    let new = format!("{old}x");
    let renamed = renamed(document, &place.path, &new)?;
    let before = |path: &str| {
        let same = files.contains_key(path).then(|| path.to_owned());
        same.or_else(|| Some(path.replace(&new, old)).filter(|path| files.contains_key(path)))
    };
    let changed = pipeline.files(&renamed, |path| before(path).is_some());
    Some(changed.into_iter().filter_map(|(path, text)| Some((before(&path)?, text))).collect())
}
