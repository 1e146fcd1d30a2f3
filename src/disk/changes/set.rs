//! The change set: what is to be done about every file.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::attributes::{self, ATTRIBUTES_FILE, Attributes};
use super::change::{Action, Change, Step};
use super::ejected;
use super::state::State;
use crate::disk::error::IoError;
use crate::disk::lock::{Fingerprint, Input, Lock, LockEntry};
use crate::disk::paths::LOCK_FILE;
use crate::disk::tree::Root;
use crate::nix::attrs::Attrs;

/// All files, in the order of their paths.
#[derive(Debug, Default)]
pub struct ChangeSet<'a> {
    pub(super) changes: Vec<Change<'a>>,
    pub(super) lock: Lock,
    /// The text of that; `None` where there was none.
    pub(in crate::disk) lock_text: Option<String>,
    /// The input that it is rendered from, where that is known.
    pub(super) input: Option<Input>,
    /// The first control plane of the cluster that it is rendered from, if it is.
    pub(super) first_control_plane: Option<String>,
    /// The entries of files by names that are theirs but for the case.
    pub(super) renamed: BTreeMap<String, LockEntry>,
    /// Git's attributes, where they have lines of nixgen's.
    pub(super) attributes: Option<Attributes>,
}

/// Whether a file is of a kind.
type Is<'a> = fn(&Change<'a>) -> bool;

impl<'a> ChangeSet<'a> {
    /// The same, rendered from this input.
    #[must_use]
    pub fn rendered_from(self, input: Input) -> Self {
        Self { input: Some(input), ..self }
    }

    /// The same, for a cluster of that first control plane.
    #[must_use]
    pub fn of_first_control_plane(self, name: Option<String>) -> Self {
        Self { first_control_plane: name, ..self }
    }

    /// The first control plane that was rendered last, as the lock knows it.
    pub fn last_first_control_plane(&self) -> Option<&str> {
        self.lock.first_control_plane.as_deref()
    }

    /// Whether a file only differs because another version of nixgen wrote it: it
    /// is as nixgen left it, from the very input that there is now.
    pub fn is_by_other_version(&self, change: &Change<'_>) -> bool {
        let is_same_input = !self.lock.merged
            && matches!((&self.input, &self.lock.inputs[..]), (Some(now), [last]) if now == last);
        is_same_input
            && match change.state {
                State::Stale | State::Orphan => true,
                // One that was written and deleted since is somebody's doing.
                State::Missing => !self.is_known(&change.path),
                _ => false,
            }
    }

    /// Every file.
    pub fn all(&self) -> impl Iterator<Item = &Change<'a>> {
        self.changes.iter()
    }

    /// The files that are not as they should be, or are given up.
    pub fn differing(&self) -> impl Iterator<Item = &Change<'a>> {
        self.changes.iter().filter(|change| change.differs())
    }

    /// Whether nothing has to be done.
    pub fn is_in_sync(&self) -> bool {
        self.differing().next().is_none() && !self.is_merged()
    }

    /// Whether files are to be written, deleted or forgotten.
    pub fn has_work(&self) -> bool {
        let forgets =
            self.changes.iter().any(|change| matches!(change.action, Action::Forget { .. }));
        forgets || self.steps().next().is_some()
    }

    /// The files about files that do not say what they would once all is written:
    /// those of another clone or branch. It takes a look at every token.
    pub fn behind(&self) -> Vec<&'static str> {
        let lock = self.lock.entries != self.next_lock().entries;
        let attributes = self.new_attributes().is_some_and(|(old, new)| old != Some(&*new));
        let both = [(lock, LOCK_FILE), (attributes, ATTRIBUTES_FILE)].into_iter();
        both.filter_map(|(is_behind, file)| is_behind.then_some(file)).collect()
    }

    /// Whether the lock has conflicts of a merge, which writing it resolves.
    pub fn is_merged(&self) -> bool {
        self.lock.merged
    }

    /// Marks what nixgen writes as generated, from now on.
    pub fn mark_generated(&mut self, root: &Root) -> Result<(), IoError> {
        self.attributes = Some(Attributes::begin(root)?);
        Ok(())
    }

    /// The lines that mark what nixgen writes as generated.
    pub fn attribute_lines(&self) -> Vec<String> {
        let is_ours = |change: &&Change<'_>| {
            let is_strange = change.state == State::Foreign && change.is_refused();
            change.new.is_some() && !change.is_ejected() && !is_strange
        };
        let paths = self.all().filter(is_ours).map(|change| change.path.as_str());
        let paths: BTreeSet<&str> = paths.chain([LOCK_FILE]).collect();
        paths.into_iter().map(attributes::line).collect()
    }

    /// The text of the file of attributes, and the one that is to be there.
    pub(in crate::disk) fn new_attributes(&self) -> Option<(Option<&str>, String)> {
        let attributes = self.attributes.as_ref()?;
        let known = self.lock.entries.keys().map(String::as_str).chain([LOCK_FILE]);
        Some((attributes.old.as_deref(), attributes.with(&self.attribute_lines(), known)))
    }

    /// The steps of the tree, but for the files about files.
    pub(in crate::disk) fn steps(&self) -> impl Iterator<Item = Step<'_>> {
        self.changes.iter().flat_map(Change::writes).chain(self.deletes())
    }

    fn deletes(&self) -> impl Iterator<Item = Step<'_>> {
        self.changes.iter().flat_map(|change| {
            let old = change.old.as_deref().filter(|_| change.deletes());
            let file = old.map(|_| Step::new(&change.path, old, None));
            let base = change.base.as_ref().filter(|_| change.is_over());
            let base = base.and_then(|base| {
                let (old, entry) = (base.text.as_deref()?, self.entry(&change.path)?);
                let is_ours = ejected::is_base(&change.path, old, &entry.ejected);
                is_ours.then_some(Step::new(&base.path, Some(old), None))
            });
            file.into_iter().chain(base)
        })
    }

    /// The files of the tree that are there, those about files among them.
    pub fn on_disk(&self) -> Vec<&str> {
        let is_there = |change: &&Change<'_>| change.new.is_some() && change.old.is_some();
        let files = self.all().filter(is_there).map(|change| change.path.as_str());
        let bases = self.all().filter_map(|change| change.base.as_ref());
        let bases = bases.filter(|base| base.text.is_some()).map(|base| base.path.as_str());
        let attributes = self.attributes.as_ref().and_then(|it| it.old.as_ref());
        let about =
            [self.lock_text.as_ref().map(|_| LOCK_FILE), attributes.map(|_| ATTRIBUTES_FILE)];
        files.chain(bases).chain(about.into_iter().flatten()).collect()
    }

    /// The lock's text once everything is written. It takes a look at every
    /// token of every file, so only writing asks for it.
    pub(in crate::disk) fn new_lock(&self) -> String {
        self.next_lock().text()
    }

    fn next_lock(&self) -> Lock {
        let entry = |change: &Change<'_>| {
            let entry = match (&change.action, change.new) {
                (Action::Delete { .. } | Action::Forget { .. }, _) => return None,
                (Action::HandOver { base, .. }, _) => LockEntry::ejected(&change.path, base),
                (Action::Write { .. }, Some(file)) => {
                    let known = change.fingerprint.clone();
                    let new = || Fingerprint::of(file.path(), file.text());
                    LockEntry::ours(known.unwrap_or_else(new))
                }
                _ => self.entry(&change.path)?.clone(),
            };
            Some((change.path.clone(), entry))
        };
        Lock {
            entries: self.changes.par_iter().filter_map(entry).collect(),
            inputs: self.next_inputs(),
            first_control_plane: match &self.first_control_plane {
                Some(name) => Some(name.clone()),
                None => self.lock.first_control_plane.clone(),
            },
            merged: false,
        }
    }

    /// The inputs of the files once everything is written: what was written before
    /// stands, as long as one of them is not.
    fn next_inputs(&self) -> Vec<Input> {
        let stays = |change: &Change<'_>| {
            let is_ours = change.new.is_some() && !change.state.is_ejected();
            is_ours && !change.is_clean() && change.action == Action::Keep
        };
        match &self.input {
            Some(input) if !self.changes.iter().any(stays) => vec![input.clone()],
            _ => self.lock.inputs.clone(),
        }
    }

    /// The entry of a file.
    pub(super) fn entry(&self, path: &str) -> Option<&LockEntry> {
        self.renamed.get(path).or_else(|| self.lock.entries.get(path))
    }

    /// Whether nixgen knows that it wrote a file, or handed it over.
    pub fn is_known(&self, path: &str) -> bool {
        self.entry(path).is_some()
    }

    /// A file by its path.
    pub fn find(&self, path: &str) -> Option<&Change<'a>> {
        let at = self.changes.binary_search_by(|change| change.path.as_str().cmp(path)).ok()?;
        self.changes.get(at)
    }

    /// The attributes that a file on disk sets, if it is not as it should be and is valid Nix.
    pub fn old_attrs(&self, path: &str) -> Option<&Attrs> {
        self.find(path).filter(|change| change.differs())?.old_attrs()
    }

    /// The text of a file on disk, if it is not as it should be.
    pub fn old_text(&self, path: &str) -> Option<&str> {
        self.find(path).filter(|change| change.differs())?.old.as_deref()
    }

    /// The files beside given up ones that keep what these held: the file's
    /// path, and that of the copy.
    pub fn backups(&self) -> impl Iterator<Item = (&str, &str)> {
        self.changes.iter().filter_map(|change| match &change.action {
            Action::Write { backup: Some(backup) } | Action::Delete { backup: Some(backup) } => {
                Some((change.path.as_str(), backup.path.as_str()))
            }
            _ => None,
        })
    }

    /// `2 created, 1 updated`: what writing has done.
    pub fn written(&self) -> String {
        let kinds: [(Is<'a>, _); 3] = [
            (Change::creates, "created"),
            (Change::updates, "updated"),
            (Change::deletes, "deleted"),
        ];
        let counts = kinds.map(|(is, word)| (self.count(is), word)).into_iter();
        let told = counts.filter(|(count, _)| *count > 0);
        told.map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
    }

    fn count(&self, is: Is<'a>) -> usize {
        self.all().filter(|change| is(change)).count()
    }

    /// `2 to create, 1 to update, 0 to delete, 14 unchanged`
    pub fn summary(&self) -> String {
        const ALWAYS: usize = 4;
        let kinds: [(Is<'a>, _); 7] = [
            (Change::creates, "to create"),
            (Change::updates, "to update"),
            (Change::deletes, "to delete"),
            (Change::is_clean, "unchanged"),
            (Change::is_refused, "in the way"),
            (Change::is_kept, "kept"),
            (Change::is_ejected, "ejected"),
        ];
        let counts = kinds.map(|(is, word)| (self.count(is), word)).into_iter().enumerate();
        let told = counts.filter(|(at, (count, _))| *at < ALWAYS || *count > 0);
        told.map(|(_, (count, word))| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
    }
}
