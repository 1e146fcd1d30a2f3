//! A comment on a pull request: what it costs first, then the options, then the
//! lines. It keeps to a size, drops whole hunks for that and names them.

use std::fmt::Write as _;

use super::comment::prose;
use super::sides::Sides;
use super::table::table;
use super::{
    BY_VERSION, arrival, at_risk, base, by_version, groups, named, path, places, rows, words,
};
use crate::render::{fenced, html, markdown_code as code};
use crate::review::hunks::{File, Hunk};
use crate::review::{Node, OptionChange, Plan};
use crate::text::visible_line;

/// The bytes that are kept free for naming what is left out.
const RESERVE: usize = 1_000;

/// Of so many files that differ because of nixgen itself each is named.
const NAMED: usize = 10;

/// The plan as Markdown of at most so many bytes, of which there must be some
/// thousands.
pub fn markdown(plan: &Plan, max_bytes: usize) -> String {
    let mut out = head(plan);
    let mut budget = max_bytes.saturating_sub(RESERVE);
    let mut behind = String::new();
    if let Some(base) = &plan.base {
        out += &base::markdown_intent(base, &plan.source, budget / 4);
        behind = base::markdown_drift(base, budget / 8);
        budget = budget.saturating_sub(behind.len());
    }
    let heads = ["machine", "impact", "why"];
    let machines = groups(plan).into_iter().map(|(names, node)| machine(&names, node));
    table(&mut out, "", heads, machines, budget / 3);
    let heads = ["machine", "option", "change"];
    let options = rows(plan).into_iter().map(|row| {
        let names = named(&row.nodes);
        let name = if row.nodes.is_empty() { names } else { code(&names) };
        option(&plan.source, name, row.change)
    });
    table(&mut out, "### Options\n\n", heads, options, budget * 2 / 3);
    files(&mut out, &plan.files, budget);
    out + &behind
}

/// Says that files differ because of nixgen itself, and which.
fn of_version(out: &mut String, files: &[File]) {
    let (by_version, _) = by_version(files);
    if by_version.is_empty() {
        return;
    }
    let shown = by_version.iter().take(NAMED).map(|file| code(&file.path));
    let shown: Vec<String> = shown.collect();
    let more = match by_version.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let _ = writeln!(out, "> [!NOTE]\n> {BY_VERSION}: {}{more}.\n", shown.join(", "));
}

fn head(plan: &Plan) -> String {
    let mut out = String::from("## nixgen\n\n");
    if let Some(names) = at_risk(plan) {
        let _ = writeln!(out, "> [!CAUTION]\n> **Data is at risk** on {}.\n", code(&names));
    }
    let summary = plan.summary;
    let _ = writeln!(
        out,
        "{} to create, {} to update, {} to delete, {} unchanged\n",
        summary.create, summary.update, summary.delete, summary.unchanged
    );
    of_version(&mut out, &plan.files);
    out
}

fn machine(names: &[&str], node: &Node) -> [String; 3] {
    let impact = node.label(node.impact);
    let why: Vec<String> = node
        .reasons
        .iter()
        .map(|reason| match &reason.service {
            Some(_) => prose(&format!("{}: {}", words(reason, node), reason.text)),
            None => prose(&reason.text),
        })
        .collect();
    [code(&named(names)), format!("{}**{impact}**", arrival(node)), why.join("<br>")]
}

fn option(source: &str, name: String, change: &OptionChange) -> [String; 3] {
    let values = Sides::new(&change.difference).joined(" ", |side| code(&side.text));
    let path = format!("{}<br><sub>{}</sub>", code(path(change)), prose(&places(source, change)));
    [name, path, values]
}

/// The lines of the files, hunk by hunk until the size is reached.
fn files(out: &mut String, files: &[File], budget: usize) {
    let mut left_out: Vec<(&str, usize)> = Vec::new();
    for file in files {
        let frame = frame(file);
        let mut body = String::new();
        let mut dropped = 0;
        for hunk in &file.hunks {
            let block = diff(hunk);
            if out.len() + frame.len() + body.len() + block.len() + END.len() <= budget {
                body.push_str(&block);
            } else {
                dropped += 1;
            }
        }
        if let Some(note) = &file.note {
            let block = block("", note.lines());
            if out.len() + frame.len() + block.len() + END.len() <= budget {
                body.push_str(&block);
            } else {
                dropped += 1;
            }
        }
        if dropped > 0 {
            left_out.push((&file.path, dropped));
        }
        let fits = out.len() + frame.len() + body.len() + END.len() <= budget;
        if fits && (!body.is_empty() || (file.hunks.is_empty() && file.note.is_none())) {
            let _ = write!(out, "{frame}{body}{END}");
        }
    }
    if left_out.is_empty() {
        return;
    }
    let hunks: usize = left_out.iter().map(|(_, hunks)| hunks).sum();
    let _ = write!(out, "Left out, to keep this short: {hunks} hunks of");
    let end = out.len() + RESERVE - 200;
    for (index, (path, hunks)) in left_out.iter().enumerate() {
        let item = format!("{} {} ({hunks})", if index == 0 { "" } else { "," }, code(path));
        if out.len() + item.len() > end {
            let _ = write!(out, " and {} more files", left_out.len() - index);
            break;
        }
        out.push_str(&item);
    }
    out.push_str(". `nixgen diff` shows all.\n");
}

const END: &str = "</details>\n\n";

fn frame(file: &File) -> String {
    let (added, removed) = file.counts();
    let what = file.fate().map_or_else(String::new, |fate| format!(" {fate}"));
    let path = html(&file.path);
    let mut out =
        format!("<details><summary><code>{path}</code> +{added} −{removed}{what}</summary>\n\n");
    if file.redacted {
        out.push_str("What may be a secret is shown as `***`.\n\n");
    }
    out
}

fn diff(hunk: &Hunk) -> String {
    let lines = hunk.lines.iter().map(|line| format!("{}{}", line.tag.sign(), line.text));
    block("diff", std::iter::once(hunk.range()).chain(lines))
}

/// Lines in a block of code.
fn block(language: &str, lines: impl Iterator<Item = impl AsRef<str>>) -> String {
    let body = lines.fold(String::new(), |body, line| body + &visible_line(line.as_ref()) + "\n");
    fenced(&body, language) + "\n\n"
}
