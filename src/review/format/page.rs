//! One page that holds everything, for a browser: no network, and nothing in it
//! but what is shown.

use rayon::prelude::*;
use serde::Serialize;

use super::base::{Drift, Intent};
use super::highlight::{self, Run};
use super::sides::Sides;
use super::{BY_VERSION, Row, at_risk, by_version, groups, named, path, places, rows, words};
use crate::render::{Bug, Engine, Language, Template, template};
use crate::review::hunks::{File, Hunk, Line, Tag};
use crate::review::{Class, Kind, Node, NodeAction, OptionChange, Plan, Summary};

const PAGE: Template<Page<'_>> = template!("review/page.html");
const FILE: Template<FileDetails<'_>> = template!("review/file.html");
const DRIFT: Template<Drift<'_>> = template!("review/drift.html");

/// Files that are unfolded from the start, unless there are more.
const UNFOLDED: usize = 12;

/// The page up to the files.
#[derive(Serialize)]
struct Page<'a> {
    cluster: &'a str,
    source: &'a str,
    summary: Summary,
    at_risk: Option<String>,
    because_of_version: &'static str,
    by_version: usize,
    classes: Vec<Impact>,
    base: Option<Intent<'a>>,
    machines: Vec<MachineRow<'a>>,
    options: Vec<OptionRow<'a>>,
    has_files: bool,
}

/// An impact, and its label on the machines concerned.
type Impact = (Class, &'static str);

#[derive(Serialize)]
struct MachineRow<'a> {
    /// The text that a filter looks in.
    words: String,
    all: String,
    shown: String,
    action: &'static str,
    is_gone: bool,
    impact: Impact,
    reasons: Vec<ReasonItem<'a>>,
}

#[derive(Serialize)]
struct ReasonItem<'a> {
    service: String,
    /// A sentence with code in back quotes.
    text: &'a str,
}

#[derive(Serialize)]
struct OptionRow<'a> {
    /// The text that a filter looks in.
    words: String,
    class: &'static str,
    shown: String,
    path: &'a str,
    origin: String,
    places: String,
    change: Sides,
    impact: Impact,
}

#[derive(Serialize)]
struct FileDetails<'a> {
    /// The words above it, where it is the first of its kind.
    lead: Option<&'static str>,
    is_open: bool,
    path: &'a str,
    added: usize,
    removed: usize,
    fate: String,
    redacted: bool,
    note: Option<&'a str>,
    hunks: Vec<Columns<'a>>,
}

/// A hunk with the lines on disk on the left, and the rendered ones on the right.
#[derive(Serialize)]
struct Columns<'a> {
    range: String,
    rows: Vec<[Option<Cell<'a>>; 2]>,
}

#[derive(Serialize)]
struct Cell<'a> {
    number: usize,
    class: &'static str,
    runs: Vec<Run<'a>>,
}

/// The plan as a page. Each file is rendered by itself, since a tree of many
/// machines would fill the memory.
pub fn page(plan: &Plan) -> Result<String, Bug> {
    let engine = Engine::new(&[PAGE.source(), FILE.source(), DRIFT.source()])?;
    let details = |files: &[&File], lead: Option<&'static str>| -> Result<String, Bug> {
        let is_open = files.len() <= UNFOLDED;
        let one = |(at, file): (usize, &&File)| {
            engine.text(&FILE, &FileDetails::new(file, is_open, lead.filter(|_| at == 0)))
        };
        files.par_iter().enumerate().map(one).collect()
    };
    let mut out = engine.text(&PAGE, &Page::new(plan))?;
    out += &details(&plan.files.iter().collect::<Vec<_>>(), None)?;
    if let Some(base) = &plan.base {
        out += &engine.text(&DRIFT, &Drift::new(base))?;
        let (by_version, others) = by_version(base.drifted());
        out += &details(&others, None)?;
        out += &details(&by_version, Some(BY_VERSION))?;
    }
    Ok(out)
}

impl<'a> Page<'a> {
    fn new(plan: &'a Plan) -> Self {
        Self {
            cluster: &plan.name,
            source: &plan.source,
            summary: plan.summary,
            at_risk: at_risk(plan),
            because_of_version: BY_VERSION,
            by_version: by_version(&plan.files).0.len(),
            classes: Class::ALL.iter().map(|class| (*class, class.label(Kind::Vm))).collect(),
            base: plan.base.as_ref().map(|base| Intent::new(base, &plan.source)),
            machines: groups(plan)
                .iter()
                .map(|(names, node)| MachineRow::new(names, node))
                .collect(),
            options: option_rows(plan),
            has_files: !plan.files.is_empty(),
        }
    }
}

impl<'a> MachineRow<'a> {
    fn new(names: &[&str], node: &'a Node) -> Self {
        let reasons = node.reasons.iter().map(|reason| ReasonItem {
            service: match &reason.service {
                Some(_) => format!("{}: ", words(reason, node)),
                None => String::new(),
            },
            text: &reason.text,
        });
        let texts = node.reasons.iter().map(|reason| reason.text.as_str());
        Self {
            words: names.iter().copied().chain(texts).collect::<Vec<_>>().join(" "),
            all: names.join(", "),
            shown: named(names),
            action: match node.action {
                NodeAction::Add => " (new)",
                NodeAction::Remove => " (gone)",
                NodeAction::Change => "",
            },
            is_gone: node.action == NodeAction::Remove,
            impact: (node.impact, node.impact.label(node.kind)),
            reasons: reasons.collect(),
        }
    }
}

fn option_rows(plan: &Plan) -> Vec<OptionRow<'_>> {
    let mut rows: Vec<_> =
        rows(plan).into_iter().map(|row| OptionRow::new(&plan.source, &row)).collect();
    // Every row names its machine: the one before may be filtered away.
    let mut last = String::new();
    for row in &mut rows {
        row.class = if row.shown == last { "again" } else { "first" };
        last.clone_from(&row.shown);
    }
    rows
}

impl<'a> OptionRow<'a> {
    fn new(source: &str, Row { nodes, change }: &Row<'a>) -> Self {
        let names = if nodes.is_empty() { "cluster".to_owned() } else { nodes.join(" ") };
        Self {
            words: format!("{names} {} {}", change.path, change.file),
            class: "first",
            shown: named(nodes),
            path: path(change),
            origin: origin(change),
            places: places(source, change),
            change: Sides::new(&change.difference),
            impact: (change.impact, change.impact.label(Kind::Vm)),
        }
    }
}

/// The keys and the template behind an option.
fn origin(change: &OptionChange) -> String {
    let keys = change.keys.iter().map(|key| key.path.clone());
    let template = change.template.as_ref();
    let template = template.map(|it| format!("template {}:{}", it.name, it.line));
    keys.chain(template).collect::<Vec<_>>().join(", ")
}

impl<'a> FileDetails<'a> {
    fn new(file: &'a File, is_open: bool, lead: Option<&'static str>) -> Self {
        let (added, removed) = file.counts();
        let by_version = if file.by_other_version { ", by another version of nixgen" } else { "" };
        let is_nix = Language::of(&file.path) == Some(Language::Nix);
        Self {
            lead,
            is_open,
            path: &file.path,
            added,
            removed,
            fate: file.fate().unwrap_or_else(|| format!("{}{by_version}", file.state)),
            redacted: file.redacted,
            note: file.note.as_deref(),
            hunks: file.hunks.iter().map(|hunk| Columns::new(hunk, is_nix)).collect(),
        }
    }
}

impl<'a> Columns<'a> {
    fn new(hunk: &'a Hunk, is_nix: bool) -> Self {
        let mut left = Column::new(hunk, Tag::Removed, hunk.old_start, is_nix);
        let mut right = Column::new(hunk, Tag::Added, hunk.new_start, is_nix);
        let mut rows = Vec::new();
        loop {
            // Lines that stay wait for those that change on the other side.
            let differs = left.is_at_change() || right.is_at_change();
            let (old, new) = (left.next(differs), right.next(differs));
            if old.is_none() && new.is_none() {
                return Self { range: hunk.range(), rows };
            }
            rows.push([old, new]);
        }
    }
}

/// The lines of one side that are still to come.
struct Column<'a> {
    tag: Tag,
    number: usize,
    lines: std::iter::Peekable<std::vec::IntoIter<(&'a Line, Vec<Run<'a>>)>>,
}

impl<'a> Column<'a> {
    fn new(hunk: &'a Hunk, tag: Tag, number: usize, is_nix: bool) -> Self {
        let is_its = |line: &&Line| line.tag == tag || line.tag == Tag::Same;
        let lines: Vec<&Line> = hunk.lines.iter().filter(is_its).collect();
        let runs = highlight::lines(&lines, is_nix);
        let lines: Vec<_> = lines.into_iter().zip(runs).collect();
        Self { tag, number, lines: lines.into_iter().peekable() }
    }

    fn is_at_change(&mut self) -> bool {
        self.lines.peek().is_some_and(|(line, _)| line.tag == self.tag)
    }

    /// The next line, but none that stays where only changes are wanted.
    fn next(&mut self, only_changes: bool) -> Option<Cell<'a>> {
        let wanted = |(line, _): &(&Line, _)| !only_changes || line.tag == self.tag;
        let (line, runs) = self.lines.next_if(wanted)?;
        let number = self.number;
        self.number += 1;
        let class = match line.tag {
            Tag::Same => "same",
            Tag::Removed => "removed",
            Tag::Added => "added",
        };
        Some(Cell { number, class, runs })
    }
}
