//! The limits of a hypervisor.

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};
use crate::input::types::Hypervisor;
use crate::release::RELEASES;

/// qemu stops in the guest's firmware with exactly this much memory
/// (microvm.nix issue 171).
const HANGS: u32 = 2048;

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
    let owner = cluster.vms.iter().find_map(|vm| Some((vm, vm.volumes.first()?)));
    if let (false, Some((vm, volume))) = (cluster.release.tells_image_format, owner) {
        let message = format!(
            "the cloud-hypervisor of NixOS {} cannot be told the format of an image, such as \
             that of the volume `{}` of `{}`",
            cluster.release.name, volume.name, vm.name
        );
        let newer = RELEASES.iter().find(|release| release.tells_image_format);
        let newer = newer.map_or(String::new(), |it| format!(", or take NixOS {}", it.name));
        log.push(
            Diagnostic::new(Code::HypervisorFeature, cluster.hypervisor.span(), message)
                .related(volume.name.span(), "the volume")
                .help(format!("write `hypervisor = \"qemu\"`{newer}")),
        );
    }
}
