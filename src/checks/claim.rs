//! Things that only one may have, and who has them a second time.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;

use super::place;
use crate::input::Spanned;
use crate::input::types::Name;
use crate::source::Span;

/// The use of something that only one may have.
pub(super) struct Claim<K, W> {
    /// The thing that is used.
    pub(super) key: K,
    /// Who uses it.
    pub(super) by: W,
    /// Where it was written, or else the name of its owner.
    pub(super) span: Option<Span>,
    /// Whether it was written, rather than a default or derived.
    pub(super) written: bool,
}

/// Which claim is the older one, where one was written and one was not.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Older {
    /// The written one: the other has to be written too.
    Written,
    /// The one that was not written: the other was written wrongly.
    Implied,
}

impl<K, W> Claim<K, W> {
    /// A claim by a value of a machine.
    pub(super) fn new<T>(key: K, by: W, value: &Spanned<T>, owner: &Spanned<Name>) -> Self {
        Self { key, by, span: place(value, owner), written: value.is_written() }
    }

    /// A claim that stands nowhere in the file.
    pub(super) fn implied(key: K, by: W) -> Self {
        Self { key, by, span: None, written: false }
    }

    /// The label of the older claim's place.
    pub(super) fn label(&self) -> &'static str {
        if self.written { "first used here" } else { "this one has it by default" }
    }
}

/// Reports every claim to something that an older claim has. Among claims of
/// one kind the one that stands first in the file is the oldest.
pub(super) fn clashes<K: Hash + Eq, W>(
    mut claims: Vec<Claim<K, W>>,
    older: Older,
    mut report: impl FnMut(&Claim<K, W>, &Claim<K, W>),
) {
    claims.sort_by_key(|claim| {
        let first = claim.written == (older == Older::Written);
        (!first, claim.span.as_ref().map(|span| span.start))
    });
    let mut taken: HashMap<&K, &Claim<K, W>> = HashMap::with_capacity(claims.len());
    for claim in &claims {
        match taken.entry(&claim.key) {
            Entry::Vacant(entry) => {
                entry.insert(claim);
            }
            Entry::Occupied(entry) => report(entry.get(), claim),
        }
    }
}
