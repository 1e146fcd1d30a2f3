//! `amdgpu.nix`: the driver of an AMD GPU, on the machine that has it.

use std::collections::BTreeSet;

use serde::Serialize;

use super::output::Output;
use crate::cluster::{Cluster, Gpu, Host};
use crate::input::types::GpuMode;
use crate::render::{Kind, Template, template};

/// The values of the template.
#[derive(Serialize)]
struct Context {
    users: BTreeSet<String>,
}

const TEMPLATE: Template<Context> = template!("modules/nixos/amdgpu.nix", Kind::Module);

pub(super) const OUTPUT: Output = Output {
    name: "amdgpu",
    path: "modules/nixos/amdgpu.nix",
    wanted: |cluster| cluster.hosts.iter().any(|host| has_gpu(host, |mode| mode != GpuMode::None)),
    templates: &[TEMPLATE.source()],
    files: |cluster, path| vec![TEMPLATE.file(path.clone(), &Context { users: users(cluster) })],
};

/// Whether the host itself drives its GPU.
pub(super) fn is_on_host(host: &Host) -> bool {
    has_gpu(host, |mode| mode == GpuMode::Host)
}

fn has_gpu(host: &Host, mode: impl Fn(GpuMode) -> bool) -> bool {
    host.gpu.as_ref().is_some_and(|gpu: &Gpu| mode(*gpu.mode))
}

/// The admins of every host whose GPU is its own. One module serves all hosts,
/// and a member that a host does not know would be an error there, so it lists
/// them only where the hosts agree.
fn users(cluster: &Cluster) -> BTreeSet<String> {
    let mut sets = cluster.hosts.iter().filter(|host| is_on_host(host)).map(|host| {
        let admins = host.users.iter().filter(|user| *user.admin);
        admins.map(|user| user.name.to_string()).collect::<BTreeSet<_>>()
    });
    let first = sets.next().unwrap_or_default();
    sets.fold(first, |common, next| common.intersection(&next).cloned().collect())
}
