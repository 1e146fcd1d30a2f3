//! How a file stands.

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
    /// Handed over to a person; nixgen has nothing new for it.
    Ejected,
    /// Handed over, and nixgen would have changed it since.
    EjectedStale,
    /// Handed over, and conflicts of a merge are left in it.
    EjectedConflict,
    /// Handed over, and no longer wanted.
    EjectedOrphan,
}

impl State {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Clean,
        Self::Stale,
        Self::Edited,
        Self::EditedStale,
        Self::Missing,
        Self::Orphan,
        Self::EditedOrphan,
        Self::Foreign,
        Self::Ejected,
        Self::EjectedStale,
        Self::EjectedConflict,
        Self::EjectedOrphan,
    ];

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
            Self::Ejected => "ejected",
            Self::EjectedStale => "ejected+stale",
            Self::EjectedConflict => "conflict",
            Self::EjectedOrphan => "ejected+orphan",
        }
    }

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
