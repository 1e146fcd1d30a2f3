//! One file, and what is done about it.

use std::sync::OnceLock;

use super::ejected::{self, Base, ThreeWay};
use super::state::State;
use crate::disk::lock::Fingerprint;
use crate::nix::ReadyFile;
use crate::nix::attrs::Attrs;
use crate::render::{handed_over, is_generated};

/// One file: how it stands, what is there, what should be, and what is done
/// about it.
#[derive(Debug)]
pub struct Change<'a> {
    /// Its path below the root.
    pub path: String,
    /// How it stands.
    pub state: State,
    /// The text on disk, if it is one.
    pub old: Option<String>,
    /// The file that should be there; `None` for one that is not wanted.
    pub new: Option<&'a ReadyFile>,
    /// The fingerprint of that, where it is what is there.
    pub(super) fingerprint: Option<Fingerprint>,
    /// That with the line ends of what is there, where it has those of Windows.
    pub(super) in_its_line_ends: Option<String>,
    /// The kind of thing that is there instead of a text file.
    pub in_the_way: Option<&'static str>,
    /// The changes of both sides since it was handed over, if it was, and what it
    /// was then is known.
    pub three_way: Option<ThreeWay>,
    /// Where that is kept.
    pub(super) base: Option<Base>,
    /// The action about it.
    pub(super) action: Action,
    /// The attributes of the text on disk, read once somebody asked.
    attrs: OnceLock<Option<Attrs>>,
}

/// The action about a file when the change set is applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Action {
    /// The file stays as it is, and so does its line in the lock.
    Keep,
    /// It becomes what is rendered.
    Write { backup: Option<Backup> },
    /// It goes, and its line in the lock with it.
    Delete { backup: Option<Backup> },
    /// It is a person's from now on, as this text.
    HandOver { text: String, base: String },
    /// It is a person's and not known any more, as this text where it was nixgen's.
    Forget { text: Option<String> },
}

impl Action {
    /// The action of `render` about a file that nobody decided about.
    pub(super) fn of(state: State) -> Self {
        match state {
            State::Clean | State::Stale | State::Missing => Self::Write { backup: None },
            State::Orphan => Self::Delete { backup: None },
            State::EjectedOrphan => Self::Forget { text: None },
            _ => Self::Keep,
        }
    }
}

/// Where a person's text is kept once its file is given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Backup {
    pub(super) path: String,
    /// Whether the very text is there already.
    pub(super) exists: bool,
}

/// A step: what is done to one path.
#[derive(Debug, Clone, Copy)]
pub(in crate::disk) struct Step<'c> {
    /// Its path below the root.
    pub(in crate::disk) path: &'c str,
    /// The text that is there; `None` for nothing.
    pub(in crate::disk) old: Option<&'c str>,
    /// The text that is to be there; `None` for nothing.
    pub(in crate::disk) new: Option<&'c str>,
    /// Whether that is a script.
    pub(in crate::disk) executable: bool,
    /// The file whose permissions and owner it takes, if that is there.
    pub(in crate::disk) like: &'c str,
}

impl<'c> Step<'c> {
    pub(in crate::disk) fn new(path: &'c str, old: Option<&'c str>, new: Option<&'c str>) -> Self {
        Self { path, old, new, executable: false, like: path }
    }
}

impl<'a> Change<'a> {
    pub(super) fn new(path: &str, state: State, new: Option<&'a ReadyFile>) -> Self {
        Self {
            path: path.to_owned(),
            state,
            old: None,
            new,
            fingerprint: None,
            in_its_line_ends: None,
            in_the_way: None,
            three_way: None,
            base: None,
            action: Action::of(state),
            attrs: OnceLock::new(),
        }
    }

    /// The attributes that the file on disk sets, if it differs and is valid Nix.
    pub fn old_attrs(&self) -> Option<&Attrs> {
        self.attrs.get_or_init(|| self.old.as_ref()?.parse().ok()).as_ref()
    }

    /// The same file, standing so.
    pub(super) fn stands(self, state: State) -> Self {
        Self { state, action: Action::of(state), ..self }
    }

    /// Leaves it to the user, who makes it from now on.
    pub(super) fn leave(&mut self) {
        self.action = Action::Forget { text: self.old.as_deref().map(handed_over) };
    }

    /// Whether what it was when it was handed over is of no use any more.
    pub(super) fn is_over(&self) -> bool {
        !matches!(self.action, Action::Keep | Action::HandOver { .. })
    }

    /// The steps that write: the file, and what is kept beside it.
    pub(super) fn writes(&self) -> impl Iterator<Item = Step<'_>> {
        let (path, old) = (self.path.as_str(), self.old.as_deref());
        let executable = self.new.is_some_and(ReadyFile::executable);
        let steps = match &self.action {
            Action::Keep => [None, None],
            Action::Forget { text } => {
                let text = text.as_deref().filter(|text| old != Some(text));
                [text.map(|text| Step::new(path, old, Some(text))), None]
            }
            Action::Write { backup } | Action::Delete { backup } => {
                let backup = backup.as_ref().filter(|backup| !backup.exists && old.is_some());
                let kept = backup.map(|backup| Step::new(&backup.path, None, old));
                let new = self.text().filter(|_| !self.deletes() && !self.is_clean());
                let written = new.map(|_| Step { executable, ..Step::new(path, old, new) });
                [kept.map(|kept| Step { like: path, ..kept }), written]
            }
            Action::HandOver { text, base } => {
                // Nothing is there, or the very text that is rendered.
                let is_there = self.state != State::Missing;
                let old = old.or(self.new.map(ReadyFile::text).filter(|_| is_there));
                let written = Step { executable, ..Step::new(path, old, Some(text)) };
                let kept = self.base.as_ref();
                let kept = kept.map(|kept| Step::new(&kept.path, kept.text.as_deref(), Some(base)));
                [Some(written), kept].map(|step| step.filter(|step| step.old != step.new))
            }
        };
        steps.into_iter().flatten()
    }

    /// The text that should be there: line ends are those of what is there.
    pub fn text(&self) -> Option<&str> {
        self.in_its_line_ends.as_deref().or(self.new.map(ReadyFile::text))
    }

    /// Whether the file is as it should be.
    pub fn is_clean(&self) -> bool {
        self.state == State::Clean
    }

    /// Whether the file is not as it should be, or is given up.
    pub fn differs(&self) -> bool {
        !self.state.is_settled() || self.updates()
    }

    /// Whether a merge left conflicts in it.
    pub fn has_conflicts(&self) -> bool {
        self.old.as_deref().is_some_and(ejected::has_conflicts)
    }

    /// Whether a file is to be made.
    pub fn creates(&self) -> bool {
        self.state == State::Missing
    }

    /// Whether a file is to be replaced.
    pub fn updates(&self) -> bool {
        let is_there = !matches!(self.state, State::Missing | State::Clean);
        is_there && matches!(self.action, Action::Write { .. })
    }

    /// Whether a file would be replaced, and stands in the way.
    pub fn is_refused(&self) -> bool {
        self.new.is_some() && self.state.is_protected() && self.action == Action::Keep
    }

    /// Whether a file is a person's, and stays so.
    pub fn is_ejected(&self) -> bool {
        let is_given_up = matches!(self.action, Action::Write { .. } | Action::Delete { .. });
        let is_handed_over = matches!(self.action, Action::HandOver { .. } | Action::Forget { .. });
        is_handed_over || self.state.is_ejected() && !is_given_up
    }

    /// Whether a file is to go.
    pub fn deletes(&self) -> bool {
        matches!(self.action, Action::Delete { .. })
    }

    /// Whether nothing but the lock says of a file that it was ever nixgen's.
    pub fn is_claimed(&self) -> bool {
        let has_no_header = |text: &str| !is_generated(text);
        self.state == State::EditedOrphan && self.old.as_deref().is_some_and(has_no_header)
    }

    /// Whether a file is not wanted, and stays because a person changed it.
    pub fn is_kept(&self) -> bool {
        self.state == State::EditedOrphan && self.action == Action::Keep
    }
}
