//! Marks of what is to become of what is drawn.

use std::collections::BTreeMap;

use crate::text::words;

words! {
    /// The fate of a machine or VLAN, by the word of styles and labels.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Mark {
        /// It is new.
        Added = "added",
        /// It changes.
        Changed = "changed",
        /// It goes.
        Removed = "removed",
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
    /// The VLAN that it was on, for a VM that goes.
    pub vlan: Option<String>,
}

/// Marks by the names of what has them.
#[derive(Debug, Default)]
pub struct Marks {
    /// Machines.
    pub machines: BTreeMap<String, MachineMark>,
    /// VLANs.
    pub vlans: BTreeMap<String, Mark>,
}
