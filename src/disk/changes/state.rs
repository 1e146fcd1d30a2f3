//! How a file stands.

use crate::text::words;

words! {
    /// How a file stands, told from the tree and its lock alone.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    pub enum State {
        /// As it should be.
        Clean = "clean",
        /// Ours, from an older input.
        Stale = "stale",
        /// Ours, changed by a person.
        Edited = "edited",
        /// Changed by a person, and from an older input.
        EditedStale = "edited+stale",
        /// Not there.
        Missing = "missing",
        /// Ours, and no longer wanted.
        Orphan = "orphan",
        /// No longer wanted, and changed by a person.
        EditedOrphan = "edited+orphan",
        /// At the path of an output, and never ours.
        Foreign = "foreign",
        /// Handed over to a person; nixgen has nothing new for it.
        Ejected = "ejected",
        /// Handed over, and nixgen would have changed it since.
        EjectedStale = "ejected+stale",
        /// Handed over, and conflicts of a merge are left in it.
        EjectedConflict = "conflict",
        /// Handed over, and no longer wanted.
        EjectedOrphan = "ejected+orphan",
    }
}

impl State {
    /// Whether nothing has to be done about it.
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Clean | Self::Ejected)
    }

    /// Whether it was handed over to a person.
    pub const fn is_ejected(self) -> bool {
        matches!(
            self,
            Self::Ejected | Self::EjectedStale | Self::EjectedConflict | Self::EjectedOrphan
        )
    }

    /// Whether a person's work would be lost by writing or deleting.
    pub const fn is_protected(self) -> bool {
        matches!(self, Self::Edited | Self::EditedStale | Self::EditedOrphan | Self::Foreign)
    }
}

/// Its word.
impl std::fmt::Display for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.word())
    }
}
