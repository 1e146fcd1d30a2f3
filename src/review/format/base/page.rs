//! For a browser.

use serde::Serialize;

use super::{named, nothing_known, place, template};
use crate::review::Base;
use crate::review::base::short;
use crate::review::format::sides::Sides;

/// The meaning of the changes.
#[derive(Serialize)]
pub struct Intent<'a> {
    name: String,
    head: Option<&'a str>,
    revision: &'a str,
    is_known: bool,
    values: Vec<Value<'a>>,
    templates: Vec<Template<'a>>,
    mistakes: &'a [String],
}

/// A changed value of the source.
#[derive(Serialize)]
struct Value<'a> {
    path: &'a str,
    place: String,
    change: Sides,
}

/// A changed template of the user's.
#[derive(Serialize)]
struct Template<'a> {
    name: &'a str,
    change: String,
}

/// The state of the tree before.
#[derive(Serialize)]
pub struct Drift<'a> {
    revision: &'a str,
    not_known: Option<String>,
    is_none: bool,
}

impl<'a> Intent<'a> {
    pub fn new(base: &'a Base, source: &str) -> Self {
        let values = base.intent.iter().flatten().map(|change| Value {
            path: &change.path,
            place: place(change, source),
            change: Sides::new(&change.difference),
        });
        let mut values: Vec<_> = values.collect();
        values.sort_by_key(|value| !value.change.is_removal());
        let templates = base.templates.iter();
        Self {
            name: named(base),
            head: base.head.as_deref().map(short),
            revision: &base.revision,
            is_known: base.intent.is_some(),
            values,
            templates: templates
                .map(|change| Template { name: &change.name, change: template(change) })
                .collect(),
            mistakes: &base.mistakes,
        }
    }
}

impl<'a> Drift<'a> {
    pub fn new(base: &'a Base) -> Self {
        Self {
            revision: &base.revision,
            not_known: nothing_known(base),
            is_none: base.drifted().is_empty(),
        }
    }
}
