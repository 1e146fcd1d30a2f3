//! `nixgen list`: how every file stands.

use std::collections::BTreeMap;

use serde::Serialize;

use super::changes::colour;
use super::config::ConfigFile;
use super::prepare::prepare;
use super::{Outcome, Output, Status};
use crate::cli::{Global, ListArgs, ListFormat};
use crate::disk::Change;

#[derive(Serialize)]
struct Document<'a> {
    format_version: u32,
    files: Vec<File<'a>>,
}

#[derive(Serialize)]
struct File<'a> {
    path: &'a str,
    state: &'static str,
    /// The kind of thing that is there instead of a text file.
    #[serde(skip_serializing_if = "Option::is_none")]
    is: Option<&'static str>,
}

pub(super) fn run(args: &ListArgs, global: &Global, output: &mut Output) -> Outcome {
    let file = ConfigFile::open(global)?;
    let prepared = prepare(&file, global, output)?;
    let changes = prepared.look(output)?;
    let wanted = |change: &&Change<'_>| args.state.is_empty() || args.state.contains(&change.state);
    let files = || changes.all().filter(wanted);
    match args.format {
        ListFormat::Human => {
            let mut counts = BTreeMap::new();
            for change in files() {
                output.standing(change.state.word(), colour(change.state), &change.path);
                *counts.entry(change.state).or_insert(0_usize) += 1;
            }
            let counts: Vec<String> =
                counts.iter().map(|(state, count)| format!("{count} {}", state.word())).collect();
            output.note(&if counts.is_empty() { "none".to_owned() } else { counts.join(", ") });
        }
        ListFormat::Json => {
            let files = files().map(|change| File {
                path: &change.path,
                state: change.state.word(),
                is: change.in_the_way,
            });
            output.json(&Document { format_version: 1, files: files.collect() });
        }
        ListFormat::Gitattributes => {
            for line in changes.attribute_lines() {
                output.data(&format!("{line}\n"));
            }
        }
    }
    Ok(Status::Done)
}
