//! Comparing: what is ready against what is on disk.

use rayon::prelude::*;

use super::attributes::Attributes;
use super::change::Change;
use super::ejected::{self, ThreeWay};
use super::renamed::Renamed;
use super::set::ChangeSet;
use super::state::State;
use crate::disk::error::IoError;
use crate::disk::git::WorkTree;
use crate::disk::lock::{Essence, Fingerprint, Lock, LockEntry};
use crate::disk::tree::{Found, MOST, Root};
use crate::nix::{self, Ready, ReadyFile};
use crate::render::{Language, handed_over, is_generated, is_handed_over};

/// The bytes that a person adds to a file are fewer, or fewer than it has.
const ADDED: usize = 1 << 20;

/// Compares every file that is ready, and every file of the lock that is not
/// wanted any more, with the disk.
pub fn compare<'a>(ready: &'a Ready, root: &Root) -> Result<ChangeSet<'a>, IoError> {
    let lock_text = Lock::stored(root)?;
    let lock = match &lock_text {
        Some(text) => Lock::parse(text, root)?,
        None => Lock::default(),
    };
    let is_wanted = |path: &str| find(ready, path).is_some();
    let Renamed { old, entries: renamed } = Renamed::find(ready, root, &lock, is_wanted)?;
    let mut changes = files(ready, root)?
        .into_par_iter()
        .map(|file| {
            let entry = renamed.get(file.path()).or_else(|| lock.entries.get(file.path()));
            wanted(ready, file, root, entry)
        })
        .collect::<Result<Vec<_>, _>>()?;
    for (path, entry) in lock.entries.iter().filter(|(path, _)| !is_wanted(path)) {
        if !old.contains(path) && !root.is_input(path) {
            changes.extend(unwanted(ready, path, root, Some(entry))?);
        }
    }
    if lock_text.is_none() {
        let generated = root.generated()?.into_iter();
        for path in generated.filter(|path| !is_wanted(path) && !root.is_input(path)) {
            changes.extend(unwanted(ready, &path, root, None)?);
        }
    }
    changes.sort_by(|a, b| a.path.cmp(&b.path));

    let attributes = Attributes::find(root)?;
    Ok(ChangeSet { changes, lock, lock_text, renamed, attributes, ..ChangeSet::default() })
}

/// The files that are ready, but for those that the user has one of their own of.
pub(super) fn files<'a>(ready: &'a Ready, root: &Root) -> Result<Vec<&'a ReadyFile>, IoError> {
    let mut files = Vec::with_capacity(ready.files().len());
    for file in ready.files() {
        if !file.gives_way() || is_free(root, file.path())? {
            files.push(file);
        }
    }
    Ok(files)
}

/// Whether nothing is at a path that nixgen did not write.
fn is_free(root: &Root, path: &str) -> Result<bool, IoError> {
    Ok(match root.look(path, MOST)? {
        Found::Nothing => true,
        Found::InTheWay(_) => false,
        Found::File(bytes) => {
            str::from_utf8(&bytes).is_ok_and(|text| is_generated(text) || is_handed_over(text))
        }
    })
}

/// A file that is ready, by its path.
pub(super) fn find<'a>(ready: &'a Ready, path: &str) -> Option<&'a ReadyFile> {
    let at = ready.files().binary_search_by(|file| file.path().cmp(path)).ok()?;
    ready.files().get(at)
}

/// How a file that is ready stands. What it is rendered from is in its way whatever
/// the lock says of that.
pub(super) fn wanted<'a>(
    ready: &Ready,
    file: &'a ReadyFile,
    root: &Root,
    entry: Option<&LockEntry>,
) -> Result<Change<'a>, IoError> {
    let change = rendered(ready, file, root, entry)?;
    if change.is_clean() || !root.is_input(file.path()) {
        return Ok(change);
    }
    let mut change = Change::new(file.path(), State::Foreign, Some(file));
    change.in_the_way = Some("what the tree is rendered from");
    Ok(change)
}

fn rendered<'a>(
    ready: &Ready,
    file: &'a ReadyFile,
    root: &Root,
    entry: Option<&LockEntry>,
) -> Result<Change<'a>, IoError> {
    let path = file.path();
    let mut change = Change::new(path, State::Missing, Some(file));
    if entry.is_some_and(LockEntry::is_ejected) {
        change.base = Some(ejected::base(root, path)?);
    }
    let bytes = match root.look(path, 2 * file.rendered().len() + ADDED)? {
        Found::Nothing => return Ok(change),
        Found::InTheWay(what) => {
            change.in_the_way = Some(what);
            return Ok(change.stands(State::Foreign));
        }
        Found::File(bytes) => bytes,
    };
    let old = match text(path, bytes) {
        Ok(old) => old,
        Err(what) => {
            change.in_the_way = Some(what);
            return Ok(change.stands(State::Foreign));
        }
    };
    let is_ejected = entry.is_some_and(LockEntry::is_ejected);
    if !is_ejected {
        // A file that says the same does not have to be laid out.
        let now = Essence::of(path, file.rendered());
        if old == file.rendered() || Essence::of(path, &old) == now {
            change.old = Some(old);
            change.fingerprint = Some(now.into());
            return Ok(change.stands(State::Clean));
        }
    }
    let state = match entry {
        Some(entry) if is_ejected => {
            let ours = handed_over(file.text());
            let now = Fingerprint::of(path, &ours);
            if ejected::has_conflicts(&old) {
                State::EjectedConflict
            } else if entry.ejected.contains(&now) || Fingerprint::of(path, &old) == now {
                State::Ejected
            } else {
                let base = change.base.as_ref().and_then(|base| base.text.as_ref());
                change.three_way = base
                    .filter(|base| ejected::is_base(path, base, &entry.ejected))
                    .map(|base| ThreeWay::new(ready, path, base, &old, &ours));
                State::EjectedStale
            }
        }
        entry => {
            let known = entry.map_or(&[][..], |entry| &entry.ours);
            let (on_disk, now) =
                rayon::join(|| Fingerprint::of(path, &old), || Fingerprint::of(path, file.text()));
            let is_known = known.contains(&on_disk);
            if on_disk == now {
                State::Clean
            } else if known.is_empty() || is_known && !is_generated(&old) {
                // Who wrote the header off has another text than the lock knows.
                State::Foreign
            } else if is_known || is_merged(root, path, &old, known) {
                State::Stale
            } else if known.contains(&now) {
                State::Edited
            } else {
                State::EditedStale
            }
        }
    };
    let is_script = Language::of(path) == Some(Language::Shell);
    if state != State::Clean && is_crlf(&old) && !is_script {
        change.in_its_line_ends = Some(file.text().replace('\n', "\r\n"));
    }
    change.old = Some(old);
    Ok(change.stands(state))
}

/// Whether git left conflicts in a file that nixgen wrote on both sides of a
/// merge. Each side is in git, so that nothing of a person's is lost.
fn is_merged(root: &Root, path: &str, text: &str, known: &[Fingerprint]) -> bool {
    ejected::has_conflicts(text)
        && WorkTree::of(root)
            .and_then(|tree| tree.sides(path))
            .is_some_and(|sides| sides.iter().all(|side| is_ours(path, side, known)))
}

/// Whether nixgen wrote a text. The lock is believed of what has the header alone.
fn is_ours(path: &str, text: &str, known: &[Fingerprint]) -> bool {
    is_generated(text) && known.contains(&Fingerprint::of(path, text))
}

/// Whether every line ends as on Windows.
fn is_crlf(text: &str) -> bool {
    let ends = text.matches('\n').count();
    ends > 0 && ends == text.matches("\r\n").count()
}

/// How a file stands that is not rendered any more. What the user makes stays, and
/// others may go on importing it.
fn unwanted<'a>(
    ready: &Ready,
    path: &str,
    root: &Root,
    entry: Option<&LockEntry>,
) -> Result<Option<Change<'a>>, IoError> {
    let mut change = not_rendered(path, root, entry)?;
    if let Some(change) = change.as_mut().filter(|_| ready.is_left_to_user(path)) {
        change.leave();
    }
    Ok(change)
}

fn not_rendered<'a>(
    path: &str,
    root: &Root,
    entry: Option<&LockEntry>,
) -> Result<Option<Change<'a>>, IoError> {
    let mut change = Change::new(path, State::EditedOrphan, None);
    if entry.is_some_and(LockEntry::is_ejected) {
        change.base = Some(ejected::base(root, path)?);
        return Ok(Some(change.stands(State::EjectedOrphan)));
    }
    let Found::File(bytes) = root.look(path, MOST)? else { return Ok(None) };
    let known = entry.map_or(&[][..], |entry| &entry.ours);
    match text(path, bytes) {
        Ok(old) => {
            let is_ours = is_ours(path, &old, known);
            change.old = Some(old);
            if is_ours {
                return Ok(Some(change.stands(State::Orphan)));
            }
        }
        Err(what) => change.in_the_way = Some(what),
    }
    Ok(Some(change))
}

/// The text of a file; the error is what it is instead.
fn text(path: &str, bytes: Vec<u8>) -> Result<String, &'static str> {
    let text = String::from_utf8(bytes).map_err(|_| "a file that is not text")?;
    if Language::of(path) == Some(Language::Nix) && nix::is_tangled(&text) {
        return Err("a Nix file whose names have thousands of dots or dashes, too many to read");
    }
    Ok(text)
}
