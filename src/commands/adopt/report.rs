//! The differences that taking a file over would undo.

use super::elsewhere::Elsewhere;
use crate::disk::Change;
use crate::nix::attrs::{AttrPath, Attrs, Changed, Value};
use crate::render::Language;
use crate::review::{Difference, line_counts, redact};
use crate::text::visible_line;

/// A line on the file, and a line each on what differs: what is there, and what
/// nixgen would write instead.
///
/// `identical` files are the same to the byte, `format only` ones differ in
/// layout and line ends; `same options` ones set the same, in another order,
/// spelling or with other comments.
///
/// Of a file whose machines were evaluated only what moved is told.
pub(super) fn report(change: &Change<'_>, elsewhere: &Elsewhere, is_evaluated: bool) -> String {
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
    let told = options(path, &old, &new, elsewhere);
    if told.is_empty() {
        return line("same options", path);
    }
    let is_told = |fate: &Fate| !is_evaluated || *fate == Fate::Moved;
    line("differs", path) + &lines(told.into_iter().filter(|(fate, _)| is_told(fate)))
}

/// A line on a machine, and a line each on what it evaluates to and would.
pub(super) fn machine(name: &str, old: &Attrs, new: &Attrs) -> String {
    let told = options("", old, new, &Elsewhere::default());
    let word = if told.is_empty() { "same options" } else { "differs" };
    line(word, &visible_line(name)) + &lines(told.into_iter())
}

/// A line on a file of the user's that sets what nixgen writes to another path, and
/// lines on what differs.
pub(super) fn elsewhere(
    elsewhere: &Elsewhere,
    theirs: &str,
    ours: &str,
    count: usize,
    all: usize,
) -> String {
    let Some((old, new)) = elsewhere.both(theirs, ours) else { return String::new() };
    let what = format!("{theirs}: {count} of its {all} options are those of nixgen's {ours}");
    line("elsewhere", &visible_line(&what)) + &lines(options(ours, old, new, elsewhere).into_iter())
}

/// A word, and what it is said of.
pub(super) fn line(word: &str, path: &str) -> String {
    format!("{word:<14} {path}\n")
}

/// What becomes of an option, in the order in which it is told.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Lost,
    Changed,
    Gained,
    Moved,
}

fn lines(told: impl Iterator<Item = (Fate, String)>) -> String {
    told.map(|(_, line)| line).collect()
}

/// A line each on what differs: what a machine cannot be without leads.
fn options(file: &str, old: &Attrs, new: &Attrs, elsewhere: &Elsewhere) -> Vec<(Fate, String)> {
    let changes = old.changes(new);
    // Whose names are meant is said where they stand.
    let is_with = |changed: &Changed<'_>| changed.path.segments().iter().any(|it| it == "with");
    let mut told: Vec<_> = changes
        .iter()
        .filter(|changed| !is_with(changed))
        .map(|changed| {
            let (fate, line) = option(file, changed, elsewhere);
            (weight(changed.path), fate, line)
        })
        .collect();
    told.sort_by(|a, b| (a.1 == Fate::Moved, a.0, &a.1).cmp(&(b.1 == Fate::Moved, b.0, &b.1)));
    told.into_iter().map(|(_, fate, line)| (fate, line)).collect()
}

/// How much hangs on an option: the state version, then data, then the way in.
fn weight(path: &AttrPath) -> u8 {
    const DATA: &[&[&str]] = &[
        &["fileSystems"],
        &["swapDevices"],
        &["disko"],
        &["boot", "initrd", "luks"],
        &["boot", "zfs"],
        &["microvm", "volumes"],
        &["microvm", "shares"],
        &["environment", "persistence"],
    ];
    const WAY_IN: &[&[&str]] = &[
        &["services", "openssh"],
        &["users"],
        &["security", "sudo"],
        &["services", "tailscale"],
        &["networking", "firewall"],
        &["networking", "wireguard"],
        &["programs", "ssh"],
    ];
    let path = path.unconditional();
    let names: Vec<&str> = path.names().collect();
    let is_of = |groups: &[&[&str]]| groups.iter().any(|group| names.starts_with(group));
    match names[..] {
        ["system", "stateVersion"] => 0,
        _ if is_of(DATA) => 1,
        _ if is_of(WAY_IN) => 2,
        _ => 3,
    }
}

fn option(file: &str, changed: &Changed<'_>, elsewhere: &Elsewhere) -> (Fate, String) {
    let path = visible_line(&changed.path.to_string()).into_owned();
    let names = || changed.path.segments().iter().map(String::as_str);
    let shown = |value: &Value| redact::value(names(), value).to_string();
    match (changed.old.map(|entry| &entry.value), changed.new.map(|entry| &entry.value)) {
        (Some(old @ Value::List(_)), Some(new @ Value::List(_))) => {
            let items = |list| redact::items(names(), list).unwrap_or_default();
            let items = Difference::of_items(&items(old), &items(new));
            let Some(Difference { removed, added, .. }) = items else {
                return (Fate::Changed, format!("    {path}: another order\n"));
            };
            let (mut gone, mut come) = (shorts(&removed), shorts(&added));
            if gone == come {
                (gone, come) = removed.iter().zip(&added).map(|(a, b)| apart(a, b)).unzip();
            }
            let gone = gone.iter().map(|value| format!(" - {value}"));
            let come = come.iter().map(|value| format!(" + {value}"));
            let items: String = gone.chain(come).collect();
            let kept = elsewhere.keeps(file, changed.path, &without(old, new));
            let kept = kept.filter(|_| !removed.is_empty());
            let kept = kept.map(|kept| format!(" (yours go on in {})", visible_line(kept)));
            let fate = if removed.is_empty() { Fate::Gained } else { Fate::Changed };
            (fate, format!("    {path}:{items}{}\n", kept.unwrap_or_default()))
        }
        (Some(old), Some(new)) => {
            let (old, new) = apart(&shown(old), &shown(new));
            (Fate::Changed, format!("    {path}: {old} → {new}\n"))
        }
        (Some(old), None) => match elsewhere.keeps(file, changed.path, old) {
            Some(kept) => (Fate::Moved, format!("    moved   {path}: to {}\n", visible_line(kept))),
            None => (Fate::Lost, format!("    lost    {path} = {}\n", short(&shown(old)))),
        },
        (None, Some(new)) => {
            (Fate::Gained, format!("    gained  {path} = {}\n", short(&shown(new))))
        }
        (None, None) => (Fate::Gained, String::new()),
    }
}

/// The items of a list that another lacks.
fn without(old: &Value, new: &Value) -> Value {
    match (old, new) {
        (Value::List(old), Value::List(new)) => {
            Value::List(old.iter().filter(|item| !new.contains(item)).cloned().collect())
        }
        (old, _) => old.clone(),
    }
}

/// The characters of a value that fit into a line.
const LONGEST: usize = 72;

fn shorts(values: &[String]) -> Vec<String> {
    values.iter().map(|value| short(value)).collect()
}

/// At most a line's worth of a value.
fn short(text: &str) -> String {
    let line = visible_line(text);
    match line.char_indices().nth(LONGEST).and_then(|(end, _)| line.get(..end)) {
        Some(start) => format!("{start}…"),
        None => line.into_owned(),
    }
}

/// Two values at most a line's worth each, from a little before the place where they
/// come to differ if that is beyond it.
fn apart(old: &str, new: &str) -> (String, String) {
    const BEFORE: usize = 16;

    let (old, new) = (visible_line(old), visible_line(new));
    let same = old.chars().zip(new.chars()).take_while(|(a, b)| a == b).count();
    if same < LONGEST {
        return (short(&old), short(&new));
    }
    let from = |text: &str| {
        let rest: String = text.chars().skip(same - BEFORE).collect();
        format!("…{}", short(&rest))
    };
    (from(&old), from(&new))
}
