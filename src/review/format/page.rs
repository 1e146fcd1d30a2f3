//! One page that holds everything, for a browser: no network, and nothing in it
//! but what is shown.

use std::fmt::Write as _;

use super::stat::counts;
use super::unified::range;
use super::{
    BY_VERSION, all, base, by_version, clip, groups, highlight, named, path, places, plain, rows,
    short, spans, words,
};
use crate::render::{Language, html as xml};
use crate::review::hunks::{Action, File, Hunk, Line, Tag};
use crate::review::{Class, Node, NodeAction, OptionChange, Plan};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Files that are unfolded from the start, unless there are more.
const UNFOLDED: usize = 12;

/// The plan as a page.
pub fn page(plan: &Plan) -> String {
    let source = text(&plan.source);
    let summary = plan.summary;
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n\
         <title>nixgen: {source}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <h1>What {source} changes</h1>\n\
         <p class=\"summary\">{} to create, {} to update, {} to delete, {} unchanged</p>\n",
        summary.create, summary.update, summary.delete, summary.unchanged,
    );
    risk(&mut out, plan);
    let (of_version, _) = by_version(&plan.files);
    if !of_version.is_empty() {
        let _ = writeln!(out, "<p>{BY_VERSION}: {} files.</p>", of_version.len());
    }
    filters(&mut out);
    if let Some(base) = &plan.base {
        base::page_intent(&mut out, base, &plan.source);
    }
    machines(&mut out, plan);
    options(&mut out, plan);
    if !plan.files.is_empty() {
        out.push_str("<h2>Files</h2>\n");
    }
    files(&mut out, &plan.files.iter().collect::<Vec<_>>());
    if let Some(base) = &plan.base {
        base::page_drift(&mut out, base, files);
    }
    let _ = write!(out, "</main>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n");
    out
}

fn text(text: &str) -> String {
    xml(&plain(text))
}

fn risk(out: &mut String, plan: &Plan) {
    let risks = plan.nodes.iter().filter(|node| node.impact == Class::DataRisk);
    let names: Vec<&str> = risks.map(|node| node.name.as_str()).collect();
    if !names.is_empty() {
        let _ = writeln!(out, "<p class=\"risk\">Data is at risk on {}.</p>", text(&all(&names)));
    }
}

fn filters(out: &mut String) {
    out.push_str(
        "<form id=\"filters\">\n<input id=\"words\" type=\"search\" \
         placeholder=\"Machine, option or file\" aria-label=\"Filter\">\n\
         <select id=\"impact\" aria-label=\"Impact\"><option value=\"\">any impact</option>",
    );
    for class in Class::ALL {
        let words = class.words(crate::review::Kind::Vm);
        let _ = write!(out, "<option value=\"{}\">{words}</option>", class.name());
    }
    out.push_str("</select>\n</form>\n");
}

/// A sentence with what is code in it.
fn prose(sentence: &str) -> String {
    let span = |(is_code, part)| {
        if is_code { format!("<code>{}</code>", text(part)) } else { text(part) }
    };
    spans(sentence).map(span).collect()
}

fn badge(class: Class, words: &str) -> String {
    format!("<span class=\"badge {}\">{}</span>", class.name(), text(words))
}

fn machines(out: &mut String, plan: &Plan) {
    if plan.nodes.is_empty() {
        return;
    }
    out.push_str("<h2>Machines</h2>\n<table class=\"list\">\n<tr><th>machine<th>impact<th>why\n");
    for (names, node) in groups(plan) {
        let found = text(&format!("{} {}", names.join(" "), reasons(node)));
        let _ = write!(
            out,
            "<tr data-impact=\"{}\" data-words=\"{found}\"><td><b title=\"{}\">{}</b>{}<td>{}<td><ul>",
            node.impact.name(),
            text(&names.join(", ")),
            text(&named(&names)),
            match node.action {
                NodeAction::Add => " (new)",
                NodeAction::Remove => " (gone)",
                NodeAction::Change => "",
            },
            badge(node.impact, node.impact.words(node.kind)),
        );
        for reason in &node.reasons {
            let service = match &reason.service {
                Some(_) => format!("{}: ", words(reason, node.kind)),
                None => String::new(),
            };
            let _ = write!(out, "<li>{}{}</li>", text(&service), prose(&reason.text));
        }
        out.push_str("</ul>\n");
    }
    out.push_str("</table>\n");
}

fn reasons(node: &Node) -> String {
    node.reasons.iter().map(|reason| reason.text.as_str()).collect::<Vec<_>>().join(" ")
}

fn options(out: &mut String, plan: &Plan) {
    let rows = rows(plan);
    if rows.is_empty() && plan.cluster.is_empty() {
        return;
    }
    out.push_str(
        "<h2>Options</h2>\n<table class=\"list\">\n<tr><th>machine<th>option<th>change<th>impact\n",
    );
    let mut last = String::new();
    for row in &rows {
        let name = named(&row.nodes);
        // Every row names its machine: the one before may be filtered away.
        let class = if name == last { "again" } else { "first" };
        let shown = format!("<span class=\"{class}\">{}</span>", text(&name));
        option(out, &plan.source, &shown, &row.nodes.join(" "), row.change);
        last = name;
    }
    for change in &plan.cluster {
        option(out, &plan.source, "cluster", "cluster", change);
    }
    out.push_str("</table>\n");
}

fn option(out: &mut String, source: &str, shown: &str, names: &str, change: &OptionChange) {
    let was = |value: &str| format!("<code class=\"was\">{}</code>", text(value));
    let is = |value: &str| format!("<code class=\"is\">{}</code>", text(value));
    let values = match (&change.old, &change.new) {
        (Some(old), Some(new)) => {
            let (old, new) = clip(old, new);
            format!("{} → {}", was(&old), is(&new))
        }
        (old, new) => {
            let removed = old.iter().chain(&change.removed);
            let added = new.iter().chain(&change.added);
            let removed = removed.map(|value| was(&format!("- {}", short(value))));
            let added = added.map(|value| is(&format!("+ {}", short(value))));
            removed.chain(added).collect::<Vec<_>>().join(" ")
        }
    };
    let class = change.impact;
    let _ = writeln!(
        out,
        "<tr data-impact=\"{}\" data-words=\"{}\"><td>{shown}<td><code>{}</code><br>\
         <span class=\"place\" title=\"{}\">{}</span><td>{values}<td>{}",
        class.name(),
        text(&format!("{names} {} {}", change.path, change.file)),
        text(path(change)),
        text(&origin(change)),
        text(&places(source, change)),
        badge(class, class.words(crate::review::Kind::Vm)),
    );
}

/// The keys and the template behind an option.
fn origin(change: &OptionChange) -> String {
    let keys = change.keys.iter().map(|key| key.path.clone());
    let template = change.template.as_ref();
    let template = template.map(|it| format!("template {}:{}", it.name, it.line));
    keys.chain(template).collect::<Vec<_>>().join(", ")
}

fn files(out: &mut String, files: &[&File]) {
    let open = if files.len() <= UNFOLDED { " open" } else { "" };
    for file in files {
        let (added, removed) = counts(file);
        let action = match (&file.in_the_way, file.action) {
            (Some(what), _) => format!("{what} is in the way"),
            (None, Action::Create) => "new".to_owned(),
            (None, Action::Delete) => "gone".to_owned(),
            (None, Action::Keep) => "yours".to_owned(),
            (None, _) if file.by_other_version => {
                format!("{}, by another version of nixgen", file.state)
            }
            (None, _) => file.state.to_owned(),
        };
        let path = text(&file.path);
        let _ = writeln!(
            out,
            "<details{open} data-words=\"{path}\"><summary><code>{path}</code>\
             <small>+{added} −{removed}, {}</small></summary>",
            text(&action),
        );
        if file.redacted {
            out.push_str("<p>What may be a secret is shown as ***.</p>\n");
        }
        if let Some(note) = &file.note {
            let lines: Vec<String> = note.lines().map(text).collect();
            let _ = writeln!(out, "<pre>{}</pre>", lines.join("\n"));
        }
        if !file.hunks.is_empty() {
            out.push_str("<table class=\"lines\">\n<colgroup><col class=\"n\"><col><col class=\"n\"><col></colgroup>\n");
            for hunk in &file.hunks {
                side_by_side(out, hunk, Language::of(&file.path) == Some(Language::Nix));
            }
            out.push_str("</table>\n");
        }
        out.push_str("</details>\n");
    }
}

/// A hunk with what is on disk on the left, and what is rendered on the right.
fn side_by_side(out: &mut String, hunk: &Hunk, is_nix: bool) {
    let _ = writeln!(out, "<tr class=\"gap\"><td class=\"n\"><td colspan=\"3\">{}", range(hunk));
    let side =
        |other: Tag| -> Vec<&Line> { hunk.lines.iter().filter(|line| line.tag != other).collect() };
    let (left, right) = (side(Tag::Added), side(Tag::Removed));
    let (left_text, right_text) =
        (highlight::lines(&left, is_nix), highlight::lines(&right, is_nix));
    let (mut at_left, mut at_right) = (0, 0);
    loop {
        let old = left.get(at_left).filter(|line| line.tag == Tag::Removed);
        let new = right.get(at_right).filter(|line| line.tag == Tag::Added);
        let (has_old, has_new) = match (old, new) {
            (None, None) => (at_left < left.len(), at_right < right.len()),
            (old, new) => (old.is_some(), new.is_some()),
        };
        if !has_old && !has_new {
            return;
        }
        out.push_str("<tr>");
        cell(
            out,
            has_old,
            hunk.old_start + at_left,
            old.map(|_| "removed"),
            left_text.get(at_left),
        );
        cell(
            out,
            has_new,
            hunk.new_start + at_right,
            new.map(|_| "added"),
            right_text.get(at_right),
        );
        out.push('\n');
        at_left += usize::from(has_old);
        at_right += usize::from(has_new);
    }
}

fn cell(
    out: &mut String,
    is_there: bool,
    number: usize,
    class: Option<&str>,
    text: Option<&String>,
) {
    let Some(text) = text.filter(|_| is_there) else {
        out.push_str("<td class=\"n\"><td>");
        return;
    };
    let class = class.unwrap_or("same");
    let _ = write!(out, "<td class=\"n {class}\">{number}<td class=\"{class}\">{text}");
}
