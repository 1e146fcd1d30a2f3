//! A plan for people, in each format that they review in.

mod base;
mod github;
mod highlight;
mod markdown;
mod options;
mod page;
mod sarif;
mod stat;
mod unified;

pub use github::{Annotations, annotations};
pub use markdown::markdown;
pub use options::options;
pub use page::page;
pub use sarif::sarif;
pub use stat::stat;
pub use unified::{hunks, patch, unified};

use std::collections::HashMap;

use super::{File, Kind, Node, OptionChange, Plan, Reason};

/// What is said of files that differ because of nixgen itself.
const BY_VERSION: &str =
    "Because another version of nixgen wrote what is there, from the same input";

/// The files that differ because of nixgen itself, and the others.
fn by_version(files: &[File]) -> (Vec<&File>, Vec<&File>) {
    files.iter().partition(|file| file.by_other_version)
}

/// Whether a text is for a program or for a person's terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Plain text.
    Plain,
    /// Coloured.
    Coloured,
}

/// Of so many machines each is still named.
const FEW: usize = 3;

/// A change, and the machines that it is the same on.
struct Row<'a> {
    nodes: Vec<&'a str>,
    change: &'a OptionChange,
}

/// The changes by machine. One that is the same on many is said once, with the
/// names of all.
fn rows(plan: &Plan) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for node in plan.nodes.iter().filter(|node| node.action != super::NodeAction::Remove) {
        for change in &node.options {
            rows.push(Row { nodes: vec![&node.name], change });
        }
    }
    let mut shared: HashMap<Said<'_>, Vec<&str>> = HashMap::new();
    for row in &rows {
        shared.entry(said(row.change)).or_default().extend(&row.nodes);
    }
    rows.retain_mut(|row| match shared.get_mut(&said(row.change)) {
        Some(nodes) if nodes.len() > FEW => {
            // The first machine's row speaks for all.
            row.nodes = std::mem::take(nodes);
            true
        }
        Some(nodes) => !nodes.is_empty(),
        None => true,
    });
    rows
}

/// What is said of a change, whatever it means for the machine.
type Said<'a> = (&'a str, &'a str, [&'a Option<String>; 2], [&'a [String]; 2]);

fn said(change: &OptionChange) -> Said<'_> {
    let values = [&change.old, &change.new];
    (&change.path, &change.file, values, [&change.added, &change.removed])
}

/// What a reason is, in words: `kubelet restarts`.
fn words(reason: &Reason, kind: Kind) -> String {
    match &reason.service {
        Some(service) => format!("{service} restarts"),
        None => reason.impact.words(kind).to_owned(),
    }
}

/// Of so many machines each is named where there is room.
const MANY: usize = 8;

/// Machines on a page: all of them unless they are very many.
fn named(names: &[&str]) -> String {
    if names.len() <= MANY { names.join(", ") } else { all(names) }
}

/// An option's path without the functions that it is returned by, as in a flake.
fn path(change: &OptionChange) -> &str {
    change.path.rsplit_once("{ }:.").map_or(change.path.as_str(), |(_, path)| path)
}

/// The parts of a sentence, and whether each is code: what stands in backquotes.
fn spans(text: &str) -> impl Iterator<Item = (bool, &str)> {
    text.split('`').enumerate().map(|(at, part)| (at % 2 == 1, part))
}

/// Machines: all of a few, or how many they are.
fn all(names: &[&str]) -> String {
    match names {
        names if names.len() <= FEW => names.join(", "),
        names => format!("{}, … ({} machines)", names[0], names.len()),
    }
}

/// The machines with the same impact for the same reasons, many of them together.
fn groups(plan: &Plan) -> Vec<(Vec<&str>, &Node)> {
    let mut groups: Vec<(Vec<&str>, &Node)> = Vec::new();
    for node in &plan.nodes {
        let says_the_same = |other: &Node| {
            let texts = |node: &Node| {
                let said = |reason: &Reason| (words(reason, node.kind), reason.text.clone());
                node.reasons.iter().map(said).collect::<Vec<_>>()
            };
            other.action == node.action && texts(other) == texts(node)
        };
        match groups.last_mut().filter(|(_, other)| says_the_same(other)) {
            Some((names, _)) => names.push(&node.name),
            None => groups.push((vec![&node.name], node)),
        }
    }
    groups
}

/// Where an option is set.
fn place(change: &OptionChange) -> String {
    match change.line {
        Some(line) => format!("{}:{line}", change.file),
        None => change.file.clone(),
    }
}

/// The lines of the source that an option comes from: `cluster.toml:12, 14`, or the
/// keys whose defaults count there.
fn written(source: &str, change: &OptionChange) -> Option<String> {
    let mut lines: Vec<usize> = change.keys.iter().filter_map(|key| key.line).collect();
    lines.dedup();
    let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
    if !lines.is_empty() {
        return Some(format!("{source}:{}", lines.join(", ")));
    }
    let keys: Vec<&str> = change.keys.iter().map(|key| key.path.as_str()).collect();
    (!keys.is_empty()).then(|| format!("default of {}", keys.join(", ")))
}

/// Where an option comes from and where it is set.
fn places(source: &str, change: &OptionChange) -> String {
    match written(source, change) {
        Some(written) => format!("{written} → {}", place(change)),
        None => place(change),
    }
}

/// An old and a new value, cut down to where they differ when they are long.
fn clip(old: &str, new: &str) -> (String, String) {
    /// What fits on a line beside a path.
    const WIDTH: usize = 60;
    /// What is left of what two values have in common.
    const CONTEXT: usize = 16;

    if old.chars().count().max(new.chars().count()) <= WIDTH {
        return (old.to_owned(), new.to_owned());
    }
    let (old, new): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
    let common =
        |pairs: &mut dyn Iterator<Item = (&char, &char)>| pairs.take_while(|(a, b)| a == b).count();
    let start = common(&mut old.iter().zip(&new));
    let end = common(&mut old[start..].iter().rev().zip(new[start..].iter().rev()));
    let cut = |text: &[char]| {
        let from = start.saturating_sub(CONTEXT);
        let to = (text.len() - end + CONTEXT).min(text.len()).min(from + WIDTH);
        let before = if from > 0 { "…" } else { "" };
        let behind = if to < text.len() { "…" } else { "" };
        format!("{before}{}{behind}", text[from..to].iter().collect::<String>())
    };
    (cut(&old), cut(&new))
}

/// One value, cut off where it is long.
fn short(value: &str) -> String {
    clip("", value).1
}

/// A text as it may be shown: nothing in it moves a cursor, recolours a terminal
/// or reorders what is read.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\t' => c,
            c if c.is_control() => '\u{fffd}',
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                '\u{fffd}'
            }
            c => c,
        })
        .collect()
}
