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
            Role::ControlPlane => Group::ControlPlane,
            Role::Worker => Group::Worker,
            Role::None => Group::Outside,
        };
        let both =
            (kind == Group::MicroVm && role == Group::Worker).then_some(Group::WorkerMicroVm);
        let groups = [kind, role].into_iter().chain(both);
        Self(groups.filter_map(|group| file.roles.get(&group)).collect())
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
