//! The values that machines have in common by their role and kind.

use crate::input::Spanned;
use crate::input::nixos::Options;
use crate::input::schema::{ClusterFile, RoleTable};
use crate::input::types::{Group, RelPath, Role};

/// The tables of `[roles]` that a machine belongs to, the widest first.
pub(super) struct Groups<'a>(Vec<&'a RoleTable>);

impl<'a> Groups<'a> {
    pub(super) fn of(kind: Group, role: Role, file: &'a ClusterFile) -> Self {
        let role = match role {
            Role::ControlPlane => Some(Group::ControlPlane),
            Role::Worker => Some(Group::Worker),
            Role::None => None,
        };
        Self([Some(kind), role].into_iter().flatten().filter_map(|g| file.roles.get(&g)).collect())
    }

    /// The modules of the groups and the machine's own, each once.
    pub(super) fn modules(&self, own: &[Spanned<RelPath>]) -> Vec<Spanned<RelPath>> {
        let mut all: Vec<Spanned<RelPath>> = Vec::new();
        for module in self.0.iter().flat_map(|table| &table.extra_modules).chain(own) {
            if !all.iter().any(|known| known.inside() == module.inside()) {
                all.push(module.clone());
            }
        }
        all
    }

    /// The options of the groups under the machine's own.
    pub(super) fn options(&self, own: &Options) -> Options {
        self.0.iter().rev().fold(own.clone(), |nearer, table| nearer.over(&table.nixos))
    }
}
