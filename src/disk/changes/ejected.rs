//! Files that were handed over to a person: what nixgen would have changed in
//! them since, merged with what the person did.

use crate::disk::error::IoError;
use crate::disk::lock::Fingerprint;
use crate::disk::tree::{Found, MOST, Root};
use crate::nix::Ready;
use crate::render::is_handed_over;

/// The folder of the texts that files had when they were handed over.
const BASES: &str = ".nixgen/base";

/// Where the text is kept that a file had when it was handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Base {
    pub(super) path: String,
    /// The text that is there now.
    pub(super) text: Option<String>,
}

/// Where the text is that a file had when it was handed over.
pub(super) fn base_path(path: &str) -> String {
    format!("{BASES}/{path}")
}

/// The base of a file, as it is there.
pub(super) fn base(root: &Root, path: &str) -> Result<Base, IoError> {
    let path = base_path(path);
    let text = match root.look(&path, MOST)? {
        Found::File(bytes) => String::from_utf8(bytes).ok(),
        _ => None,
    };
    Ok(Base { path, text })
}

/// The same file three times.
#[derive(Debug)]
pub struct ThreeWay {
    /// As nixgen handed it over.
    pub base: String,
    /// As the person has it.
    pub theirs: String,
    /// As nixgen would have it now.
    pub ours: String,
    /// Both changes in one text.
    pub merged: Merged,
}

/// Both changes in one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The text; where the changes are at odds both stand in it, between marks.
    pub text: String,
    /// The number of places where they are.
    pub conflicts: usize,
}

impl ThreeWay {
    /// Merges. Layout is no conflict: if that is what stands between the
    /// texts, they are laid out alike first.
    pub(super) fn new(ready: &Ready, path: &str, base: &str, theirs: &str, ours: &str) -> Self {
        let [base, theirs_unix, ours] = [base, theirs, ours].map(|text| text.replace("\r\n", "\n"));
        let merged = match merge(&base, &theirs_unix, &ours) {
            Ok(merged) => Ok(merged),
            Err(conflicts) => {
                let [base, theirs, ours] =
                    [&base, &theirs_unix, &ours].map(|text| ready.lay_out(path, text));
                // No better: then at least the person's own lines.
                merge(&base, &theirs, &ours).map_err(|_| conflicts)
            }
        };
        let mut merged = match merged {
            Ok(text) => Merged { text, conflicts: 0 },
            Err(text) => {
                let text = named(&text);
                Merged { conflicts: count(&text), text }
            }
        };
        if theirs.contains("\r\n") {
            merged.text = merged.text.replace('\n', "\r\n");
        }
        Self { base, theirs: theirs_unix, ours, merged }
    }
}

fn merge(base: &str, theirs: &str, ours: &str) -> Result<String, String> {
    let mut options = diffy::MergeOptions::new();
    options.set_incomplete_hunk_style(diffy::IncompleteHunkStyle::Git);
    options.merge(base, theirs, ours)
}

const START: &str = "<<<<<<< yours";
const END: &str = ">>>>>>> nixgen";

/// The marks of conflicts with names that say whose the lines are.
fn named(text: &str) -> String {
    let name = |line: &str| -> String {
        match line.trim_end() {
            "<<<<<<< ours" => format!("{START}\n"),
            "||||||| original" => "||||||| when it was ejected\n".to_owned(),
            ">>>>>>> theirs" => format!("{END}\n"),
            _ => line.to_owned(),
        }
    };
    text.split_inclusive('\n').map(name).collect()
}

fn count(text: &str) -> usize {
    text.lines().filter(|line| *line == START).count()
}

/// Whether a text has conflicts that are not resolved: of ours, or of git's.
pub(super) fn has_conflicts(text: &str) -> bool {
    let has = |mark: &str| text.lines().any(|line| line.starts_with(mark));
    has("<<<<<<< ") && has(">>>>>>> ")
}

/// Whether a base is the one that the lock knows, and nixgen's.
pub(super) fn is_base(path: &str, text: &str, known: &[Fingerprint]) -> bool {
    is_handed_over(text) && known.contains(&Fingerprint::of(path, text))
}
