//! References by name.

use std::collections::HashMap;

use super::Log;
use crate::diagnostic::{Code, Diagnostic};
use crate::input::types::Name;
use crate::input::{Map, Spanned};
use crate::text::{closest, listed};

/// Looks a name up among those that the file defines. The kind completes
/// "there is no … `name`".
pub(super) struct Names<'a, Id> {
    pub(super) kind: &'static str,
    pub(super) table: &'static str,
    pub(super) index: HashMap<&'a str, Id>,
    pub(super) broken: &'a dyn Fn(&str) -> bool,
    /// Whether everything that was written could be read.
    pub(super) understood: bool,
}

impl<Id: Copy> Names<'_, Id> {
    pub(super) fn find(&self, name: &Spanned<Name>, log: &mut Log) -> Option<Id> {
        let found = self.index.get(name.as_str()).copied();
        if found.is_none() && !(self.broken)(name.as_str()) {
            let message = format!("there is no {} `{name}`", self.kind);
            let diagnostic = Diagnostic::new(Code::UnknownReference, name.span(), message);
            log.push(match closest(name.as_str(), self.index.keys().copied()) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None if self.index.is_empty() => {
                    diagnostic.help(format!("add a table `[{}.{name}]`", self.table))
                }
                None => diagnostic.help(format!("there is {}", self.known())),
            });
        }
        found
    }

    /// The names that there are, as far as they help.
    pub(super) fn known(&self) -> String {
        let mut names: Vec<&str> = self.index.keys().copied().collect();
        names.sort_unstable();
        listed(&names, 10)
    }

    /// The one that is meant when none is named: the only one there is.
    pub(super) fn only(&self, key: &str, owner: &Spanned<Name>, log: &mut Log) -> Option<Id> {
        if self.index.len() == 1 && !(self.broken)("") {
            return self.index.values().next().copied();
        }
        if self.understood && self.index.len() > 1 {
            let message = format!("`{owner}` does not say which {} it has", self.kind);
            log.push(
                Diagnostic::new(Code::AmbiguousReference, owner.span(), message)
                    .help(format!("add `{key} = …`, one of {}", self.known())),
            );
        }
        None
    }

    pub(super) fn find_or_only(
        &self,
        name: Option<&Spanned<Name>>,
        owner: &Spanned<Name>,
        key: &str,
        log: &mut Log,
    ) -> Option<Id> {
        match name {
            Some(name) => self.find(name, log),
            None => self.only(key, owner, log),
        }
    }
}

/// Whether a key, or any key for the empty name, was written unreadably.
pub(super) fn broken<V>(map: &Map<Name, V>) -> impl Fn(&str) -> bool {
    move |name| if name.is_empty() { map.any_broken() } else { map.is_broken(name) }
}
