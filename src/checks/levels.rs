//! The levels of findings, after the user's word: errors, warnings and what is
//! allowed.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::input::types::{Level, Lint};
use crate::input::{Map, Spanned};

/// Levels of findings.
pub type Lints = BTreeMap<Lint, Level>;

/// The levels of a run: those of the command line before those of the file, and
/// those of one code before those of all warnings.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    flags: Lints,
    file: Lints,
}

impl Levels {
    /// The levels of the command line and of `[lints]`.
    pub fn new(flags: Lints, file: Option<&Map<Lint, Spanned<Level>>>) -> Self {
        let file = file.into_iter().flat_map(Map::iter);
        Self { flags, file: file.map(|(lint, level)| (lint.value, level.value)).collect() }
    }

    /// Drops what is allowed, and says of everything else how bad it is.
    pub fn apply(&self, log: &mut Vec<Diagnostic>) {
        log.retain_mut(|found| match self.severity(found.code) {
            Some(severity) => {
                found.severity = severity;
                true
            }
            None => false,
        });
    }

    /// Whether this run may put data at risk.
    pub fn allows_data_risk(&self) -> bool {
        self.flags.get(&Lint::DataRisk) == Some(&Level::Allow)
    }

    /// The severity of a finding; there is none where it is not to be said.
    fn severity(&self, code: Code) -> Option<Severity> {
        if code.is_data_risk() && self.allows_data_risk() {
            return None;
        }
        let of = |lint| self.flags.get(&lint).or_else(|| self.file.get(&lint)).copied();
        let own = of(Lint::Code(code)).filter(|level| Lint::Code(code).takes(*level));
        let (own, default) = (own.map(meaning), code.severity());
        match own.unwrap_or(Some(default)) {
            // What the user made a warning is one as well.
            Some(Severity::Warning) => of(Lint::Warnings).map_or(Some(Severity::Warning), meaning),
            Some(Severity::Refused) if default == Severity::Error => Some(default),
            other => other,
        }
    }
}

fn meaning(level: Level) -> Option<Severity> {
    match level {
        Level::Allow => None,
        Level::Warn => Some(Severity::Warning),
        Level::Deny => Some(Severity::Refused),
    }
}

/// Levels that cannot be set.
pub(super) fn check(cluster: &crate::cluster::Cluster, log: &mut Vec<Diagnostic>) {
    for (lint, level) in cluster.lints.iter().filter(|(lint, level)| !lint.takes(***level)) {
        let message = format!("`{lint}` is an error and cannot be set to `{level}`");
        log.push(Diagnostic::new(Code::FixedLevel, level.span(), message).help(
            "take this line out, and mend what the error names: only warnings, and errors that \
             can be allowed, have a level",
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WARNING: Code = Code::NoAdmin;
    const REFUSED: Code = Code::EvenControlPlanes;
    const ERROR: Code = Code::DuplicateAddress;

    fn lints(levels: &[(Lint, Level)]) -> Lints {
        levels.iter().copied().collect()
    }

    #[test]
    fn the_nearest_word_counts() {
        let of = |flags: &[(Lint, Level)], file: &[(Lint, Level)], code| {
            Levels { flags: lints(flags), file: lints(file) }.severity(code)
        };
        let (one, all) = (Lint::Code(WARNING), Lint::Warnings);
        let (warning, refused) = (Some(Severity::Warning), Some(Severity::Refused));
        for (flags, file, expected) in [
            (vec![], vec![], warning),
            (vec![], vec![(one, Level::Deny)], refused),
            (vec![], vec![(one, Level::Allow)], None),
            (vec![(one, Level::Warn)], vec![(one, Level::Allow)], warning),
            (vec![(all, Level::Deny)], vec![], refused),
            (vec![(all, Level::Deny)], vec![(one, Level::Allow)], None),
            (vec![(all, Level::Deny)], vec![(one, Level::Warn)], refused),
            (vec![(one, Level::Warn)], vec![(all, Level::Allow)], None),
            (vec![(all, Level::Warn)], vec![(all, Level::Deny)], warning),
        ] {
            assert_eq!(of(&flags, &file, WARNING), expected, "{flags:?} {file:?}");
        }
        let (one, error) = (Lint::Code(REFUSED), Lint::Code(ERROR));
        assert_eq!(of(&[], &[], REFUSED), refused);
        assert_eq!(of(&[], &[(all, Level::Allow)], REFUSED), refused, "it is no warning");
        assert_eq!(of(&[(one, Level::Allow)], &[], REFUSED), None);
        assert_eq!(of(&[(all, Level::Deny)], &[(one, Level::Warn)], REFUSED), refused);
        for level in [Level::Allow, Level::Warn, Level::Deny] {
            assert_eq!(of(&[(error, level)], &[], ERROR), Some(Severity::Error));
        }
    }
}
