//! The diff that is shown is made from the very texts that are written.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Effects, Style as Ansi};
use similar::{ChangeTag, TextDiff};

use super::change::Change;
use super::{State, ThreeWay};
use crate::render::{Language, handed_over};

/// Whether the diff is for a program or for a person's terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Plain text, as `git apply` and `patch -p1` take it.
    Plain,
    /// Coloured, with changed words marked.
    Coloured,
}

const HEADER: Ansi = Ansi::new().bold();
const HUNK: Ansi = AnsiColor::Cyan.on_default();
const OLD: Ansi = AnsiColor::Red.on_default();
const NEW: Ansi = AnsiColor::Green.on_default();

/// One file's change as a unified diff.
pub fn unified(change: &Change<'_>, style: Style) -> String {
    let mut out = String::new();
    let path = &change.path;
    if let Some(what) = change.in_the_way {
        let _ = writeln!(out, "# {path} is {what}");
        return out;
    }
    match change.state {
        State::EditedOrphan if change.is_kept() => {
            let _ = writeln!(out, "# {path} is not wanted any more; it was edited, so it is kept");
            return out;
        }
        State::EjectedOrphan => {
            let _ = writeln!(out, "# {path} is not wanted any more; it was ejected, so it is kept");
            return out;
        }
        State::EjectedConflict => {
            let _ = writeln!(out, "# {path} was ejected, and has conflicts of a merge");
            return out;
        }
        State::Ejected | State::EjectedStale => return ejected(change, style),
        _ => {}
    }
    let new = change.new.map_or("", |file| file.text());
    let old = change.old.as_deref().unwrap_or("");
    let (a, b) = (quoted("a/", path), quoted("b/", path));
    let mode = match change.new {
        Some(file) if file.executable() => "100755",
        // One that goes was made by the same rule.
        None if Language::of(path) == Language::Shell => "100755",
        _ => "100644",
    };
    let mut header = format!("diff --git {a} {b}\n");
    let (from, to) = match (change.old.is_some(), change.new.is_some()) {
        (false, _) => {
            let _ = writeln!(header, "new file mode {mode}");
            ("/dev/null".to_owned(), name_line(&b))
        }
        (true, false) => {
            let _ = writeln!(header, "deleted file mode {mode}");
            (name_line(&a), "/dev/null".to_owned())
        }
        (true, true) => (name_line(&a), name_line(&b)),
    };
    let _ = writeln!(header, "--- {from}\n+++ {to}");
    let paint = |out: &mut String, ansi: Ansi, text: &str| match style {
        Style::Plain => out.push_str(text),
        Style::Coloured => {
            let _ = write!(out, "{ansi}{}{ansi:#}", text.trim_end_matches('\n'));
            out.push_str(if text.ends_with('\n') { "\n" } else { "" });
        }
    };
    for line in header.split_inclusive('\n') {
        paint(&mut out, HEADER, line);
    }
    out + &hunks(old, new, style)
}

/// The hunks between two texts.
pub fn hunks(old: &str, new: &str, style: Style) -> String {
    let mut out = String::new();
    let diff = TextDiff::from_lines(old, new);
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        let _ = match style {
            Style::Plain => writeln!(out, "{}", hunk.header()),
            Style::Coloured => writeln!(out, "{HUNK}{}{HUNK:#}", hunk.header()),
        };
        match style {
            Style::Plain => {
                for line in hunk.iter_changes() {
                    let missing = line.missing_newline();
                    let _ = write!(out, "{}{}", line.tag(), line.value());
                    if missing {
                        out.push_str("\n\\ No newline at end of file\n");
                    }
                }
            }
            Style::Coloured => {
                for op in hunk.ops() {
                    for line in diff.iter_inline_changes(op) {
                        inline(&mut out, &line);
                    }
                }
            }
        }
    }
    out
}

/// What became of a file that was handed over, on both sides. For `git apply`
/// and `patch` it is a comment.
fn ejected(change: &Change<'_>, style: Style) -> String {
    let path = &change.path;
    let (Some(theirs), Some(file)) = (&change.old, change.new) else { return String::new() };
    let text = if let Some(ThreeWay { base, theirs, ours, merged }) = &change.three_way {
        let mut text = format!("{path} was ejected. Since then nixgen would have changed:\n");
        text.push_str(&hunks(base, ours, style));
        if base != theirs {
            let _ = write!(text, "and you have changed:\n{}", hunks(base, theirs, style));
        }
        let _ = match merged.conflicts {
            0 => writeln!(text, "`nixgen eject --merge {path}` brings both together"),
            1 => writeln!(text, "`nixgen eject --merge {path}` leaves 1 conflict to you"),
            count => {
                writeln!(text, "`nixgen eject --merge {path}` leaves {count} conflicts to you")
            }
        };
        text
    } else {
        let place = super::ejected::base_path(path);
        let ours = hunks(theirs, &handed_over(file.text()), style);
        format!(
            "{path} was ejected, and what it was then is no longer in {place}. \
             nixgen's against yours:\n{ours}"
        )
    };
    text.lines().fold(String::new(), |out, line| out + "# " + line + "\n")
}

fn inline(out: &mut String, line: &similar::InlineChange<'_, str>) {
    let ansi = match line.tag() {
        ChangeTag::Equal => Ansi::new(),
        ChangeTag::Delete => OLD,
        ChangeTag::Insert => NEW,
    };
    let _ = write!(out, "{ansi}{}{ansi:#}", line.tag());
    for (changed, text) in line.iter_strings_lossy() {
        let ansi = if changed { ansi.effects(Effects::INVERT) } else { ansi };
        let body = text.trim_end_matches('\n');
        let _ = write!(out, "{ansi}{}{ansi:#}", body.replace('\u{1b}', "\u{fffd}"));
        out.push_str(&text[body.len()..]);
    }
    if line.missing_newline() {
        out.push_str("\n\\ No newline at end of file\n");
    }
}

/// A path as git writes it: quoted when it has characters that need it.
fn quoted(prefix: &str, path: &str) -> String {
    let plain = |b: u8| (0x20..0x7f).contains(&b) && b != b'"' && b != b'\\';
    if path.bytes().all(plain) {
        return format!("{prefix}{path}");
    }
    let mut out = format!("\"{prefix}");
    for byte in path.bytes() {
        match byte {
            b'"' | b'\\' => out.extend(['\\', char::from(byte)]),
            byte if plain(byte) => out.push(char::from(byte)),
            byte => {
                let _ = write!(out, "\\{byte:03o}");
            }
        }
    }
    out + "\""
}

/// A name on a `---` or `+++` line: a tab ends one that has spaces in it.
fn name_line(name: &str) -> String {
    if name.contains(' ') { format!("{name}\t") } else { name.to_owned() }
}
