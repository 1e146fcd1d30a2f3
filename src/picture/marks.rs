//! Marks of what is to become of what is drawn.

use std::collections::BTreeMap;

/// The fate of a machine or VLAN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It is new.
    Added,
    /// It changes.
    Changed,
    /// It goes.
    Removed,
}

impl Mark {
    /// Every mark.
    pub(super) const ALL: [Self; 3] = [Self::Added, Self::Changed, Self::Removed];

    /// Its name in styles and labels.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Removed => "removed",
        }
    }
}

/// The mark of a machine.
#[derive(Debug)]
pub struct MachineMark {
    /// Its fate.
    pub mark: Mark,
    /// The cost of that in words, where it costs something.
    pub cost: Option<&'static str>,
    /// The host that carries it, for a VM.
    pub host: Option<String>,
}

/// Marks by the names of what has them.
#[derive(Debug, Default)]
pub struct Marks {
    /// Machines.
    pub machines: BTreeMap<String, MachineMark>,
    /// VLANs.
    pub vlans: BTreeMap<String, Mark>,
}
