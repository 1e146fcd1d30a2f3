//! `nixgen schema`: what documents look like, for editors and programs.

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::{Output, Status};
use crate::cli::{Document, SchemaArgs};
use crate::input;
use crate::outputs;
use crate::release::RELEASES;
use crate::review::Plan;

pub(super) fn run(args: &SchemaArgs, output: &mut Output) -> Status {
    match args.document {
        Document::Cluster => output.data(&format!("{:#}\n", cluster())),
        Document::Plan => {
            let settings = SchemaSettings::draft2020_12().for_serialize();
            output.json(&settings.into_generator().into_root_schema_for::<Plan>());
        }
    }
    Status::Done
}

/// The keys as they are read, and the words that only later stages know.
pub(super) fn cluster() -> Value {
    let mut schema = input::schema();
    let outputs = outputs::all().map(|output| output.name).collect::<Vec<_>>();
    let releases = RELEASES.iter().map(|release| release.name).collect::<Vec<_>>();
    for (place, key, words) in [
        ("/properties/outputs", "propertyNames", json!({ "enum": outputs })),
        ("/properties/cluster/properties/nixos", "enum", json!(releases)),
    ] {
        if let Some(table) = schema.pointer_mut(place).and_then(Value::as_object_mut) {
            table.insert(key.to_owned(), words);
        }
    }
    schema
}
