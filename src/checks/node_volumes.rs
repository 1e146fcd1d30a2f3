//! The volumes that every node has: each at its place, and with room for what
//! the kubelet keeps free in it.

use crate::cluster::{Cluster, Volume};
use crate::diagnostic::{Code, Diagnostic};
use crate::input::types::{Name, Size};

/// Name, place and least size.
const VOLUMES: [(&str, &str, Size); 3] = [
    ("kubelet", "/var/lib/kubelet", Size::gib(5)),
    ("containerd", "/var/lib/containerd", Size::gib(10)),
    ("etcd", "/var/lib/etcd", Size::gib(2)),
];

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    for vm in cluster.vms.iter().filter(|vm| vm.is_node()) {
        for volume in &vm.volumes {
            let known = VOLUMES.iter().find(|known| known.0 == volume.name.as_str());
            if let Some((_, mount, size)) = known {
                place(&vm.name, volume, mount, log);
                room(&vm.name, volume, *size, log);
            }
        }
    }
}

fn place(owner: &Name, volume: &Volume, mount: &str, log: &mut Vec<Diagnostic>) {
    if volume.mount.as_str() != mount {
        let message = format!(
            "the volume `{}` of the node `{owner}` is mounted at `{}`, its data is in `{mount}`",
            volume.name, volume.mount
        );
        log.push(
            Diagnostic::new(Code::VolumeMount, volume.mount.span(), message)
                .help("leave `mount` out, or give the volume another name"),
        );
    }
}

fn room(owner: &Name, volume: &Volume, least: Size, log: &mut Vec<Diagnostic>) {
    if *volume.size < least {
        let message = format!(
            "the volume `{}` of the node `{owner}` has {}, it needs {least}",
            volume.name, volume.size
        );
        log.push(Diagnostic::new(Code::VolumeSize, volume.size.span(), message).help(format!(
            "write `size = \"{least}\"` or more: a later change does not touch an image that exists"
        )));
    }
}
