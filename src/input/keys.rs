//! The keys of `cluster.toml`, as its schema knows them.

use std::fmt;

use serde_json::Value;

use super::schema::schema;

/// What stands for a name of the user's in the way to a key.
const NAME: &str = "*";

/// The way to a key from the top: its tables, and `*` for each name that is the user's.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(Vec<String>);

/// Every key, with its schema.
pub struct Keys(Vec<(Key, Value)>);

impl Keys {
    /// The keys by their names, those of a table before the table.
    pub fn new() -> Self {
        let mut all = Vec::new();
        collect(&Key::default(), schema(), &mut all);
        Self(all)
    }

    /// The key at the end of a way through a document.
    pub fn at(&self, way: &[&str]) -> Option<&Key> {
        self.0.iter().map(|(key, _)| key).find(|key| key.is_way(way))
    }

    /// The key that some words mean, which may leave out the names of the user's.
    pub fn find(&self, words: &[&str]) -> Option<&Key> {
        let is_meant = |key: &&Key| key.name().is_some() && key.own().eq(words.iter().copied());
        self.0.iter().map(|(key, _)| key).find(is_meant).or_else(|| self.at(words))
    }

    /// The schema of a key.
    pub fn schema(&self, key: &Key) -> Option<&Value> {
        self.0.iter().find(|(known, _)| known == key).map(|(_, schema)| schema)
    }

    /// The keys that have this name, in any table.
    pub fn named(&self, name: &str) -> impl Iterator<Item = &Key> {
        self.0.iter().map(|(key, _)| key).filter(move |key| key.name() == Some(name))
    }

    /// The names of the keys of a table.
    pub fn of_table(&self, table: &Key) -> Vec<&str> {
        let is_below = |key: &&Key| key.parent().as_ref() == Some(table);
        self.0.iter().map(|(key, _)| key).filter(is_below).filter_map(Key::name).collect()
    }

    /// The table that each name below a key is of.
    pub fn entry(&self, key: &Key) -> Option<&Key> {
        let is_entry = |it: &&Key| it.name().is_none() && it.parent().as_ref() == Some(key);
        self.0.iter().map(|(key, _)| key).find(is_entry)
    }

    /// All ways, as they are written.
    pub fn ways(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|(key, _)| key.to_string())
    }
}

fn collect(key: &Key, schema: Value, all: &mut Vec<(Key, Value)>) {
    let below = |step: &str| Key(key.0.iter().cloned().chain([step.to_owned()]).collect());
    for (name, schema) in schema.get("properties").and_then(Value::as_object).into_iter().flatten()
    {
        collect(&below(name), schema.clone(), all);
    }
    if let Some(entry) = schema.get("additionalProperties").filter(|entry| entry.is_object()) {
        collect(&below(NAME), entry.clone(), all);
    }
    if !key.0.is_empty() {
        all.push((key.clone(), schema));
    }
}

impl Key {
    /// The steps on the way.
    pub fn steps(&self) -> &[String] {
        &self.0
    }

    /// The last step, unless it is a name of the user's.
    pub fn name(&self) -> Option<&str> {
        self.0.last().map(String::as_str).filter(|name| *name != NAME)
    }

    /// The table that it is in.
    pub fn parent(&self) -> Option<Self> {
        self.0.split_last().map(|(_, before)| Self(before.to_vec()))
    }

    /// The header of a table of this kind.
    pub fn header(&self) -> String {
        format!("[{}]", self.0.join(".").replace(NAME, "<name>"))
    }

    /// Whether it is the way to some words, of which `*` takes any.
    pub fn is_way(&self, words: &[&str]) -> bool {
        let fits = |(step, word): (&String, &&str)| step == NAME || step == word;
        self.0.len() == words.len() && self.0.iter().zip(words).all(fits)
    }

    /// The steps without the names of the user's.
    fn own(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str).filter(|step| *step != NAME)
    }
}

/// The way without names, as `nixgen explain` takes it.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.own().collect::<Vec<_>>().join("."))
    }
}
