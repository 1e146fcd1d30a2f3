//! The schema of `cluster.toml`: which values a key takes, and which
//! keys a table could have besides those that it has.

use serde_json::Value;
use toml::de::{DeTable, DeValue};

use super::place::{KeyPath, Part, Place, Step, get};
use crate::input::{self, Document};

/// The schema of a document.
pub(super) struct Schema(Value);

impl Schema {
    pub(super) fn new() -> Self {
        Self(input::schema())
    }

    /// The schema of the end of a way; there is none of NixOS's options.
    pub(super) fn at(&self, path: &KeyPath) -> Option<&Value> {
        path.0.iter().try_fold(&self.0, |schema, step| match step {
            Step::Key(key) => {
                let of_key = schema["properties"].get(key);
                of_key.or_else(|| schema.get("additionalProperties").filter(|it| it.is_object()))
            }
            Step::Index(_) => schema.get("items"),
        })
    }

    /// Whether the last key of a way is one that the user chose.
    pub(super) fn is_name(&self, path: &KeyPath) -> bool {
        let Some((keys, _)) = path.split_key() else { return false };
        self.at(&KeyPath::of(&keys)).is_none_or(|table| table.get("properties").is_none())
    }

    /// The description of a key.
    pub(super) fn description(&self, path: &KeyPath) -> &str {
        self.at(path).and_then(|key| key["description"].as_str()).unwrap_or_default()
    }

    /// The keys below the end of a way that a document does not have, and whose
    /// defaults count; also those of tables that are there without being written.
    pub(super) fn left_out(
        &self,
        document: &Document<'_>,
        path: &KeyPath,
        implied: &[KeyPath],
    ) -> Vec<Place> {
        let empty = DeValue::Table(DeTable::new());
        let mut found = Vec::new();
        let node = get(document, path).map(toml::Spanned::get_ref);
        self.below(node.unwrap_or(&empty), path, &mut found);
        for table in implied.iter().filter(|table| table.below(path).is_some()) {
            if get(document, table).is_none() {
                self.below(&empty, table, &mut found);
            }
        }
        found
    }

    fn below(&self, node: &DeValue<'_>, path: &KeyPath, found: &mut Vec<Place>) {
        let Some(table) = node.as_table() else { return };
        for (key, value) in table {
            self.below(value.get_ref(), &path.key(key.get_ref()), found);
        }
        let Some(keys) = self.at(path).and_then(|schema| schema["properties"].as_object()) else {
            return;
        };
        for (key, schema) in keys.iter().filter(|(key, _)| !table.contains_key(key.as_str())) {
            let path = path.key(key);
            let is_optional = schema["required"].as_array().is_some_and(Vec::is_empty);
            if schema.get("properties").is_some() && is_optional {
                self.below(&DeValue::Table(DeTable::new()), &path, found);
            } else {
                found.push(Place { path, span: None, part: Part::Default });
            }
        }
    }
}

/// A value that a key takes, as TOML; `None` for options of NixOS.
pub(super) fn example(schema: &Value) -> Option<String> {
    let written = ["/default", "/examples/0", "/enum/0"];
    if let Some(value) = written.iter().find_map(|place| schema.pointer(place)) {
        return Some(value.to_string());
    }
    match schema["type"].as_str()? {
        "boolean" => Some("true".to_owned()),
        // Above every number that means something.
        "integer" => Some("1234".to_owned()),
        "array" => Some(format!("[{}]", example(&schema["items"])?)),
        "object" => {
            let keys = if let Some(properties) = schema["properties"].as_object() {
                let key = |key: &Value| {
                    let value = example(properties.get(key.as_str()?)?)?;
                    Some(format!("{key} = {value}"))
                };
                schema["required"].as_array()?.iter().map(key).collect::<Option<Vec<_>>>()?
            } else {
                let value = example(schema.get("additionalProperties")?)?;
                vec![format!("{} = {value}", example(&schema["propertyNames"])?)]
            };
            Some(format!("{{ {} }}", keys.join(", ")))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    #[test]
    fn keys_that_are_left_out_have_an_example() {
        let source = Source::new("c.toml", "[vms.a]\nip = \"10.0.0.2\"\nvolumes.x = {}\n");
        let document = input::parse(&source, &mut Vec::new()).expect("TOML");
        let schema = Schema::new();
        let implied = [KeyPath::of(&["vms", "a", "volumes", "kubelet"])];
        let found = schema.left_out(&document, &KeyPath::of(&["vms", "a"]), &implied);
        let example = |place: &Place| example(schema.at(&place.path)?);
        let shown: Vec<String> = found
            .iter()
            .map(|place| format!("{} = {}", place.path, example(place).unwrap_or_default()))
            .collect();
        for wanted in [
            "vms.a.memory = \"8GiB\"",
            "vms.a.vcpu = 2",
            "vms.a.persist = [\"/var/lib/vault\"]",
            "vms.a.labels = { \"gpu\" = \"amd\" }",
            "vms.a.storage = { \"mount\" = \"/var/lib/vault\" }",
            "vms.a.volumes.kubelet.fs = \"ext4\"",
            "vms.a.volumes.x.size = \"8GiB\"",
            "vms.a.deployment.target_user = \"admin\"",
        ] {
            assert!(shown.contains(&wanted.to_owned()), "{wanted}\n{shown:#?}");
        }
        assert!(!shown.iter().any(|key| key.starts_with("vms.a.ip")), "{shown:#?}");
    }
}
