//! Help that takes the whole document: which key a finding is about, where a key
//! belongs, and how its value is shaped.

use std::collections::HashMap;

use toml::de::DeValue;

use super::Document;
use super::example::{self, Example};
use super::keys::{Key, Keys};
use crate::diagnostic::{Code, Diagnostic};
use crate::text::listed;

/// Words of other tools for keys of machines and users.
const SYNONYMS: &[(&str, &str)] = &[
    ("ram", "memory"),
    ("mem", "memory"),
    ("mem_limit", "memory"),
    ("cpu", "vcpu"),
    ("cpus", "vcpu"),
    ("cores", "vcpu"),
    ("address", "ip"),
    ("network", "vlan"),
    ("networks", "vlan"),
    ("ipv4", "ip"),
    ("interface", "uplink"),
    ("nic", "uplink"),
    ("keys", "ssh_keys"),
    ("authorized_keys", "ssh_keys"),
    ("modules", "extra_modules"),
    ("imports", "extra_modules"),
    ("packages", "extra_modules"),
];

/// A key of the document, with its value.
struct Found<'d> {
    way: Vec<&'d str>,
    value: &'d DeValue<'d>,
}

/// Names the keys that findings are about, and helps where only the document can.
pub(crate) fn advise(document: &Document<'_>, found: &mut [Diagnostic]) {
    let starts = found.iter().filter_map(|found| Some((found.span.as_ref()?.start, None)));
    let mut places: HashMap<usize, Option<Found<'_>>> = starts.collect();
    if places.is_empty() {
        return;
    }
    locate(document.get_ref(), &[], &mut places);
    let keys = Keys::new();
    for found in found {
        let start = found.span.as_ref().map(|span| span.start);
        let Some(Some(place)) = start.and_then(|start| places.get(&start)) else { continue };
        let table = keys.at(place.way.split_last().map_or(&[], |(_, above)| above));
        let key = keys.at(&place.way);
        found.key = key.or(table).map(ToString::to_string);
        let help = match found.code {
            Code::UnknownKey if found.help.is_none() => Some(unknown(place, table, &keys)),
            Code::WrongType | Code::UnknownReference => vlan(place, document)
                .or_else(|| dotted(place, key?, &keys))
                .or_else(|| shape(found, place, key?, &keys)),
            _ => None,
        };
        found.help = help.or(found.help.take());
    }
}

/// Finds the keys and values that start at places.
fn locate<'d>(
    value: &'d DeValue<'d>,
    way: &[&'d str],
    places: &mut HashMap<usize, Option<Found<'d>>>,
) {
    match value {
        DeValue::Table(table) => {
            for (key, value) in table {
                let way: Vec<&str> = way.iter().copied().chain([key.get_ref().as_ref()]).collect();
                for start in [value.span().start, key.span().start] {
                    if let Some(place) = places.get_mut(&start) {
                        *place = Some(Found { way: way.clone(), value: value.get_ref() });
                    }
                }
                locate(value.get_ref(), &way, places);
            }
        }
        DeValue::Array(items) => {
            for item in items {
                // A list of tables starts where its first one does, and comes before it.
                if let Some(place) = places.get_mut(&item.span().start) {
                    place.get_or_insert(Found { way: way.to_vec(), value: item.get_ref() });
                }
                locate(item.get_ref(), way, places);
            }
        }
        _ => {}
    }
}

/// Where a key belongs that its table does not have.
fn unknown(place: &Found<'_>, table: Option<&Key>, keys: &Keys) -> String {
    let name = place.way.last().copied().unwrap_or_default();
    let top = Key::default();
    let table = table.unwrap_or(&top);
    let known = keys.of_table(table);
    let synonym = SYNONYMS.iter().find(|(word, key)| *word == name && known.contains(key));
    if let Some((_, key)) = synonym {
        return format!("did you mean `{key}`?");
    }
    if name.split_once('.').is_some_and(|(start, _)| known.contains(&start)) {
        return format!("write `{name}` without the quotes, which make one name of it");
    }
    if matches!(place.value, DeValue::Table(_)) && known.contains(&"nixos") {
        let way = place.way.split_last().map_or_else(String::new, |(_, above)| above.join("."));
        return format!(
            "options of NixOS are below `nixos`: `nixos.{name}`; a name has no dot: `[{way}-{name}]`"
        );
    }
    let elsewhere: Vec<String> =
        keys.named(name).filter_map(Key::parent).map(|table| table.header()).collect();
    match elsewhere.len() {
        0 => format!("the keys of this table are {}", listed(&known, 24)),
        _ => format!("`{name}` is a key of {}", listed(&elsewhere, 4)),
    }
}

/// The VLAN that is meant where its number stands in place of its name.
fn vlan(place: &Found<'_>, document: &Document<'_>) -> Option<String> {
    let is_of_vlan = |word: &&str| matches!(*word, "vlan" | "allow_from" | "addresses");
    let last = place.way.last()?;
    let number = match place.value {
        DeValue::Integer(number) => number.as_str(),
        DeValue::String(text) if place.way.contains(&"addresses") => last,
        DeValue::String(text) => text,
        _ => return None,
    };
    number.parse::<u16>().ok().filter(|_| place.way.iter().any(is_of_vlan))?;
    let vlans = document.get_ref().get("network")?.get_ref().get("vlans")?.get_ref().as_table()?;
    let is_meant = |vlan: &DeValue<'_>| {
        let id = vlan.get("id").and_then(|id| id.get_ref().as_integer());
        id.is_some_and(|id| id.as_str() == number)
    };
    let found = vlans.iter().find(|(_, vlan)| is_meant(vlan.get_ref()));
    Some(if let Some((name, _)) = found {
        let quotes = if *last == number { "" } else { "\"" };
        let name = name.get_ref();
        format!("write `{quotes}{name}{quotes}`, the name of the VLAN with the id {number}")
    } else {
        let names: Vec<&str> = vlans.keys().map(|name| name.get_ref().as_ref()).collect();
        format!("write the name of a VLAN, which is one of {}", listed(&names, 10))
    })
}

/// The name that was taken apart at its dots.
fn dotted(place: &Found<'_>, key: &Key, keys: &Keys) -> Option<String> {
    let is_text = keys.schema(key).is_some_and(|schema| schema["type"] == "string");
    if key.name().is_some() || !is_text {
        return None;
    }
    let mut name = (*place.way.last()?).to_owned();
    let mut value = place.value;
    while let Some((below, inner)) = value.as_table()?.iter().next() {
        name = format!("{name}.{}", below.get_ref());
        value = inner.get_ref();
        if !value.is_table() {
            break;
        }
    }
    Some(format!("put a name with a dot in quotes: `\"{name}\"`"))
}

/// How a table is written, where something else stands.
fn shape(found: &Diagnostic, place: &Found<'_>, key: &Key, keys: &Keys) -> Option<String> {
    if found.help.is_some() {
        return None;
    }
    let (name, above) = place.way.split_last()?;
    if keys.of_table(key).contains(name) {
        let table = above.join(".");
        return Some(format!("`{name}` is a key of each `[{table}.<name>]`: a header has a name"));
    }
    if let DeValue::Array(items) = place.value
        && items.iter().any(|item| item.get_ref().is_table())
    {
        let entry = if keys.of_table(key).is_empty() { ".<name>" } else { "" };
        let header = place.way.join(".");
        return Some(format!("write a table with the header `[{header}{entry}]`, one for each"));
    }
    let Example { header, line } = example::of(key)?;
    Some(format!("write a table, such as `{line}` below `{header}`"))
}
