//! What is ready against what is on disk.

use rayon::prelude::*;

use super::IoError;
use super::folder::Found;
use super::lock::{Fingerprint, Lock};
use super::root::Root;
use crate::nix::{Ready, ReadyFile};

/// How a file stands, told from the tree and its lock alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// As it should be.
    Clean,
    /// Ours, from an older input.
    Stale,
    /// Ours, changed by a person.
    Edited,
    /// Changed by a person, and from an older input.
    EditedStale,
    /// Not there.
    Missing,
    /// Ours, and no longer wanted.
    Orphan,
    /// No longer wanted, and changed by a person.
    EditedOrphan,
    /// At the path of an output, and never ours.
    Foreign,
}

impl State {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Stale => "stale",
            Self::Edited => "edited",
            Self::EditedStale => "edited+stale",
            Self::Missing => "missing",
            Self::Orphan => "orphan",
            Self::EditedOrphan => "edited+orphan",
            Self::Foreign => "foreign",
        }
    }

    /// Whether a person's work would be lost by writing or deleting.
    pub const fn is_protected(self) -> bool {
        matches!(self, Self::Edited | Self::EditedStale | Self::EditedOrphan | Self::Foreign)
    }
}

/// One file: how it stands, what is there, and what should be.
#[derive(Debug)]
pub struct Change<'a> {
    /// Its path below the root.
    pub path: String,
    /// How it stands.
    pub state: State,
    /// What is on disk, if that is a text.
    pub old: Option<String>,
    /// What should be there; `None` for one that is not wanted.
    pub new: Option<&'a ReadyFile>,
    /// What is there instead of a text file.
    pub in_the_way: Option<&'static str>,
}

/// All files, in the order of their paths.
#[derive(Debug)]
pub struct ChangeSet<'a> {
    ready: &'a Ready,
    changes: Vec<Change<'a>>,
    lock: Lock,
}

impl<'a> ChangeSet<'a> {
    /// Every file.
    pub fn all(&self) -> impl Iterator<Item = &Change<'a>> {
        self.changes.iter()
    }

    /// The files that are not as they should be.
    pub fn differing(&self) -> impl Iterator<Item = &Change<'a>> {
        self.changes.iter().filter(|change| change.state != State::Clean)
    }

    /// The files that stand in the way of writing.
    pub fn protected(&self) -> impl Iterator<Item = &Change<'a>> {
        self.changes.iter().filter(|change| change.state.is_protected())
    }

    /// Whether nothing has to be done.
    pub fn is_in_sync(&self) -> bool {
        self.differing().next().is_none()
    }

    /// The lock's text once everything is written. It takes a look at every
    /// token of every file, so only writing asks for it.
    pub(super) fn new_lock(&self) -> String {
        next_lock(self).text()
    }

    /// The lock that the tree was compared by.
    pub(super) fn lock(&self) -> &Lock {
        &self.lock
    }

    /// Gives a person's files up for overwriting and deletion: those that
    /// `given_up` names. What is no file is never given up.
    pub fn give_up(&mut self, given_up: impl Fn(&str) -> bool) {
        let theirs = |change: &Change<'_>| change.in_the_way.is_none() && given_up(&change.path);
        for change in self.changes.iter_mut().filter(|change| theirs(change)) {
            change.state = match change.state {
                State::Edited | State::EditedStale | State::Foreign => State::Stale,
                State::EditedOrphan => State::Orphan,
                other => other,
            };
        }
    }

    /// `2 to create, 1 to update, 0 to delete, 14 unchanged`
    pub fn summary(&self) -> String {
        let summary = format!(
            "{} to create, {} to update, {} to delete, {} unchanged",
            self.count(Change::creates),
            self.count(Change::updates),
            self.count(Change::deletes),
            self.count(Change::is_clean),
        );
        match self.count(Change::is_kept) {
            0 => summary,
            kept => format!("{summary}, {kept} kept"),
        }
    }

    fn count(&self, wanted: impl Fn(&Change<'a>) -> bool) -> usize {
        self.changes.iter().filter(|change| wanted(change)).count()
    }
}

impl Change<'_> {
    /// Whether the file is as it should be.
    pub fn is_clean(&self) -> bool {
        self.state == State::Clean
    }

    /// Whether a file is to be made.
    pub fn creates(&self) -> bool {
        self.state == State::Missing
    }

    /// Whether a file is to be replaced.
    pub fn updates(&self) -> bool {
        self.new.is_some() && !matches!(self.state, State::Missing | State::Clean)
    }

    /// Whether a file is to go.
    pub fn deletes(&self) -> bool {
        self.state == State::Orphan
    }

    /// Whether a file is not wanted, and stays because a person changed it.
    pub fn is_kept(&self) -> bool {
        self.state == State::EditedOrphan
    }
}

/// Compares every file that is ready, and every file of the lock that is not
/// wanted any more, with the disk.
pub fn compare<'a>(ready: &'a Ready, root: &Root) -> Result<ChangeSet<'a>, IoError> {
    let stored = Lock::read(root)?;
    let lock_lost = stored.is_none();
    let lock = stored.unwrap_or_default();
    let mut changes = ready
        .files()
        .par_iter()
        .map(|file| wanted(file, root, lock.entries.get(file.path())))
        .collect::<Result<Vec<_>, _>>()?;

    let is_wanted =
        |path: &str| ready.files().binary_search_by(|file| file.path().cmp(path)).is_ok();
    for (path, written) in lock.entries.iter().filter(|(path, _)| !is_wanted(path)) {
        changes.extend(unwanted(path, root, Some(written))?);
    }
    if lock_lost && root.path().is_dir() {
        for path in root.generated().iter().filter(|path| !is_wanted(path)) {
            changes.extend(unwanted(path, root, None)?);
        }
    }
    changes.sort_by(|a, b| a.path.cmp(&b.path));

    Ok(ChangeSet { ready, changes, lock })
}

/// The lock once everything is written. A person's orphan stays in it, so that
/// it is still reported.
fn next_lock(changes: &ChangeSet<'_>) -> Lock {
    let mut next = Lock::default();
    let hashed: Vec<_> = changes
        .ready
        .files()
        .par_iter()
        .map(|file| (file.path().to_owned(), Fingerprint::of(file.path(), file.text())))
        .collect();
    next.entries.extend(hashed);
    for change in changes.all().filter(|change| change.state == State::EditedOrphan) {
        if let Some(written) = changes.lock.entries.get(&change.path) {
            next.entries.insert(change.path.clone(), written.clone());
        }
    }
    next
}

fn wanted<'a>(
    file: &'a ReadyFile,
    root: &Root,
    written: Option<&Fingerprint>,
) -> Result<Change<'a>, IoError> {
    let change = |state, old, in_the_way| Change {
        path: file.path().to_owned(),
        state,
        old,
        new: Some(file),
        in_the_way,
    };
    let bytes = match root.look(file.path())? {
        Found::Nothing => return Ok(change(State::Missing, None, None)),
        Found::InTheWay(what) => return Ok(change(State::Foreign, None, Some(what))),
        Found::File(bytes) => bytes,
    };
    if bytes == file.text().as_bytes() {
        return Ok(change(State::Clean, None, None));
    }
    let Ok(old) = String::from_utf8(bytes) else {
        return Ok(change(State::Foreign, None, Some("a file that is not text")));
    };
    let on_disk = Fingerprint::of(file.path(), &old);
    let rendered = Fingerprint::of(file.path(), file.text());
    let state = match written {
        _ if on_disk == rendered => State::Clean,
        None => State::Foreign,
        Some(written) if *written == on_disk => State::Stale,
        Some(written) if *written == rendered => State::Edited,
        Some(_) => State::EditedStale,
    };
    Ok(change(state, Some(old), None))
}

fn unwanted<'a>(
    path: &str,
    root: &Root,
    written: Option<&Fingerprint>,
) -> Result<Option<Change<'a>>, IoError> {
    let Found::File(bytes) = root.look(path)? else { return Ok(None) };
    let old = String::from_utf8(bytes).ok();
    let ours = match (&old, written) {
        (Some(old), Some(written)) => Fingerprint::of(path, old) == *written,
        _ => false,
    };
    let state = if ours { State::Orphan } else { State::EditedOrphan };
    let in_the_way = old.is_none().then_some("a file that is not text");
    Ok(Some(Change { path: path.to_owned(), state, old, new: None, in_the_way }))
}
