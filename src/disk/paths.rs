//! Paths below the root, and the names there that are nixgen's own.

use crate::input::decode::Text as _;
use crate::input::types::RelPath;
pub use crate::outputs::LOCK_FILE;
use crate::text::{is_unseen, same_name};

/// The name of the folder that is written through, at the root of the tree.
pub(super) const STAGING: &str = ".nixgen-staging";

/// Whether a path that the lock names is one that nixgen renders a file to.
pub(super) fn may_be_rendered(path: &str) -> bool {
    let is_plain = RelPath::from_text(path).is_ok_and(|known| known.inside() == path);
    is_plain && same_name(path) != LOCK_FILE
}

/// Whether a path that a file names is one of the tree that may be written to.
/// What is git's own is not.
pub(super) fn is_inside(path: &str) -> bool {
    let is_name = |part: &str| {
        !matches!(part, "" | "." | "..")
            && !part.contains(|c| is_unseen(c) || matches!(c, '\t' | '\n'))
            && !part.eq_ignore_ascii_case(".git")
    };
    path.split('/').all(is_name)
        && path.split('/').next().is_some_and(|first| same_name(first) != STAGING)
}

/// A path's folder, empty for the root, and its name in it.
pub(super) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// A name beside a path for what was there: the first, or another if that is taken.
pub(super) fn beside(path: &str, number: u32) -> String {
    match number {
        1 => format!("{path}.orig"),
        number => format!("{path}.orig{number}"),
    }
}

/// The folders that a path is in, the nearest first, the root last.
pub(super) fn parents(path: &str) -> impl Iterator<Item = &str> {
    let deepest = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
    deepest.collect::<Vec<_>>().into_iter().rev().chain([""])
}
