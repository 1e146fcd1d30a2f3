//! The differences that taking a file over would undo.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use similar::{ChangeTag, TextDiff};

use crate::disk::Change;
use crate::nix::attrs::{Attrs, Changed, Value};
use crate::render::Language;
use crate::review::redact;
use crate::text::visible_line;

/// A line on the file, and a line each on what differs: what is there, and what
/// nixgen would write instead.
///
/// `identical` files are the same to the byte, `format only` ones differ in
/// layout and line ends; `same options` ones set the same, in another order,
/// spelling or with other comments.
pub(super) fn report(change: &Change<'_>) -> String {
    let path = &change.path;
    let (Some(theirs), Some(file)) = (&change.old, change.new) else {
        return line("identical", path);
    };
    let ours = file.text();
    if theirs == ours {
        return line("identical", path);
    }
    if change.is_clean() {
        return line("format only", path);
    }
    if Language::of(path) != Some(Language::Nix) {
        return line("differs", path) + &lines(theirs, ours);
    }
    let (Ok(old), Ok(new)) = (theirs.parse::<Attrs>(), ours.parse::<Attrs>()) else {
        return line("differs", path) + "    it is not valid Nix\n";
    };
    let changes = old.changes(&new);
    if changes.is_empty() {
        return line("same options", path);
    }
    changes.iter().fold(line("differs", path), |out, changed| out + &option(changed))
}

fn line(word: &str, path: &str) -> String {
    format!("{word:<14} {path}\n")
}

fn lines(theirs: &str, ours: &str) -> String {
    let diff = TextDiff::from_lines(theirs, ours);
    let count = |tag| diff.iter_all_changes().filter(|change| change.tag() == tag).count();
    format!(
        "    {} lines of yours, {} of nixgen's; `nixgen diff` shows them\n",
        count(ChangeTag::Delete),
        count(ChangeTag::Insert)
    )
}

fn option(changed: &Changed<'_>) -> String {
    let path = visible_line(&changed.path.to_string()).into_owned();
    let names = || changed.path.segments().iter().map(String::as_str);
    let shown = |value: &Value| short(&redact::value(names(), value).to_string());
    match (changed.old.map(|entry| &entry.value), changed.new.map(|entry| &entry.value)) {
        (Some(Value::List(old)), Some(Value::List(new))) => {
            let mut out = format!("    {path}:");
            let (gone, come) = (without(old, new), without(new, old));
            if gone.is_empty() && come.is_empty() {
                out.push_str(" another order");
            }
            for (sign, values) in [('-', gone), ('+', come)] {
                for value in values {
                    let _ = write!(out, " {sign} {}", shown(value));
                }
            }
            out + "\n"
        }
        (Some(old), Some(new)) => format!("    {path}: {} → {}\n", shown(old), shown(new)),
        (Some(old), None) => format!("    - {path} = {}\n", shown(old)),
        (None, Some(new)) => format!("    + {path} = {}\n", shown(new)),
        (None, None) => String::new(),
    }
}

/// The elements of a list that another one has not.
fn without<'a>(list: &'a [Value], other: &[Value]) -> Vec<&'a Value> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for value in other {
        *counts.entry(value.to_string()).or_default() += 1;
    }
    list.iter()
        .filter(|value| match counts.get_mut(&value.to_string()) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        })
        .collect()
}

/// At most a line's worth of a value.
fn short(text: &str) -> String {
    const LONGEST: usize = 72;

    let line = visible_line(text);
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.into_owned(),
    }
}
