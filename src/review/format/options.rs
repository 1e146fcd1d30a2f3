//! One line an option: what changes on which machine, and what it costs.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style as Ansi};

use super::{
    BY_VERSION, Style, all, base, by_version, clip, groups, path, place, rows, short, words,
    written,
};
use crate::review::hunks::{Action, File, Subject};
use crate::review::{Class, Node, NodeAction, OptionChange, Plan};

/// The options, the impact, and the files that are none of a machine's, and what
/// there is to say of the revision that they begin at.
pub fn options(plan: &Plan, style: Style) -> String {
    let lines = lines(plan, style);
    let Some(base) = &plan.base else { return lines };
    let lines = if lines.is_empty() { "  nothing\n".to_owned() } else { lines };
    format!("{}{lines}\n{}", base::before(base, &plan.source, style), base::after(base, style))
}

fn lines(plan: &Plan, style: Style) -> String {
    let paint = Paint(style);
    let at = |change| written(&plan.source, change).unwrap_or_else(|| place(change));
    let mut lines: Vec<(String, &str, String, String)> = Vec::new();
    for row in rows(plan) {
        lines.push((all(&row.nodes), path(row.change), paint.change(row.change), at(row.change)));
    }
    for change in &plan.cluster {
        lines.push(("cluster".to_owned(), path(change), paint.change(change), at(change)));
    }
    let longest = |texts: &mut dyn Iterator<Item = &str>| {
        texts.map(|text| text.chars().count()).max().unwrap_or(0)
    };
    let names = longest(&mut lines.iter().map(|line| line.0.as_str()));
    let paths = longest(&mut lines.iter().map(|line| line.1));
    let mut out = String::new();
    let mut last: Option<&str> = None;
    for (name, path, change, place) in &lines {
        if last.is_some_and(|last| last != name) {
            out.push('\n');
        }
        last = Some(name);
        let name = paint.padded(Ansi::new().bold(), name, names);
        let place = paint.in_style(Ansi::new().dimmed(), &format!("({place})"));
        let _ = writeln!(out, "{name}  {path:<paths$}  {change}   {place}");
    }
    impact(&mut out, plan, paint);
    others(&mut out, &plan.files);
    of_version(&mut out, &plan.files);
    out
}

/// The files that all this is about where nobody has changed the input.
fn of_version(out: &mut String, files: &[File]) {
    let (by_version, _) = by_version(files);
    if by_version.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{BY_VERSION}");
    for file in by_version {
        let _ = writeln!(out, "  {}", file.path);
    }
}

/// What it costs, machine by machine.
fn impact(out: &mut String, plan: &Plan, paint: Paint) {
    if plan.nodes.is_empty() {
        return;
    }
    let groups: Vec<(String, &Node)> =
        groups(plan).into_iter().map(|(names, node)| (all(&names), node)).collect();
    let width = groups.iter().map(|(names, _)| names.chars().count()).max().unwrap_or(0);
    if !out.is_empty() {
        out.push('\n');
    }
    out.push_str("Impact\n");
    for (names, node) in &groups {
        let mut names = names.as_str();
        for reason in &node.reasons {
            let padded = paint.padded(Ansi::new().bold(), names, width);
            let words = paint.in_style(color(reason.impact), &words(reason, node.kind));
            let action = if names.is_empty() { "" } else { action(node) };
            let _ = writeln!(out, "  {padded}  {action}{words}: {}", reason.text);
            names = "";
        }
    }
}

const fn action(node: &Node) -> &'static str {
    match node.action {
        NodeAction::Add => "new, ",
        NodeAction::Remove => "gone, ",
        NodeAction::Change => "",
    }
}

/// The files that no machine is made of, by what they are for.
fn others(out: &mut String, files: &[File]) {
    for (subject, title) in
        [(Subject::Manifests, "Manifests"), (Subject::Scripts, "Scripts"), (Subject::Docs, "Docs")]
    {
        let its = files.iter().filter(|file| file.subject == subject);
        let names: Vec<String> = its
            .map(|file| match file.action {
                Action::Create => format!("{} (new)", file.path),
                Action::Delete => format!("{} (gone)", file.path),
                Action::Keep => format!("{} (kept)", file.path),
                Action::Blocked | Action::Update => file.path.clone(),
            })
            .collect();
        if names.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push('\n');
        }
        let _ = writeln!(out, "{title}");
        for name in names {
            let _ = writeln!(out, "  {name}");
        }
    }
}

fn color(class: Class) -> Ansi {
    match class {
        Class::None => Ansi::new().dimmed(),
        Class::Switch => AnsiColor::Green.on_default(),
        Class::ServiceRestart => AnsiColor::Cyan.on_default(),
        Class::Restart | Class::Drain => AnsiColor::Yellow.on_default(),
        Class::DataRisk => AnsiColor::Red.on_default().bold(),
    }
}

#[derive(Clone, Copy)]
struct Paint(Style);

impl Paint {
    fn in_style(self, ansi: Ansi, text: &str) -> String {
        match self.0 {
            Style::Plain => text.to_owned(),
            Style::Coloured => format!("{ansi}{text}{ansi:#}"),
        }
    }

    fn padded(self, ansi: Ansi, text: &str, width: usize) -> String {
        let pad = " ".repeat(width.saturating_sub(text.chars().count()));
        format!("{}{pad}", self.in_style(ansi, text))
    }

    /// `16384 → 32768`, `+ 8080  - 80`
    fn change(self, change: &OptionChange) -> String {
        let old = |text: &str| self.in_style(AnsiColor::Red.on_default(), text);
        let new = |text: &str| self.in_style(AnsiColor::Green.on_default(), text);
        match (&change.old, &change.new) {
            (Some(before), Some(after)) => {
                let (before, after) = clip(before, after);
                format!("{} → {}", old(&before), new(&after))
            }
            (None, Some(after)) => new(&format!("+ {}", short(after))),
            (Some(before), None) => old(&format!("- {}", short(before))),
            (None, None) => {
                let removed = change.removed.iter().map(|item| old(&format!("- {}", short(item))));
                let added = change.added.iter().map(|item| new(&format!("+ {}", short(item))));
                removed.chain(added).collect::<Vec<_>>().join("  ")
            }
        }
    }
}
