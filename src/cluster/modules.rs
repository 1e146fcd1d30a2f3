//! Which modules of the user's the machines import.

use super::{Cluster, Hardware};
use crate::input::Spanned;
use crate::input::types::{Name, RelPath};

impl Cluster {
    /// The user's modules, and whose they are.
    pub fn modules(&self) -> impl Iterator<Item = (&Name, &Spanned<RelPath>)> {
        let hosts = self.hosts.iter().flat_map(|host| {
            let hardware = match &host.hardware {
                Hardware::Module(module) => Some(module),
                Hardware::Boot { .. } => None,
            };
            let modules = host.extra_modules.iter().chain(hardware);
            modules.map(|module| (&host.name.value, module))
        });
        let vms = self
            .vms
            .iter()
            .flat_map(|vm| vm.extra_modules.iter().map(|module| (&vm.name.value, module)));
        hosts.chain(vms)
    }
}
