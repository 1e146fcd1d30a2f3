//! `nixgen schema`: what documents look like, for editors and programs.

use schemars::generate::SchemaSettings;

use super::{Output, Status};
use crate::cli::{Document, SchemaArgs};
use crate::input;
use crate::review::Plan;

pub(super) fn run(args: &SchemaArgs, output: &mut Output) -> Status {
    match args.document {
        Document::Cluster => output.data(&format!("{:#}\n", input::schema())),
        Document::Plan => {
            let settings = SchemaSettings::draft2020_12().for_serialize();
            output.json(&settings.into_generator().into_root_schema_for::<Plan>());
        }
    }
    Status::Done
}
