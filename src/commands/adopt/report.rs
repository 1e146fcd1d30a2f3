//! The differences that taking a file over would undo.

use crate::disk::Change;
use crate::nix::attrs::{Attrs, Changed, Value};
use crate::render::Language;
use crate::review::{Difference, line_counts, redact};
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
        let (of_ours, of_theirs) = line_counts(path, theirs, ours);
        let lines = format!("{of_theirs} lines of yours, {of_ours} of nixgen's");
        return line("differs", path) + &format!("    {lines}; `nixgen diff` shows them\n");
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

fn option(changed: &Changed<'_>) -> String {
    let path = visible_line(&changed.path.to_string()).into_owned();
    let names = || changed.path.segments().iter().map(String::as_str);
    let shown = |value: &Value| short(&redact::value(names(), value).to_string());
    match (changed.old.map(|entry| &entry.value), changed.new.map(|entry| &entry.value)) {
        (Some(old @ Value::List(_)), Some(new @ Value::List(_))) => {
            let items = |list| redact::items(names(), list).unwrap_or_default();
            let items = Difference::of_items(&items(old), &items(new));
            let Some(Difference { removed, added, .. }) = items else {
                return format!("    {path}: another order\n");
            };
            let gone = removed.iter().map(|value| format!(" - {}", short(value)));
            let come = added.iter().map(|value| format!(" + {}", short(value)));
            format!("    {path}:{}\n", gone.chain(come).collect::<String>())
        }
        (Some(old), Some(new)) => format!("    {path}: {} → {}\n", shown(old), shown(new)),
        (Some(old), None) => format!("    - {path} = {}\n", shown(old)),
        (None, Some(new)) => format!("    + {path} = {}\n", shown(new)),
        (None, None) => String::new(),
    }
}

/// At most a line's worth of a value.
fn short(text: &str) -> String {
    const LONGEST: usize = 72;

    let line = visible_line(text);
    match line.char_indices().nth(LONGEST).and_then(|(end, _)| line.get(..end)) {
        Some(start) => format!("{start}…"),
        None => line.into_owned(),
    }
}
