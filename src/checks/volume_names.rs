//! A volume is found by its name: the serial number of a qcow2 image, the label
//! of the file system in a raw one.

use crate::cluster::{Cluster, Volume};
use crate::diagnostic::{Code, Diagnostic};
use crate::input::types::{DiskFormat, FsType};

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    for vm in &cluster.vms {
        for volume in &vm.volumes {
            let (longest, what) = limit(volume);
            let length = volume.name.as_str().len();
            if length > longest {
                let message = format!(
                    "the volume name `{}` is {length} bytes long, {what} has {longest}",
                    volume.name
                );
                log.push(
                    Diagnostic::new(Code::VolumeName, volume.name.span(), message)
                        .help(format!("write a name of at most {longest} bytes")),
                );
            }
        }
    }
}

fn limit(volume: &Volume) -> (usize, &'static str) {
    match (*volume.format, *volume.fs) {
        (DiskFormat::Raw, FsType::Xfs) => (12, "an XFS label"),
        (DiskFormat::Raw, FsType::Ext4) => (16, "an ext4 label"),
        // btrfs has room for more, and the format may change.
        (DiskFormat::Raw, FsType::Btrfs) | (DiskFormat::Qcow2, _) => (20, "a virtio serial number"),
    }
}
