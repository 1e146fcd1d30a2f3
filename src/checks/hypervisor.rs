//! What a hypervisor cannot do.

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};
use crate::input::types::Hypervisor;

/// qemu stops in the guest's firmware with exactly this much memory
/// (microvm.nix issue 171).
const HANGS: u32 = 2048;
/// Releases whose cloud-hypervisor is older than 50.1, the first that can be
/// told the format of an image, as microvm.nix always does.
const OLD_CLOUD_HYPERVISOR: [&str; 2] = ["24.11", "25.05"];

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    match *cluster.hypervisor {
        Hypervisor::Qemu => memory(cluster, log),
        Hypervisor::CloudHypervisor => images(cluster, log),
    }
}

fn memory(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    for vm in cluster.vms.iter().filter(|vm| vm.memory.mib() == HANGS) {
        let message = format!("qemu hangs at the start of `{}` with exactly 2048MiB", vm.name);
        let found = Diagnostic::new(Code::HypervisorFeature, vm.memory.span(), message);
        log.push(found.help("write `memory = \"2304MiB\"`"));
    }
}

fn images(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let release = cluster.release.name;
    let owner = cluster.vms.iter().find_map(|vm| Some((vm, vm.volumes.first()?)));
    if let (true, Some((vm, volume))) = (OLD_CLOUD_HYPERVISOR.contains(&release), owner) {
        let message = format!(
            "the cloud-hypervisor of NixOS {release} cannot be told the format of an image, \
             such as that of the volume `{}` of `{}`",
            volume.name, vm.name
        );
        log.push(
            Diagnostic::new(Code::HypervisorFeature, cluster.hypervisor.span(), message)
                .related(volume.name.span(), "the volume")
                .help("write `hypervisor = \"qemu\"`, or take NixOS 25.11"),
        );
    }
}
