//! One line an option: what changes on which machine, and what it costs.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style as Ansi};

use super::sides::Sides;
use super::style::{BOLD, FAINT, NEW, OLD, Style};
use super::{
    BY_VERSION, Row, all, arrival, base, by_version, groups, path, place, rows, words, written,
};
use crate::review::hunks::{File, Subject};
use crate::review::{Class, Node, OptionChange, Plan};
use crate::text::visible_line;

/// The options, the impact, and the files that are none of a machine's, and what
/// there is to say of the revision that they begin at.
pub fn options(plan: &Plan, style: Style) -> String {
    base::around(lines(plan, style), &plan.source, plan.base.as_ref(), style)
}

fn lines(plan: &Plan, style: Style) -> String {
    let line = |Row { nodes, change }| {
        let place = written(&plan.source, change).unwrap_or_else(|| place(change));
        (all(&nodes), visible_line(path(change)), self::change(style, change), place)
    };
    let lines: Vec<_> = rows(plan).into_iter().map(line).collect();
    let longest = |texts: &mut dyn Iterator<Item = &str>| {
        texts.map(|text| text.chars().count()).max().unwrap_or(0)
    };
    let names = longest(&mut lines.iter().map(|line| line.0.as_str()));
    let paths = longest(&mut lines.iter().map(|line| line.1.as_ref()));
    let mut out = String::new();
    let mut last: Option<&str> = None;
    for (name, path, change, place) in &lines {
        if last.is_some_and(|last| last != name) {
            out.push('\n');
        }
        last = Some(name);
        let name = padded(style, BOLD, name, names);
        let place = style.paint(FAINT, &visible_line(&format!("({place})")));
        let _ = writeln!(out, "{name}  {path:<paths$}  {change}   {place}");
    }
    impact(&mut out, plan, style);
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

/// The impact, machine by machine.
fn impact(out: &mut String, plan: &Plan, style: Style) {
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
            let padded = padded(style, BOLD, names, width);
            let words = style.paint(color(reason.impact), &words(reason, node));
            let arrival = if names.is_empty() { "" } else { arrival(node) };
            let _ = writeln!(out, "  {padded}  {arrival}{words}: {}", visible_line(&reason.text));
            names = "";
        }
    }
}

/// The files that no machine is made of, by what they are for.
fn others(out: &mut String, files: &[File]) {
    for (subject, title) in
        [(Subject::Manifests, "Manifests"), (Subject::Scripts, "Scripts"), (Subject::Docs, "Docs")]
    {
        let its = files.iter().filter(|file| file.subject == subject);
        let names: Vec<String> = its
            .map(|file| match file.fate() {
                Some(fate) => format!("{} ({fate})", file.path),
                None => file.path.clone(),
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

fn padded(style: Style, ansi: Ansi, text: &str, width: usize) -> String {
    let pad = " ".repeat(width.saturating_sub(text.chars().count()));
    format!("{}{pad}", style.paint(ansi, text))
}

/// `16384 → 32768`, `+ 8080  - 80`
fn change(style: Style, change: &OptionChange) -> String {
    let sides = Sides::new(&change.difference);
    sides.joined("  ", |side| style.paint(if side.is_new { NEW } else { OLD }, &side.text))
}
