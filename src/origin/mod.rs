//! Which values and names of `cluster.toml` a generated line comes from.
//!
//! A line comes from a value if it changes with the value, so every value is
//! changed in turn and the file rendered again. That holds for whatever lies
//! between the two: references, conditions, derived values, and templates of the
//! user's.

mod cut;
mod place;
mod vary;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use similar::{DiffTag, TextDiff};
use toml::de::DeValue;

use self::cut::{Cut, cut};
use self::place::{get, renamed, texts_under, with};
use self::vary::{Words, variants};
use crate::diagnostic::Code;
use crate::input::{self, Document};

pub use self::place::{KeyPath, Place, places};

/// Texts by path.
pub type Files = BTreeMap<String, String>;

/// Renders those files of a document whose paths are wanted; nothing of one that
/// makes no sense.
pub type Render<'r> = &'r (dyn Fn(&Document<'_>, &dyn Fn(&str) -> bool) -> Files + Sync);

/// The places that a line (from 1) of a file comes from, in the order of the
/// document.
pub fn of_line(document: &Document<'_>, path: &str, line: usize, render: Render<'_>) -> Vec<Place> {
    let one = |document: &Document<'_>| render(document, &|file| file == path).remove(path);
    let Some(text) = one(document) else { return Vec::new() };
    let Cut { document, text, line } = cut(document, &text, line, &one);
    let files = Files::from([(path.to_owned(), text)]);
    places(&document)
        .into_par_iter()
        .filter(|place| {
            let lines = lines_of(&document, place, &files, render);
            lines.get(path).is_some_and(|lines| lines.contains(&line))
        })
        .collect()
}

/// The lines (from 1) of files that come from a place of their document.
pub fn lines_of(
    document: &Document<'_>,
    place: &Place,
    files: &Files,
    render: Render<'_>,
) -> BTreeMap<String, BTreeSet<usize>> {
    let mut lines: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for changed in with_others(document, place, files, render) {
        for (path, new) in changed {
            if let Some(old) = files.get(&path) {
                lines.entry(path).or_default().extend(changed_lines(old, &new));
            }
        }
    }
    lines
}

/// The files with other values, or another name, at a place.
fn with_others(
    document: &Document<'_>,
    place: &Place,
    files: &Files,
    render: Render<'_>,
) -> Vec<Files> {
    if place.is_key {
        return renaming(document, place, files, render).into_iter().collect();
    }
    let Some(value) = get(document, &place.path) else { return Vec::new() };
    let alike = match place.path.last_key() {
        Some(key) => texts_under(document, key),
        None => Vec::new(),
    };
    variants(value, &Words::of(document), &alike)
        .iter()
        .filter_map(|text| DeValue::parse(text).ok())
        .map(|value| with(document, &place.path, value.into_inner()))
        .map(|changed| render(&changed, &|path| files.contains_key(path)))
        .collect()
}

/// The files with another name for a key. Renaming a machine renames its file.
fn renaming(
    document: &Document<'_>,
    place: &Place,
    files: &Files,
    render: Render<'_>,
) -> Option<Files> {
    let (_, old) = place.path.split_key()?;
    let new = format!("{old}x");
    let renamed = renamed(document, &place.path, &new)?;
    // The keys of the schema are no names: renamed, they are unknown.
    let mut log = Vec::new();
    input::decode(&renamed, &mut log);
    if log.iter().any(|found| found.code == Code::UnknownKey) {
        return None;
    }
    let before = |path: &str| {
        let same = files.contains_key(path).then(|| path.to_owned());
        same.or_else(|| Some(path.replace(&new, old)).filter(|path| files.contains_key(path)))
    };
    let changed = render(&renamed, &|path| before(path).is_some());
    Some(changed.into_iter().filter_map(|(path, text)| Some((before(&path)?, text))).collect())
}

/// The lines (from 1) of a text that another one does not have.
fn changed_lines(old: &str, new: &str) -> BTreeSet<usize> {
    let diff = TextDiff::from_lines(old, new);
    diff.ops()
        .iter()
        .map(similar::DiffOp::as_tag_tuple)
        .filter(|(tag, ..)| matches!(tag, DiffTag::Delete | DiffTag::Replace))
        .flat_map(|(_, old, _)| old.start + 1..old.end + 1)
        .collect()
}
