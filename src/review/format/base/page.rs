//! For a browser.

use std::fmt::Write as _;

use super::{Side, is_pair, named, nothing_known, place, sides, template};
use crate::render::html as xml;
use crate::review::format::{BY_VERSION, by_version, plain};
use crate::review::{Base, File};

/// What was meant by the changes.
pub fn intent(out: &mut String, base: &Base, source: &str) {
    let _ = writeln!(out, "<h2>Intent</h2>\n<p class=\"summary\">Since {}</p>", text(&named(base)));
    let changes: Vec<_> = base.intent.iter().flatten().collect();
    if base.intent.is_none() {
        out.push_str("<p>Not known: one side of the file is no TOML.</p>\n");
    } else if changes.is_empty() && base.templates.is_empty() {
        out.push_str("<p>Nothing.</p>\n");
    }
    if !changes.is_empty() || !base.templates.is_empty() {
        let _ = writeln!(out, "<table class=\"list\">\n<tr><th>{}<th>change", text(source));
    }
    for change in changes {
        let shown: Vec<String> = sides(change)
            .into_iter()
            .map(|side| {
                let sign = if is_pair(change) { ["", ""] } else { ["- ", "+ "] };
                match side {
                    Side::Old(value) => {
                        format!("<code class=\"was\">{}{}</code>", sign[0], text(&value))
                    }
                    Side::New(value) => {
                        format!("<code class=\"is\">{}{}</code>", sign[1], text(&value))
                    }
                }
            })
            .collect();
        let _ = writeln!(
            out,
            "<tr data-words=\"{0}\"><td><code>{0}</code><br><span class=\"place\">{1}</span><td>{2}",
            text(&change.path),
            text(&place(change, source)),
            shown.join(if is_pair(change) { " → " } else { " " }),
        );
    }
    for change in &base.templates {
        let (name, what) = (text(&change.name), template(change));
        let _ =
            writeln!(out, "<tr data-words=\"{name}\"><td>template <code>{name}</code><td>{what}");
    }
    if base.intent.iter().flatten().next().is_some() || !base.templates.is_empty() {
        out.push_str("</table>\n");
    }
    out.push_str("<h2>Effect</h2>\n");
    if !base.mistakes.is_empty() {
        let _ = writeln!(
            out,
            "<p>This nixgen cannot render what {} says, so this is against the files that are \
             committed there.</p>\n<ul>",
            text(&base.revision)
        );
        for mistake in &base.mistakes {
            let _ = writeln!(out, "<li>{}</li>", text(mistake));
        }
        out.push_str("</ul>\n");
    }
}

/// What was not as it should be before; `show` adds files.
pub fn drift(out: &mut String, base: &Base, show: impl Fn(&mut String, &[&File])) {
    out.push_str("<h2>Drift before</h2>\n");
    if !base.mistakes.is_empty() {
        let _ = writeln!(out, "<p>{}.</p>", text(&nothing_known(base)));
    } else if base.drift.is_empty() {
        let _ =
            writeln!(out, "<p>None: every file in {} was what it says.</p>", text(&base.revision));
    } else {
        let _ = writeln!(
            out,
            "<p>Files that were not what {} says, whatever changes here. On the left what is \
             committed, on the right what was to be rendered.</p>",
            text(&base.revision)
        );
        let (by_version, others) = by_version(&base.drift);
        show(out, &others);
        if !by_version.is_empty() {
            let _ = writeln!(out, "<p>{BY_VERSION}:</p>");
            show(out, &by_version);
        }
    }
}

fn text(text: &str) -> String {
    xml(&plain(text))
}
