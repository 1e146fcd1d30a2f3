//! One disk has one file system.

use crate::cluster::{Cluster, Hardware};
use crate::diagnostic::{Code, Diagnostic};

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    for host in &cluster.hosts {
        let Hardware::Boot { root, esp, .. } = &host.hardware else { continue };
        if root == esp {
            let message =
                format!("`/` and the EFI system partition of `{}` are both `{esp}`", host.name);
            log.push(
                Diagnostic::new(Code::SameDisk, esp.span(), message)
                    .related(root.span(), "the root file system")
                    .help("write what `lsblk -f` shows as the `vfat` partition"),
            );
        }
    }
}
