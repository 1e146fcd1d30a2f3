//! Directories of the host that a VM may not write to: the Nix store, and what
//! NixOS makes anew at each activation.

use std::path::Path;

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};

const HOST: [&str; 2] = ["/nix/store", "/etc"];

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    for vm in &cluster.vms {
        let Some(storage) = &vm.storage else { continue };
        let source = Path::new(storage.source.as_str());
        let of = |dir: &&&str| source.starts_with(dir) || Path::new(**dir).starts_with(source);
        let own = format!("/var/lib/microvms/{}", vm.name);
        if source.strip_prefix(&own).is_ok_and(|rest| rest.components().count() > 1) {
            let message = format!(
                "the `source` `{}` is too deep in the directory of `{}`: systemd-tmpfiles refuses to \
                 make it there",
                storage.source, vm.name
            );
            log.push(
                Diagnostic::new(Code::StorageSource, storage.source.span(), message)
                    .help(format!("write a directory right below it, such as `{own}/data`")),
            );
        }
        if let Some(dir) = HOST.iter().find(of) {
            let message = format!(
                "the `source` `{}` lets `{}` write to `{dir}` of its host",
                storage.source, vm.name
            );
            log.push(
                Diagnostic::new(Code::StorageSource, storage.source.span(), message).help(format!(
                    "leave `source` out for `/var/lib/microvms/{}/data`, or write a directory of its own",
                    vm.name
                )),
            );
        }
    }
}
