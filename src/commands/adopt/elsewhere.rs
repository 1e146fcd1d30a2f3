//! What files other than the one that is taken over set: nothing is lost that one of
//! them has, and a file at another path may be what nixgen writes.

use std::collections::BTreeMap;

use crate::cluster::Cluster;
use crate::disk::{ChangeSet, Root};
use crate::nix::attrs::{AttrPath, Attrs, Value};
use crate::render::{Language, is_generated};

/// So many options in common make two files the same one.
const ENOUGH: usize = 3;

/// The files besides those that are taken over, by what they set.
#[derive(Default)]
pub(super) struct Elsewhere {
    /// Those that nixgen writes.
    ours: BTreeMap<String, Attrs>,
    /// Modules of the user's that `cluster.toml` names.
    modules: BTreeMap<String, Attrs>,
    /// Others of the user's.
    others: BTreeMap<String, Attrs>,
}

impl Elsewhere {
    /// Reads what is rendered, and what else of the repository is Nix.
    pub(super) fn read(cluster: &Cluster, changes: &ChangeSet<'_>, root: &Root) -> Self {
        let mut elsewhere = Self::default();
        let rendered = changes.all().filter_map(|change| Some((&change.path, change.new?)));
        for (path, file) in rendered.filter(|(path, _)| Language::of(path) == Some(Language::Nix)) {
            elsewhere.ours.extend(file.text().parse().ok().map(|attrs| (path.clone(), attrs)));
        }
        for (path, text) in root.nix_texts() {
            let is_known = changes.find(&path).is_some() || is_generated(&text);
            let Some(attrs) = text.parse().ok().filter(|_| !is_known) else { continue };
            let is_module = cluster.modules().any(|(_, module)| module.inside() == path);
            let files = if is_module { &mut elsewhere.modules } else { &mut elsewhere.others };
            files.insert(path, attrs);
        }
        elsewhere
    }

    /// The file in which an option of a file goes on: as it is, or with these items.
    pub(super) fn keeps(&self, file: &str, path: &AttrPath, value: &Value) -> Option<&str> {
        let host_name = self.ours.get(file).and_then(host_name);
        let files = self.ours.iter().chain(&self.modules).filter(|(other, attrs)| {
            // What another machine has is of no use to this one.
            let of_another = host_name.is_some() && host_name_of_another(attrs, host_name);
            *other != file && !of_another
        });
        let sets = |attrs: &Attrs| match (value, &attrs.entries.get(path)?.value) {
            (Value::List(items), Value::List(there)) => {
                items.iter().all(|item| there.contains(item)).then_some(())
            }
            (value, there) => (value == there).then_some(()),
        };
        let mut files = files.filter_map(|(other, attrs)| sets(attrs).map(|()| other.as_str()));
        files.next()
    }

    /// The files of the user's that set what nixgen writes to another path: theirs,
    /// nixgen's, and how many options of how many.
    pub(super) fn alike(&self) -> impl Iterator<Item = (&str, &str, usize, usize)> {
        self.others.iter().filter_map(|(theirs, old)| {
            let all = old.entries.len();
            let in_common = |new: &Attrs| {
                old.entries.keys().filter(|path| new.entries.contains_key(*path)).count()
            };
            let alike = self.ours.iter().filter(|(_, new)| {
                let names = (host_name(old), host_name(new));
                !matches!(names, (Some(old), Some(new)) if old != new)
            });
            let alike = alike.map(|(ours, new)| (ours.as_str(), in_common(new)));
            let (ours, count) = alike.max_by_key(|(_, count)| *count)?;
            (count >= ENOUGH && 2 * count >= all).then_some((theirs.as_str(), ours, count, all))
        })
    }

    /// What a file of the user's sets, and what nixgen's does.
    pub(super) fn both(&self, theirs: &str, ours: &str) -> Option<(&Attrs, &Attrs)> {
        Some((self.others.get(theirs)?, self.ours.get(ours)?))
    }
}

fn host_name(attrs: &Attrs) -> Option<&str> {
    attrs.get(&["networking", "hostName"])?.text()
}

fn host_name_of_another(attrs: &Attrs, name: Option<&str>) -> bool {
    host_name(attrs).is_some_and(|other| Some(other) != name)
}
