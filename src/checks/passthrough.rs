//! A GPU that is handed to a VM by VFIO: which one, to whom, and whether it
//! survives that.

use crate::cluster::{Cluster, Gpu, Host};
use crate::diagnostic::{Code, Diagnostic};
use crate::input::types::GpuMode;
use crate::text::closest;

/// Integrated chips that do not come back from a reset, and whose firmware is
/// in the host's.
const STUCK: [(&str, &str); 1] = [("gfx1103", "Phoenix and Hawk Point")];

fn passed(cluster: &Cluster) -> impl Iterator<Item = (&Host, &Gpu)> {
    let gpus = cluster.hosts.iter().filter_map(|host| Some((host, host.gpu.as_ref()?)));
    gpus.filter(|(_, gpu)| *gpu.mode == GpuMode::Passthrough)
}

fn stuck(gpu: &Gpu) -> Option<&'static str> {
    STUCK.iter().find(|(model, _)| *model == gpu.model.as_str()).map(|(_, family)| *family)
}

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    for (host, gpu) in passed(cluster) {
        if let Some(family) = stuck(gpu) {
            let message = format!(
                "`{}` cannot be passed through: the reset and the firmware of {family} GPUs do not survive VFIO",
                gpu.model
            );
            log.push(
                Diagnostic::new(Code::GpuPassthrough, gpu.mode.span(), message)
                    .related(gpu.model.span(), "the chip")
                    .help("write `mode = \"host\"` and make the host a worker"),
            );
            continue;
        }
        for (at, pci) in gpu.pci.iter().enumerate() {
            if let Some(first) = gpu.pci.iter().take(at).find(|other| *other == pci) {
                let message = format!("`{pci}` is passed through twice");
                log.push(
                    Diagnostic::new(Code::GpuPassthrough, pci.span(), message)
                        .related(first.span(), "first here")
                        .help("write the card's other function, as `lspci -D` shows it"),
                );
            }
        }
        let Some(name) = &gpu.vm else { continue };
        match cluster.vms.iter().find(|vm| vm.name == *name) {
            Some(vm) if vm.host == host.id => {}
            Some(vm) => {
                let other = &cluster.host_of(vm).name;
                let message = format!(
                    "the GPU of `{}` cannot go to `{name}`, which is on the host `{other}`",
                    host.name
                );
                log.push(
                    Diagnostic::new(Code::GpuPassthrough, name.span(), message)
                        .related(vm.name.span(), "the VM")
                        .help(format!(
                            "write `host = \"{}\"` for the VM, or name another VM",
                            host.name
                        )),
                );
            }
            None => {
                let names = cluster.vms_on(host).map(|vm| vm.name.as_str());
                let help = match closest(name.as_str(), names) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("write the name of a VM on `{}`", host.name),
                };
                let message = format!("there is no VM `{name}`");
                log.push(Diagnostic::new(Code::UnknownReference, name.span(), message).help(help));
            }
        }
    }
}

pub(super) fn missing(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    const PCI: &str = "`pci`, the addresses of its functions as `lspci -D` shows them";
    const VM: &str = "`vm`, the VM that gets it";

    for (host, gpu) in passed(cluster).filter(|(_, gpu)| stuck(gpu).is_none()) {
        let (missing, help) = match (gpu.pci.first(), &gpu.vm) {
            (Some(_), Some(_)) => continue,
            (None, Some(_)) => ("`pci`", format!("add {PCI}")),
            (Some(_), None) => ("`vm`", format!("add {VM}")),
            (None, None) => ("`pci` and `vm`", format!("add {PCI}, and {VM}")),
        };
        let message = format!("the GPU of `{}` is passed through without {missing}", host.name);
        log.push(Diagnostic::new(Code::GpuPassthrough, gpu.mode.span(), message).help(help));
    }
}
