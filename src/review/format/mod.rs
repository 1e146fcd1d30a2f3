//! A plan for people, in each format that they review in.

mod base;
mod comment;
mod github;
mod highlight;
mod markdown;
mod options;
mod page;
mod sarif;
mod sides;
mod stat;
mod style;
mod table;
mod unified;

pub use github::{Annotations, annotations};
pub use markdown::markdown;
pub use options::options;
pub use page::page;
pub use sarif::sarif;
pub use stat::stat;
pub use style::Style;
pub use unified::{hunks, patch, unified};

use std::collections::HashMap;

use super::{Class, Difference, File, Node, NodeAction, OptionChange, Plan, Reason};
use crate::text::visible_line;

/// The words for files that differ because of nixgen itself.
const BY_VERSION: &str =
    "Because another version of nixgen wrote what is there, from the same input";

/// The files that differ because of nixgen itself, and the others.
fn by_version(files: &[File]) -> (Vec<&File>, Vec<&File>) {
    files.iter().partition(|file| file.by_other_version)
}

/// Of so many machines each is still named.
const FEW: usize = 3;

/// A change, and the machines that it is the same on; none of the cluster's own data.
struct Row<'a> {
    nodes: Vec<&'a str>,
    change: &'a OptionChange,
}

/// The changes by machine, and then the cluster's. One that is the same on many is said
/// once, with the names of all.
fn rows(plan: &Plan) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for node in plan.nodes.iter().filter(|node| node.action != NodeAction::Remove) {
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
    rows.extend(plan.cluster.iter().map(|change| Row { nodes: Vec::new(), change }));
    rows
}

/// A change as it is told, whatever it means for the machine.
type Said<'a> = (&'a str, &'a str, &'a Difference);

fn said(change: &OptionChange) -> Said<'_> {
    (&change.path, &change.file, &change.difference)
}

/// A reason in words: `kubelet restarts`.
fn words(reason: &Reason, node: &Node) -> String {
    match &reason.service {
        Some(service) => format!("{service} restarts"),
        None => node.label(reason.impact).to_owned(),
    }
}

/// Of so many machines each is named where there is room.
const MANY: usize = 8;

/// Machines on a page: all of them unless they are very many.
fn named(names: &[&str]) -> String {
    match names.len() {
        1..=MANY => visible_line(&names.join(", ")).into_owned(),
        _ => all(names),
    }
}

/// An option's path without the functions that it is returned by, as in a flake.
fn path(change: &OptionChange) -> &str {
    change.path.rsplit_once("{ }:.").map_or(change.path.as_str(), |(_, path)| path)
}

/// The parts of a sentence, and whether each is code: what stands in backquotes.
fn spans(text: &str) -> impl Iterator<Item = (bool, &str)> {
    text.split('`').enumerate().map(|(at, part)| (at % 2 == 1, part))
}

/// The machines whose data a plan puts at risk.
fn at_risk(plan: &Plan) -> Option<String> {
    let risks = plan.nodes.iter().filter(|node| node.impact == Class::DataRisk);
    let names: Vec<&str> = risks.map(|node| node.name.as_str()).collect();
    (!names.is_empty()).then(|| all(&names))
}

/// The word for a machine that comes or goes, and what parts it from its impact.
const fn arrival(node: &Node) -> &'static str {
    match node.action {
        NodeAction::Add => "new, ",
        NodeAction::Remove => "gone, ",
        NodeAction::Change => "",
    }
}

/// Machines: all of a few, or how many they are.
fn all(names: &[&str]) -> String {
    match names {
        [] => "cluster".to_owned(),
        [first, ..] if names.len() > FEW => {
            format!("{}, … ({} machines)", visible_line(first), names.len())
        }
        names => visible_line(&names.join(", ")).into_owned(),
    }
}

/// The machines with the same impact for the same reasons, many of them together.
fn groups(plan: &Plan) -> Vec<(Vec<&str>, &Node)> {
    let mut groups: Vec<(Vec<&str>, &Node)> = Vec::new();
    for node in &plan.nodes {
        let says_the_same = |other: &Node| {
            let texts = |node: &Node| {
                let said = |reason: &Reason| (words(reason, node), reason.text.clone());
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
