//! The page of a diagnostic.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use crate::commands::{Failure, Outcome, Output, Status};
use crate::diagnostic::Code;
use crate::input::Keys;
use crate::text::closest;

pub(super) fn explain(word: &str, output: &mut Output) -> Outcome {
    if let Some(code) = Code::named(word) {
        let page = code.page();
        if output.is_laid_out() {
            output.prose(&styled(&flowing(page)));
        } else {
            output.data(page);
        }
        return Ok(Status::Done);
    }
    let keys: Vec<String> = Keys::new().ways().collect();
    let names = Code::ALL.iter().flat_map(|code| [code.id(), code.slug()]);
    let help = match closest(word, names.chain(keys.iter().map(String::as_str))) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "it takes a code such as `NG0203`, a key such as `vms.memory`, or `FILE:LINE`"
            .to_owned(),
    };
    Err(Failure::Told(Status::Usage, format!("there is no diagnostic and no key `{word}`"), help))
}

/// A page whose paragraphs are one line each, for a terminal of any width.
fn flowing(page: &str) -> String {
    let mut out = String::new();
    let mut is_code = false;
    let mut goes_on = false;
    for line in page.lines() {
        let is_fence = line.starts_with("```");
        is_code ^= is_fence;
        let is_prose = !(is_code || is_fence || line.is_empty() || line.starts_with(['#', '|']));
        let is_numbered = |(number, _): (&str, &str)| number.parse::<u8>().is_ok();
        let begins = line.starts_with("- ") || line.split_once(". ").is_some_and(is_numbered);
        if goes_on && is_prose && !begins {
            out.pop();
            out.push(' ');
            out += line.trim_start();
        } else {
            out += line;
        }
        out.push('\n');
        goes_on = is_prose;
    }
    out
}

/// A page for a terminal: headings in colour, examples indented, and no marks.
fn styled(page: &str) -> String {
    const TITLE: Style = Style::new().bold();
    const HEADING: Style = AnsiColor::Cyan.on_default().bold();
    const EXAMPLE: Style = AnsiColor::Green.on_default();

    let mut out = String::new();
    let mut in_example = false;
    for line in page.lines() {
        let _ = if line.starts_with("```") {
            in_example = !in_example;
            Ok(())
        } else if in_example && !line.is_empty() {
            writeln!(out, "    {EXAMPLE}{line}{EXAMPLE:#}")
        } else if let Some(heading) = line.strip_prefix("## ") {
            writeln!(out, "{HEADING}{heading}{HEADING:#}")
        } else if let Some(title) = line.strip_prefix("# ") {
            writeln!(out, "{TITLE}{title}{TITLE:#}")
        } else {
            writeln!(out, "{}", prose(line))
        };
    }
    out
}

/// Words in back quotes, in colour instead.
fn prose(line: &str) -> String {
    const WORD: Style = AnsiColor::Yellow.on_default();

    let parts = line.split('`').enumerate();
    let coloured = |(index, part)| match index % 2 {
        0 => String::from(part),
        _ => format!("{WORD}{part}{WORD:#}"),
    };
    parts.map(coloured).collect()
}
