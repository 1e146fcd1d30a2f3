//! The lines of `.gitattributes` that mark what nixgen writes as generated and keep
//! its line ends, once the user has asked for them. They stand between two lines of
//! nixgen's own, and every other line is the user's.

use std::collections::BTreeSet;

use crate::disk::error::IoError;
use crate::disk::lock::is_conflict_marker;
use crate::disk::tree::{Found, MOST, Root};

/// The file's name, at the root of the tree.
pub const ATTRIBUTES_FILE: &str = ".gitattributes";

const BEGIN: &str =
    "# What nixgen generates. `nixgen render` keeps the lines from here to the end:";
const END: &str = "# The end of what nixgen generates.";
/// With the line ends of Windows, as `core.autocrlf` would write them, no script starts.
const ATTRIBUTES: &str = " linguist-generated text eol=lf";
/// Those of older versions.
const OLD_ATTRIBUTES: &str = " linguist-generated";

/// The file as it is, where it has nixgen's lines or is to have them.
#[derive(Debug)]
pub(super) struct Attributes {
    pub(super) old: Option<String>,
}

impl Attributes {
    /// Looks for nixgen's lines in a tree.
    pub(super) fn find(root: &Root) -> Result<Option<Self>, IoError> {
        let Found::File(bytes) = root.look(ATTRIBUTES_FILE, MOST)? else { return Ok(None) };
        let text = String::from_utf8(bytes).ok();
        let old = text.filter(|text| text.lines().any(|line| line == BEGIN));
        Ok(old.map(|old| Self { old: Some(old) }))
    }

    /// Those of a tree that is to have nixgen's lines from now on.
    pub(super) fn begin(root: &Root) -> Result<Self, IoError> {
        let broken = |reason: &str| {
            IoError::invalid("add to", &root.at(ATTRIBUTES_FILE), reason)
                .with_help("nothing was written")
        };
        let old = match root.look(ATTRIBUTES_FILE, MOST)? {
            Found::Nothing => None,
            Found::File(bytes) => {
                Some(String::from_utf8(bytes).map_err(|_| broken("it is not UTF-8 text"))?)
            }
            Found::InTheWay(what) => return Err(broken(&format!("it is {what}"))),
        };
        Ok(Self { old })
    }

    /// The file with these lines in place of those that nixgen knows.
    pub(super) fn with<'a>(
        &self,
        lines: &[String],
        known: impl Iterator<Item = &'a str>,
    ) -> String {
        let both = |path| [ATTRIBUTES, OLD_ATTRIBUTES].map(|it| pattern(path) + it);
        let known = known.flat_map(both).chain(lines.iter().cloned()).collect();
        put(lines, &known, self.old.as_deref().unwrap_or_default())
    }
}

/// The line for a file.
pub(super) fn line(path: &str) -> String {
    pattern(path) + ATTRIBUTES
}

/// Puts lines into the text, in place of those of nixgen's that are known.
fn put(lines: &[String], known: &BTreeSet<String>, text: &str) -> String {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let (mut is_behind, mut is_inside) = (false, false);
    for line in text.lines() {
        if line == BEGIN {
            (is_behind, is_inside) = (true, true);
        } else if line == END {
            is_inside = false;
        } else if !(is_inside && (known.contains(line) || is_conflict_marker(line))) {
            // What a person wrote between them stays, too.
            if is_behind { after.push(line) } else { before.push(line) }
        }
    }
    let gap = if is_behind || before.is_empty() { None } else { Some("") };
    let own = [BEGIN].into_iter().chain(lines.iter().map(String::as_str)).chain([END]);
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let all = before.into_iter().chain(gap).chain(own).chain(after);
    all.flat_map(|line| [line, end]).collect()
}

/// A pattern of git's that means this file alone.
pub fn pattern(path: &str) -> String {
    let mut glob = String::from("/");
    for c in path.chars() {
        if matches!(c, '*' | '?' | '[' | '\\') {
            glob.push('\\');
        }
        glob.push(c);
    }
    if !glob.contains([' ', '"']) {
        return glob;
    }
    format!("\"{}\"", glob.replace('\\', "\\\\").replace('"', "\\\""))
}
