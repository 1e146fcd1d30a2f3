//! A VM finds its shares by their tags, of which virtiofs takes 36 bytes. Those
//! of `persist` are the directories' names.

use std::collections::HashMap;

use super::node_state;
use crate::cluster::{Cluster, Vm, share_name};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// The length of a tag in the device's configuration.
const LONGEST: usize = 36;

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    for vm in cluster.vms.iter().filter(|vm| !vm.persist.is_empty()) {
        let mut tags = own_tags(vm);
        for mount in vm.persist.iter().filter(|mount| !node_state::has(vm, mount)) {
            let tag = share_name(mount);
            if tag.len() > LONGEST {
                let message = format!(
                    "the share tag `{tag}` of `{mount}` is {} bytes long, virtiofs takes {LONGEST}",
                    tag.len()
                );
                log.push(
                    Diagnostic::new(Code::ShareTag, mount.span(), message)
                        .help("keep a directory above it, or make it the VM's `storage`"),
                );
                continue;
            }
            match tags.get(&tag) {
                // One directory twice is a matter of mount points.
                Some((path, _)) if path == mount.as_str() => {}
                Some((path, span)) => {
                    let message = format!(
                        "`{mount}` and {path} of `{}` have one share tag, `{tag}`",
                        vm.name
                    );
                    log.push(
                        Diagnostic::new(Code::DuplicateShareTag, mount.span(), message)
                            .related(span.clone(), "first used here")
                            .help("keep a directory above it, or one below it"),
                    );
                }
                None => {
                    tags.insert(tag, (format!("`{mount}`"), mount.span()));
                }
            }
        }
    }
}

/// The tags of the shares that do not come from `persist`.
fn own_tags(vm: &Vm) -> HashMap<String, (String, Option<Span>)> {
    let own = |tag: &str, what: &str| (tag.to_owned(), (what.to_owned(), None));
    let mut tags = HashMap::from([
        own("ro-store", "the Nix store"),
        own("ssh-host-keys", "the SSH host keys"),
        own("nixos", "the ids of users"),
    ]);
    if vm.is_node() {
        tags.extend([own("kubernetes", "`/etc/kubernetes`")]);
    }
    if let Some(storage) = &vm.storage {
        tags.insert("data".to_owned(), ("the `storage`".to_owned(), storage.mount.span()));
    }
    tags
}
