//! `nixgen init`: a `cluster.toml` to begin with, of what the repository says where it
//! has a flake.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use super::{Failure, Outcome, Output, Status, config, schema};
use crate::cli::Global;
use crate::disk::IoError;
use crate::input::example::EXAMPLE;
use crate::outputs::FLAKE;
use crate::survey::{Draft, Survey, evaluate};

/// The schema, beside the file.
const SCHEMA: &str = "cluster.schema.json";

pub(super) fn run(minimal: bool, global: &Global, output: &mut Output) -> Outcome {
    let path = &global.config;
    if path.symlink_metadata().is_ok() {
        output.error(&format!("{} is there already; nothing was written", path.display()));
        return Ok(Status::Refused);
    }
    let folder = config::folder(global);
    let has_flake = folder.join(FLAKE.path).exists();
    let (text, what) = if minimal {
        let draft = Draft::minimal();
        (headed("", &draft.toml(false)), "the smallest cluster that is valid")
    } else if has_flake {
        (survey(global, &folder, output), "what this repository says of its machines")
    } else {
        let example = EXAMPLE.replace(&format!("docs/{SCHEMA}"), SCHEMA);
        (example, "the documented example of a cluster")
    };
    create(path, &text)?;
    let schema = folder.join(SCHEMA);
    if schema.symlink_metadata().is_err() {
        create(&schema, &format!("{:#}\n", schema::cluster()))?;
    }
    output.note(&format!(
        "{} is {what}; make it yours, then `nixgen render` shows what comes of it",
        path.display()
    ));
    Ok(Status::Done)
}

/// The file that a repository with a flake begins with.
fn survey(global: &Global, folder: &Path, output: &mut Output) -> String {
    let survey = Survey::read(&config::folder_root(global));
    let survey = match output.during("asking Nix", || evaluate(folder)) {
        Ok(evaluated) => survey.evaluated(evaluated),
        Err(why) => {
            output.note(&format!("note: {why}, so the Nix files are read as they are written"));
            survey
        }
    };
    let draft = Draft::of(&survey).beside_flake();
    let head = "# What this repository says of its machines, and behind each value where: look at every\n\
                # guess. `nixgen validate` checks it; an empty folder's `nixgen init` has all keys.\n";
    headed(head, &draft.toml(true))
}

fn headed(head: &str, body: &str) -> String {
    format!("#:schema {SCHEMA}\n{head}\n{body}")
}

/// Writes a file that is not there yet, whole or not at all.
fn create(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error| IoError::new("write", path, error);
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(failed)?;
    if let Err(error) = file.write_all(text.as_bytes()) {
        // Half of it would only be in the way.
        let _ = fs::remove_file(path);
        return Err(failed(error).into());
    }
    Ok(())
}
