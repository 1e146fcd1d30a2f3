//! Machines that are written alike and change alike: what is found out about one
//! of them holds for all.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use toml::de::DeValue;

use super::options::of_options;
use super::place::{REFERRED, collect, get, table};
use super::schema::Schema;
use super::{Attribute, Changed, KeyPath, Machine, Origin, Part, Place, implied};
use crate::cluster::Cluster;
use crate::input::Document;
use crate::nix::attrs::AttrPath;
use crate::pipeline::Pipeline;
use crate::source::Span;

/// Attributes whose origins are wanted: those of one machine, or nobody's.
#[derive(Debug, Default)]
pub struct Wanted<'a> {
    /// The machine.
    pub machine: Option<Machine<'a>>,
    /// Whether it was not there before.
    pub is_new: bool,
    /// The module that is its own.
    pub module: Option<&'a str>,
    /// The attributes.
    pub attributes: BTreeSet<Attribute>,
}

/// The origins that could be found out.
#[derive(Debug, Default)]
pub struct Origins {
    /// The origins by attribute.
    pub found: BTreeMap<Attribute, Origin>,
    /// The number of attributes that were not looked at.
    pub left_out: usize,
}

/// So many different machines are looked at.
const MOST: usize = 24;

/// The origins of attributes that a plan changes.
pub fn of_plan(
    document: &Document<'_>,
    cluster: &Cluster,
    wanted: &[Wanted<'_>],
    changed: &Changed,
    pipeline: &Pipeline,
) -> Origins {
    let schema = Schema::new();
    let implied = implied(cluster);
    let mut groups: BTreeMap<_, Vec<&Wanted<'_>>> = BTreeMap::new();
    for wanted in wanted {
        groups.entry(shape(document, &schema, wanted)).or_default().push(wanted);
    }
    let mut groups: Vec<Vec<&Wanted<'_>>> = groups.into_values().collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
    let rest = groups.split_off(groups.len().min(MOST));
    // What is nobody's is made of all that change.
    let all: Vec<Machine<'_>> = groups.iter().filter_map(|group| group.first()?.machine).collect();
    let found = groups.into_par_iter().flat_map_iter(|group| {
        let Some(&one) = group.first() else { return Vec::new() };
        let who = (one.machine, one.is_new);
        let own = one.machine.as_ref().map_or(all.as_slice(), std::slice::from_ref);
        let origins = of_options(document, &implied, own, who, &one.attributes, changed, pipeline);
        let of_each = group.into_iter().flat_map(move |other| {
            let of_one: Vec<_> = origins
                .iter()
                .map(|(attribute, origin)| {
                    (one.to(other, attribute), origin_of(one, other, origin, document))
                })
                .collect();
            of_one
        });
        of_each.collect::<Vec<_>>()
    });
    Origins {
        found: found.collect(),
        left_out: rest.iter().flatten().map(|wanted| wanted.attributes.len()).sum(),
    }
}

/// Everything about a machine on which it can depend what its options come from:
/// the keys that it has, the choices and names that it writes, and what changes.
type Shape = (Option<String>, bool, Vec<(KeyPath, String)>, BTreeSet<Attribute>);

fn shape(document: &Document<'_>, schema: &Schema, wanted: &Wanted<'_>) -> Shape {
    let Some(own) = wanted.table() else {
        return (None, false, Vec::new(), wanted.attributes.clone());
    };
    let nobody = Wanted {
        machine: wanted.machine.map(|it| Machine { name: "", ..it }),
        ..Wanted::default()
    };
    let mut places = Vec::new();
    if let Some(node) = get(document, &own) {
        collect(node, &own, &mut places);
    }
    let says = |place: &Place| {
        let value = get(document, &place.path).map(toml::Spanned::get_ref);
        match value {
            Some(DeValue::Boolean(value)) => value.to_string(),
            Some(DeValue::String(text)) if means_something(document, schema, &place.path, text) => {
                text.to_string()
            }
            _ => String::new(),
        }
    };
    let keys = places.iter().filter_map(|place| Some((place.path.below(&own)?, says(place))));
    (
        wanted.machine.map(|machine| machine.table.to_owned()),
        wanted.is_new,
        keys.collect(),
        wanted.attributes.iter().map(|attribute| wanted.to(&nobody, attribute)).collect(),
    )
}

/// Whether a text is one of few, or a name that is defined elsewhere.
fn means_something(document: &Document<'_>, schema: &Schema, path: &KeyPath, text: &str) -> bool {
    schema.at(path).is_some_and(|schema| schema.get("enum").is_some())
        || REFERRED.iter().filter_map(|keys| table(document, keys)).any(|it| it.contains_key(text))
}

impl Wanted<'_> {
    /// The table of the machine.
    fn table(&self) -> Option<KeyPath> {
        self.machine.map(|machine| KeyPath::of(&[machine.table, machine.name]))
    }

    /// The attribute of another machine that is what this one's is.
    fn to(&self, other: &Wanted<'_>, attribute: &Attribute) -> Attribute {
        let (Some(one), Some(another)) = (self.machine, other.machine) else {
            return attribute.clone();
        };
        let is_own = self.module == Some(attribute.file.as_str());
        let file = match other.module {
            _ if !is_own => attribute.file.clone(),
            file => file.unwrap_or_default().to_owned(),
        };
        let definition = AttrPath::of(&["definitions", one.name]);
        let is_defined = attribute.path.segments().starts_with(definition.segments());
        let path = if is_defined && !is_own {
            attribute.path.with(1, another.name)
        } else {
            attribute.path.clone()
        };
        Attribute { file, path }
    }
}

/// The origin of one machine's attribute, as it is on another one.
fn origin_of(
    one: &Wanted<'_>,
    other: &Wanted<'_>,
    origin: &Origin,
    document: &Document<'_>,
) -> Origin {
    let (Some(own), Some(others)) = (one.table(), other.table()) else { return origin.clone() };
    let places = origin.places.iter().map(|place| match place.path.below(&own) {
        Some(rest) => {
            let path = others.then(&rest);
            let span = span(document, &path, place.part);
            Place { path, span, part: place.part }
        }
        None => place.clone(),
    });
    Origin { places: places.collect(), ..*origin }
}

/// The text that writes a value or name.
fn span(document: &Document<'_>, path: &KeyPath, part: Part) -> Option<Span> {
    match part {
        Part::Value => get(document, path).map(toml::Spanned::span),
        Part::Name => {
            let (keys, name) = path.split_key()?;
            table(document, &keys)?.get_key_value(name).map(|(key, _)| key.span())
        }
        Part::Default => None,
    }
}
