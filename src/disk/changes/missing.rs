//! Files that rendered ones refer to and that are not there.

use crate::disk::tree::Root;
use crate::nix::Ready;
use crate::render::Bug;

/// The bugs of files that refer to what is neither rendered, nor the user's to
/// make, nor on disk. Only whether something is there is looked at, as Nix would:
/// through links, too.
pub fn missing(ready: &Ready, root: &Root) -> Vec<Bug> {
    let unknown = ready.missing().iter().filter(|it| !ready.is_left_to_user(&it.path));
    let absent = unknown.filter(|it| !root.holds(&it.path));
    absent.map(|it| it.bug.clone()).collect()
}
