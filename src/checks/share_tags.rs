//! A VM finds its shares by their tags, of which virtiofs takes 36 bytes. Those
//! of `persist` are the directories' names, those of `shares` their own.

use std::collections::HashMap;

use super::node_state;
use crate::cluster::{Cluster, FORMATION, JOIN, JOIN_CONTROL, Vm, share_name};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// The length of a tag in the device's configuration.
const LONGEST: usize = 36;

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    for vm in &cluster.vms {
        let mut tags = own_tags(cluster, vm);
        for Tagged { tag, what, span, help } in tagged(vm) {
            if tag.len() > LONGEST {
                let message = format!(
                    "the share tag `{tag}` of {what} is {} bytes long, virtiofs takes {LONGEST}",
                    tag.len()
                );
                let help = help.0;
                log.push(Diagnostic::new(Code::ShareTag, span, message).help(help));
                continue;
            }
            match tags.get(&tag) {
                // One directory twice is a matter of mount points.
                Some((other, _)) if *other == what => {}
                Some((other, first)) => {
                    let message =
                        format!("{what} and {other} of `{}` have one share tag, `{tag}`", vm.name);
                    log.push(
                        Diagnostic::new(Code::DuplicateShareTag, span, message)
                            .related(first.clone(), "first used here")
                            .help(help.1),
                    );
                }
                None => {
                    tags.insert(tag, (what, span));
                }
            }
        }
    }
}

/// A share, and what helps where its tag is too long, and where another has it.
struct Tagged {
    tag: String,
    what: String,
    span: Option<Span>,
    help: (&'static str, &'static str),
}

/// The shares that the user gave a name or a path.
fn tagged(vm: &Vm) -> impl Iterator<Item = Tagged> {
    let shares = vm.shares.iter().filter_map(|share| {
        let name = share.name.as_ref().filter(|name| name.is_written())?;
        let help = ("write a shorter name", "write another name");
        Some(Tagged {
            tag: name.to_string(),
            what: format!("the share `{name}`"),
            span: name.span(),
            help,
        })
    });
    let persist =
        vm.persist.iter().filter(|mount| !node_state::has(vm, mount)).map(|mount| Tagged {
            tag: share_name(mount),
            what: format!("`{mount}`"),
            span: mount.span(),
            help: (
                "keep a directory above it, or make it one of the VM's `shares`",
                "keep a directory above it, or one below it",
            ),
        });
    shares.chain(persist)
}

/// The tags of the shares that every VM has, and that of its data.
fn own_tags(cluster: &Cluster, vm: &Vm) -> HashMap<String, (String, Option<Span>)> {
    let own = |tag: &str, what: &str| (tag.to_owned(), (what.to_owned(), None));
    let mut tags = HashMap::from([
        own("ro-store", "the Nix store"),
        own("ssh-host-keys", "the SSH host keys"),
        own("nixos", "the ids of users"),
    ]);
    if vm.is_node() {
        tags.extend([
            own("kubernetes", "`/etc/kubernetes`"),
            own(JOIN, "what nodes join with"),
            own(JOIN_CONTROL, "what control planes join with"),
            own(FORMATION, "what is applied"),
        ]);
    }
    if cluster.shares_secrets_with(vm) {
        tags.extend([own("k8s-secrets", "`/run/k8s-secrets`")]);
    }
    if let Some(storage) = vm.storage() {
        tags.insert("data".to_owned(), ("the `storage`".to_owned(), storage.mount.span()));
    }
    tags
}
