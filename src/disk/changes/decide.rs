//! Decisions about files that are not simply nixgen's.

use super::change::{Action, Backup, Change};
use super::ejected::{self, Merged};
use super::set::ChangeSet;
use super::state::State;
use crate::disk::error::IoError;
use crate::disk::git::WorkTree;
use crate::disk::paths::beside;
use crate::disk::tree::{Found, Root};
use crate::render::handed_over;

impl<'a> ChangeSet<'a> {
    /// Gives files up that a person wrote in: those that `given_up` picks. What
    /// they hold is kept in files beside them. What is no file is never given up.
    pub fn give_up(
        &mut self,
        root: &Root,
        given_up: impl Fn(&Change<'_>) -> bool,
    ) -> Result<(), IoError> {
        let action = |change: &Change<'_>| -> Result<Option<Action>, IoError> {
            let is_left = matches!(change.action, Action::Forget { text: Some(_) });
            let is_theirs = (change.state.is_protected() || change.state.is_ejected()) && !is_left;
            let Some(old) = change.old.as_deref().filter(|_| is_theirs) else { return Ok(None) };
            if change.in_the_way.is_some() || !given_up(change) {
                return Ok(None);
            }
            let backup = Some(self.backup(root, &change.path, old)?);
            Ok(Some(match change.state {
                State::EditedOrphan => Action::Delete { backup },
                _ => Action::Write { backup },
            }))
        };
        let actions = self.changes.iter().map(action).collect::<Result<Vec<_>, _>>()?;
        for (change, action) in self.changes.iter_mut().zip(actions) {
            if let Some(action) = action {
                change.action = action;
            }
        }
        Ok(())
    }

    /// Takes a file over: it becomes what is rendered. What a person wrote in it
    /// is kept beside it; a file that differs in layout alone stays as it is.
    pub fn take_over(&mut self, root: &Root, path: &str) -> Result<(), IoError> {
        self.give_up(root, |change| change.path == path)?;
        if let Some(change) = self.get_mut(path).filter(|change| change.is_clean()) {
            change.action = Action::of(State::Clean);
        }
        Ok(())
    }

    /// A file beside another for what that one holds: the first name that is free.
    fn backup(&self, root: &Root, path: &str, text: &str) -> Result<Backup, IoError> {
        let mut number = 1;
        loop {
            let beside = beside(path, number);
            let is_ours = self.find(&beside).is_some();
            match root.look(&beside, text.len())? {
                Found::Nothing if !is_ours => return Ok(Backup { path: beside, exists: false }),
                Found::File(bytes) if !is_ours && bytes == text.as_bytes() => {
                    return Ok(Backup { path: beside, exists: true });
                }
                _ => number += 1,
            }
        }
    }

    /// Leaves every file as it is, until it is decided about.
    pub fn keep_all(&mut self) {
        for change in &mut self.changes {
            change.action = Action::Keep;
        }
    }

    /// Hands a file over: it stays as it is but for the header. One that is not
    /// wanted is forgotten. What nixgen wrote before it was edited is its base;
    /// if nobody knows that any more, what nixgen has for it now counts as seen.
    pub fn hand_over(&mut self, root: &Root, path: &str) -> Result<(), IoError> {
        let before = self.find(path).and_then(|change| self.written_before(root, change));
        let Some(change) = self.get_mut(path) else { return Ok(()) };
        let Some(file) = change.new else {
            change.leave();
            return Ok(());
        };
        let text = change.old.as_deref().unwrap_or(file.text());
        let base = before.as_deref().unwrap_or(file.text());
        change.action = Action::HandOver { text: handed_over(text), base: handed_over(base) };
        change.base = Some(ejected::base(root, path)?);
        Ok(())
    }

    /// The text that nixgen wrote to a file last, if that is not what it would write now:
    /// from the file itself, or from git when it was edited since.
    pub fn written_before(&self, root: &Root, change: &Change<'_>) -> Option<String> {
        match change.state {
            State::Stale => change.old.clone(),
            State::EditedStale => {
                let known = &self.entry(&change.path)?.ours;
                WorkTree::of(root)?.version(&change.path, known)
            }
            _ => None,
        }
    }

    /// Merges what nixgen would have changed in a file since it was handed over.
    /// `None` when there is nothing to merge, or no telling what is new.
    pub fn merge(&mut self, path: &str) -> Option<&Merged> {
        let change = self.get_mut(path)?;
        let three_way = change.three_way.as_ref()?;
        change.action =
            Action::HandOver { text: three_way.merged.text.clone(), base: three_way.ours.clone() };
        Some(&three_way.merged)
    }

    fn get_mut(&mut self, path: &str) -> Option<&mut Change<'a>> {
        let at = self.changes.binary_search_by(|change| change.path.as_str().cmp(path)).ok()?;
        self.changes.get_mut(at)
    }
}
