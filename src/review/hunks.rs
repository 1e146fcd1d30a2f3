//! The files that change, with the lines that do.

use std::fmt::{self, Write as _};
use std::ops::Range;

use schemars::JsonSchema;
use serde::Serialize;
use similar::{DiffOp, DiffTag, TextDiff};

use super::redact;
use super::words::differing;
use crate::disk::{Change, ChangeSet, State, ThreeWay};
use crate::render::{Language, handed_over};
use crate::secret::HIDDEN;

/// A file that is not as it should be.
#[derive(Debug, Serialize, JsonSchema)]
pub struct File {
    /// Its path below the root.
    pub path: String,
    /// How it stands, as `nixgen check` says it.
    pub state: &'static str,
    /// The action that `render` takes.
    pub action: Action,
    /// The readers that it is for.
    pub subject: Subject,
    /// Whether it is a script.
    pub executable: bool,
    /// Whether something in it may be a secret and is not shown.
    pub redacted: bool,
    /// The kind of thing that is there instead of a text file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_the_way: Option<String>,
    /// Whether it only differs because another version of nixgen wrote what is
    /// there, from the same input.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub by_other_version: bool,
    /// A note about a file that is a person's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The lines that change, with those around them.
    pub hunks: Vec<Hunk>,
}

/// The action about a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It is made.
    Create,
    /// It is replaced.
    Update,
    /// It goes.
    Delete,
    /// It stays, because it is a person's.
    Keep,
    /// It cannot be written, because something else is there.
    Blocked,
}

/// The readers that a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// Nix code, which machines are made of.
    Nix,
    /// Manifests and kubeadm's files, which are applied to the cluster.
    Manifests,
    /// Scripts, which a person runs.
    Scripts,
    /// Pages for people.
    Docs,
}

/// Lines that change, with those around them.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Hunk {
    /// The first line on disk, from 1; 0 where there is none.
    pub old_start: usize,
    /// How many lines of those on disk.
    pub old_lines: usize,
    /// The first rendered line, from 1; 0 where there is none.
    pub new_start: usize,
    /// How many of the rendered lines.
    pub new_lines: usize,
    /// The lines.
    pub lines: Vec<Line>,
}

/// A line of a hunk.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Line {
    /// Its fate.
    pub tag: Tag,
    /// Its text without the line break.
    pub text: String,
    /// Whether it ends the file without a line break.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unfinished: bool,
    /// The parts that differ from the line in its place, in bytes.
    #[serde(skip)]
    pub changed: Vec<Range<usize>>,
}

/// The fate of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Tag {
    /// It stays.
    Same,
    /// It goes.
    Removed,
    /// It comes.
    Added,
}

impl File {
    /// The word for what becomes of it, unless it is only replaced.
    pub(super) fn fate(&self) -> Option<String> {
        let word = match (&self.in_the_way, self.action) {
            (Some(what), _) => return Some(format!("{what} is in the way")),
            (None, Action::Create) => "new",
            (None, Action::Delete) => "gone",
            (None, Action::Keep) => "yours",
            (None, Action::Update | Action::Blocked) => return None,
        };
        Some(word.to_owned())
    }

    /// How many lines come, and how many go.
    pub(super) fn counts(&self) -> (usize, usize) {
        counts(&self.hunks)
    }
}

impl Hunk {
    /// `@@ -25,7 +25,7 @@`
    pub(super) fn range(&self) -> String {
        let side = |start: usize, lines: usize| match lines {
            1 => start.to_string(),
            lines => format!("{start},{lines}"),
        };
        let (old, new) =
            (side(self.old_start, self.old_lines), side(self.new_start, self.new_lines));
        format!("@@ -{old} +{new} @@")
    }
}

impl Tag {
    pub(super) const fn sign(self) -> char {
        match self {
            Self::Same => ' ',
            Self::Removed => '-',
            Self::Added => '+',
        }
    }
}

impl fmt::Display for Hunk {
    /// As in a unified diff.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.range())?;
        for line in &self.lines {
            writeln!(f, "{}{}", line.tag.sign(), line.text)?;
            if line.unfinished {
                f.write_str(UNFINISHED)?;
            }
        }
        Ok(())
    }
}

/// Stands below a last line without a line break.
pub(super) const UNFINISHED: &str = "\\ No newline at end of file\n";

/// The files that change, with their lines.
pub fn files(changes: &ChangeSet<'_>) -> Vec<File> {
    let file =
        |change| File { by_other_version: changes.is_by_other_version(change), ..file(change) };
    changes.differing().map(file).collect()
}

/// The lines of a file that change.
pub fn file(change: &Change<'_>) -> File {
    let action = if change.in_the_way.is_some() {
        Action::Blocked
    } else if change.is_kept() || change.is_ejected() {
        Action::Keep
    } else {
        match (&change.old, change.new) {
            (None, _) => Action::Create,
            (_, Some(_)) => Action::Update,
            (_, None) => Action::Delete,
        }
    };
    let language = Language::of(&change.path);
    let subject = match language {
        Some(Language::Nix) => Subject::Nix,
        Some(Language::Yaml) => Subject::Manifests,
        Some(Language::Shell) => Subject::Scripts,
        Some(Language::Markdown | Language::Html) | None => Subject::Docs,
    };
    let old = change.old.as_deref().unwrap_or_default();
    let new = change.text().unwrap_or_default();
    // What nixgen wrote last is on disk unless a person changed it.
    let rendered = if change.state.is_protected() { Some(new) } else { None };
    let note = note(change);
    let (hunks, redacted) = match action {
        Action::Blocked | Action::Keep => (Vec::new(), false),
        _ => hunks(&change.path, (old, rendered), (new, None)),
    };
    let is_hidden = |text: &str| text.contains(HIDDEN);
    File {
        path: change.path.clone(),
        state: change.state.word(),
        action,
        subject,
        // One that goes was made by the same rule.
        executable: change
            .new
            .map_or(language == Some(Language::Shell), crate::nix::ReadyFile::executable),
        redacted: redacted || note.as_deref().is_some_and(is_hidden),
        in_the_way: change.in_the_way.map(str::to_owned),
        by_other_version: false,
        note,
        hunks,
    }
}

/// The hunks between two texts of a file, either of which may be a person's; of
/// what is rendered nothing is hidden.
pub fn between(path: &str, old: &str, new: &str, rendered: Option<&str>) -> Vec<Hunk> {
    let rendered = Some(rendered.unwrap_or_default());
    hunks(path, (old, rendered), (new, rendered)).0
}

/// How many lines come between two texts of a file, and how many go.
pub fn line_counts(path: &str, old: &str, new: &str) -> (usize, usize) {
    counts(&between(path, old, new, None))
}

fn counts(hunks: &[Hunk]) -> (usize, usize) {
    let lines = || hunks.iter().flat_map(|hunk| &hunk.lines);
    let count = |tag: Tag| lines().filter(|line| line.tag == tag).count();
    (count(Tag::Added), count(Tag::Removed))
}

/// The note about a file that is a person's: nothing of it is written.
fn note(change: &Change<'_>) -> Option<String> {
    if !(change.is_kept() || change.is_ejected()) {
        return None;
    }
    let note = match change.state {
        State::EditedOrphan => "is not wanted any more; it was edited, so it is kept",
        State::EjectedOrphan => "is not wanted any more; it was ejected, so it is kept",
        State::EjectedConflict => "was ejected, and has conflicts of a merge",
        State::Ejected | State::EjectedStale => return ejected(change),
        _ => return None,
    };
    Some(note.to_owned())
}

/// The fate of a file that was handed over, on both sides.
fn ejected(change: &Change<'_>) -> Option<String> {
    let (path, theirs, file) = (&change.path, change.old.as_ref()?, change.new?);
    let lines = |old: &str, new: &str, rendered: &str| {
        let hunks = between(path, old, new, Some(rendered));
        hunks.iter().map(ToString::to_string).collect::<String>()
    };
    let Some(ThreeWay { base, theirs, ours, merged }) = &change.three_way else {
        let ours = handed_over(file.text());
        return Some(format!(
            "was ejected, and what it was then is no longer in .nixgen. nixgen's against yours:\n{}",
            lines(theirs, &ours, &ours)
        ));
    };
    let mut text = format!(
        "was ejected. Since then nixgen would have changed:\n{}",
        lines(base, ours, &format!("{base}{ours}"))
    );
    if base != theirs {
        let _ = write!(text, "and you have changed:\n{}", lines(base, theirs, base));
    }
    let _ = match merged.conflicts {
        0 => writeln!(text, "`nixgen eject --merge {path}` brings both together"),
        1 => writeln!(text, "`nixgen eject --merge {path}` leaves 1 conflict to you"),
        count => writeln!(text, "`nixgen eject --merge {path}` leaves {count} conflicts to you"),
    };
    Some(text)
}

/// Hunks of two texts, with the lines as they may be shown, and whether that hides
/// anything. What is given with each text is what [`redact::text`] takes.
fn hunks(
    path: &str,
    (old, old_rendered): (&str, Option<&str>),
    (new, new_rendered): (&str, Option<&str>),
) -> (Vec<Hunk>, bool) {
    let (old_lines, new_lines) = (lines(old), lines(new));
    let diff = TextDiff::from_slices(&old_lines, &new_lines);
    let groups = diff.grouped_ops(3);
    let redacted = |text: &str, rendered: Option<&str>, side: fn(&DiffOp) -> Range<usize>| {
        let mut shown = vec![false; text.split_inclusive('\n').count()];
        for range in groups.iter().flatten().map(side) {
            shown.get_mut(range).unwrap_or_default().fill(true);
        }
        redact::text(path, text, rendered, &shown)
    };
    let (shown_old, shown_new) = rayon::join(
        || redacted(old, old_rendered, DiffOp::old_range),
        || redacted(new, new_rendered, DiffOp::new_range),
    );
    let redacted = shown_old != old || shown_new != new;
    let (shown_old, shown_new) = (lines(&shown_old), lines(&shown_new));
    (groups.iter().map(|ops| hunk(ops, &shown_old, &shown_new)).collect(), redacted)
}

/// Only a line feed ends a line: it is what `patch` goes by.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

fn hunk(ops: &[DiffOp], old: &[&str], new: &[&str]) -> Hunk {
    let range = |side: fn(&DiffOp) -> Range<usize>| {
        let start = ops.first().map_or(0, |op| side(op).start);
        let end = ops.last().map_or(0, |op| side(op).end);
        // As in a unified diff: an empty range names the line before it.
        (if end > start { start + 1 } else { start }, end - start)
    };
    let ((old_start, old_lines), (new_start, new_lines)) =
        (range(DiffOp::old_range), range(DiffOp::new_range));
    let mut shown = Vec::new();
    for op in ops {
        let mut push = |tag: Tag, side: &[&str], range: Range<usize>| {
            shown.extend(side.get(range).unwrap_or_default().iter().map(|line| Line {
                tag,
                text: line.trim_end_matches('\n').to_owned(),
                unfinished: !line.ends_with('\n'),
                changed: Vec::new(),
            }));
        };
        if op.tag() == DiffTag::Equal {
            push(Tag::Same, new, op.new_range());
        } else {
            push(Tag::Removed, old, op.old_range());
            push(Tag::Added, new, op.new_range());
        }
    }
    mark(&mut shown);
    Hunk { old_start, old_lines, new_start, new_lines, lines: shown }
}

/// Marks what differs in lines that take the place of as many others.
fn mark(lines: &mut [Line]) {
    let is_replaced =
        |a: &Line, b: &Line| a.tag == b.tag || (a.tag, b.tag) == (Tag::Removed, Tag::Added);
    for run in lines.chunk_by_mut(is_replaced) {
        let removed = run.iter().take_while(|line| line.tag == Tag::Removed).count();
        let (old, new) = run.split_at_mut(removed);
        if old.len() == new.len() {
            for (old, new) in old.iter_mut().zip(new) {
                (old.changed, new.changed) = differing(&old.text, &new.text);
            }
        }
    }
}
