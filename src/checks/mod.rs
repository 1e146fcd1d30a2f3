//! Rules that a cluster has to keep beyond the types of its values: one rule a
//! file, and one line in [`CHECKS`].

use crate::cluster::Cluster;
use crate::diagnostic::Diagnostic;

/// A rule: it looks at a cluster and says what breaks it.
pub type Check = fn(&Cluster, &mut Vec<Diagnostic>);

/// Every rule.
pub const CHECKS: &[Check] = &[];

/// Applies every rule.
pub fn run(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    for check in CHECKS {
        check(cluster, log);
    }
}
