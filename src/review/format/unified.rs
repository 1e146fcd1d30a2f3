//! A unified diff, as `git apply` and `patch -p1` take it.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Effects, Style as Ansi};

use super::style::{NEW, OLD, Style};
use super::{BY_VERSION, base, by_version};
use crate::review::Base;
use crate::review::hunks::{Action, File, Hunk, Line, Tag, UNFINISHED, between};
use crate::text::{visible, visible_line};

const HEADER: Ansi = Ansi::new().bold();
const HUNK: Ansi = AnsiColor::Cyan.on_default();

/// The changes of files as one patch. What there is to say of the revision that
/// they begin at is a comment to `git apply` and `patch`.
pub fn patch(files: &[File], source: &str, base: Option<&Base>, style: Style) -> String {
    let comment = |text: &str| -> String {
        text.lines().map(|line| format!("# {line}").trim_end().to_owned() + "\n").collect()
    };
    let mut out = String::new();
    if let Some(base) = base {
        out += &comment(&base::before(base, source, style));
    }
    let (by_version, others) = by_version(files);
    out.extend(others.into_iter().map(|file| unified(file, style)));
    if !by_version.is_empty() {
        out += &comment(&format!("{BY_VERSION}:"));
    }
    out.extend(by_version.into_iter().map(|file| unified(file, style)));
    if let Some(base) = base {
        let nothing = if files.is_empty() { "  nothing\n\n" } else { "\n" };
        out += &comment(&format!("{nothing}{}", base::after(base, style)));
    }
    out
}

/// One file's change as a unified diff.
pub fn unified(file: &File, style: Style) -> String {
    let mut out = String::new();
    let path = &file.path;
    if let Some(what) = &file.in_the_way {
        let _ = writeln!(out, "# {path} is {what}");
        return out;
    }
    if let Some(note) = &file.note {
        // For `git apply` and `patch` it is a comment.
        for (index, line) in visible(note).lines().enumerate() {
            let _ = match index {
                0 => writeln!(out, "# {path} {line}"),
                _ => writeln!(out, "# {line}"),
            };
        }
        return out;
    }
    if file.redacted {
        let _ = writeln!(out, "# {path}: what may be a secret is shown as ***");
    }
    let has_unseen = |hunk: &Hunk| {
        let text = hunk.to_string();
        visible(&text) != text
    };
    if file.hunks.iter().any(has_unseen) {
        let _ = writeln!(
            out,
            "# {path}: a character that cannot be seen is shown by its number, as in <U+202E>; \
             the patch does not apply"
        );
    }
    for line in header(file) {
        let _ = writeln!(out, "{}", style.paint(HEADER, &line));
    }
    for hunk in &file.hunks {
        print(&mut out, hunk, style);
    }
    out
}

/// The hunks between two texts of a file, of which a person may have written
/// either; of what is rendered nothing is hidden.
pub fn hunks(path: &str, old: &str, new: &str, rendered: Option<&str>, style: Style) -> String {
    let mut out = String::new();
    for hunk in between(path, old, new, rendered) {
        print(&mut out, &hunk, style);
    }
    out
}

fn print(out: &mut String, hunk: &Hunk, style: Style) {
    if style == Style::Plain {
        out.push_str(&visible(&hunk.to_string()));
        return;
    }
    let _ = writeln!(out, "{}", style.paint(HUNK, &hunk.range()));
    for line in &hunk.lines {
        coloured(out, line);
        if line.unfinished {
            out.push_str(UNFINISHED);
        }
    }
}

fn header(file: &File) -> Vec<String> {
    let (a, b) = (quoted("a/", &file.path), quoted("b/", &file.path));
    let mode = if file.executable { "100755" } else { "100644" };
    let mut lines = vec![format!("diff --git {a} {b}")];
    let (from, to) = match file.action {
        Action::Create => {
            lines.push(format!("new file mode {mode}"));
            ("/dev/null".to_owned(), name_line(&b))
        }
        Action::Delete => {
            lines.push(format!("deleted file mode {mode}"));
            (name_line(&a), "/dev/null".to_owned())
        }
        _ => (name_line(&a), name_line(&b)),
    };
    lines.extend([format!("--- {from}"), format!("+++ {to}")]);
    lines
}

/// A line in its colour, with the changed words marked.
fn coloured(out: &mut String, line: &Line) {
    let ansi = match line.tag {
        Tag::Same => Ansi::new(),
        Tag::Removed => OLD,
        Tag::Added => NEW,
    };
    let _ = write!(out, "{ansi}{}{ansi:#}", line.tag.sign());
    for (changed, text) in parts(line) {
        let ansi = if changed { ansi.effects(Effects::INVERT) } else { ansi };
        let _ = write!(out, "{ansi}{}{ansi:#}", visible_line(text));
    }
    out.push('\n');
}

/// The parts of a line's text, and whether each of them has changed.
pub(super) fn parts(line: &Line) -> Vec<(bool, &str)> {
    let mut parts = Vec::new();
    let mut at = 0;
    for range in &line.changed {
        parts.push((false, line.text.get(at..range.start).unwrap_or_default()));
        parts.push((true, line.text.get(range.clone()).unwrap_or_default()));
        at = range.end;
    }
    parts.push((false, line.text.get(at..).unwrap_or_default()));
    parts.retain(|(_, text)| !text.is_empty());
    parts
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
