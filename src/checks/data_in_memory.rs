//! A MicroVM's own file system is in its memory: what a workload keeps there is gone
//! with the next restart.

use std::collections::HashSet;
use std::path::Path;

use crate::cluster::{Cluster, Vm};
use crate::diagnostic::{Code, Diagnostic};
use crate::input::decode::Text as _;
use crate::input::types::{AbsPath, Name};
use crate::outputs;

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    for data in outputs::data(cluster) {
        let nodes: HashSet<&Name> = data.nodes.iter().map(|node| &node.name.value).collect();
        let keeps = |vm: &&Vm| nodes.contains(&vm.name.value);
        for vm in cluster.vms.iter().filter(keeps).filter(|vm| !is_on_disk(vm, &data.path)) {
            let message = format!(
                "`{}` would keep the {} in its memory: none of its volumes is mounted at `{}`",
                vm.name, data.what, data.path
            );
            let name = data.path.as_str().rsplit('/').next().unwrap_or_default();
            let name = Name::from_text(name).map_or("data".to_owned(), |name| name.to_string());
            log.push(Diagnostic::new(Code::DataInMemory, vm.name.span(), message).help(format!(
                "write `volumes.{name} = {{ size = \"20GiB\", mount = \"{}\" }}` in `[vms.{}]`",
                data.path, vm.name
            )));
        }
    }
}

/// Whether a directory of a MicroVM outlives it.
fn is_on_disk(vm: &Vm, path: &AbsPath) -> bool {
    let volumes = vm.volumes.iter().map(|volume| &volume.mount);
    let shares = vm.shares.iter().map(|share| &share.mount);
    let mut kept = volumes.chain(shares).chain(&vm.persist);
    kept.any(|mount| Path::new(path.as_str()).starts_with(mount.as_str()))
}
