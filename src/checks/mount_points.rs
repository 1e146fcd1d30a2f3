//! One file system a place: of two, the later one hides the other.

use std::collections::HashMap;

use super::node_state;
use crate::cluster::{Cluster, Vm};
use crate::diagnostic::{Code, Diagnostic};
use crate::input::Spanned;
use crate::input::types::AbsPath;
use crate::source::Span;

/// The mount points of every VM, and their users.
const OWN: [(&str, &str); 12] = [
    ("/persistent/ssh", "the SSH host keys"),
    ("/var/lib/nixos", "the ids of users"),
    ("/nix/.ro-store", "the Nix store"),
    ("/nix/store", "the Nix store"),
    ("/nix", "the Nix store"),
    ("/proc", "the kernel"),
    ("/sys", "the kernel"),
    ("/dev", "the kernel"),
    ("/run", "the system"),
    ("/run/k8s-join", "what nodes join with"),
    ("/run/k8s-join-control", "what control planes join with"),
    ("/run/k8s-formation", "what is applied"),
];

/// A name for the mounted, and where that is written.
type Mounted = (String, Option<Span>);

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    for vm in &cluster.vms {
        let mut taken: HashMap<&str, Mounted> = HashMap::new();
        if vm.volumes.iter().any(|volume| volume.mount.is_written())
            || !vm.shares.is_empty()
            || !vm.persist.is_empty()
        {
            taken.extend(OWN.map(|(path, what)| (path, (what.to_owned(), None))));
            if vm.is_node() {
                let what = "the cluster's own files".to_owned();
                taken.insert("/etc/kubernetes", (what, None));
            }
        }
        for (mount, what, help) in mounts(vm) {
            match taken.get(mount.as_str()) {
                None => {
                    taken.insert(mount.as_str(), (what, mount.span()));
                }
                Some((first, span)) => {
                    let message = format!(
                        "in `{}`, {what} and {first} are both mounted at `{mount}`",
                        vm.name
                    );
                    log.push(
                        Diagnostic::new(
                            Code::DuplicateMount,
                            mount.span().or(vm.name.span()),
                            message,
                        )
                        .related(span.clone(), "first used here")
                        .help(help),
                    );
                }
            }
        }
    }
}

/// The user's mounts of a VM: those that are derived come first, so that what
/// was written is what clashes with them.
fn mounts(vm: &Vm) -> Vec<(&Spanned<AbsPath>, String, &'static str)> {
    const MOVE: &str = "write another `mount`";
    // State of a node that is shared has a rule of its own.
    let elsewhere = |mount: &AbsPath| !node_state::has(vm, mount);
    let mut mounts: Vec<_> = vm
        .volumes
        .iter()
        .map(|volume| (&volume.mount, format!("the volume `{}`", volume.name), MOVE))
        .collect();
    mounts.sort_by_key(|(mount, ..)| mount.span().map(|span| span.start));
    for share in vm.shares.iter().filter(|share| elsewhere(&share.mount)) {
        mounts.push((&share.mount, format!("the `{}`", share.table()), MOVE));
    }
    for mount in vm.persist.iter().filter(|mount| elsewhere(mount)) {
        mounts.push((mount, "a directory in `persist`".to_owned(), "take it out of `persist`"));
    }
    mounts
}
