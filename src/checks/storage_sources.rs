//! Directories of the host that a VM may not write to: the Nix store, and what
//! NixOS makes anew at each activation.

use std::path::Path;

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};

const HOST: [&str; 2] = ["/nix/store", "/etc"];

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let shares = cluster.vms.iter().flat_map(|vm| vm.shares.iter().map(move |share| (vm, share)));
    for (vm, share) in shares {
        let (name, source) = (&vm.name, Path::new(share.source.as_str()));
        let of = |dir: &&&str| source.starts_with(dir) || Path::new(**dir).starts_with(source);
        let own = format!("/var/lib/microvms/{name}");
        if source.strip_prefix(&own).is_ok_and(|rest| rest.components().count() > 1) {
            let message = format!(
                "the `source` `{}` is too deep in the directory of `{name}`: systemd-tmpfiles refuses \
                 to make it there",
                share.source
            );
            log.push(
                Diagnostic::new(Code::StorageSource, share.source.span(), message)
                    .help(format!("write a directory right below it, such as `{own}/data`")),
            );
        }
        if let Some(dir) = HOST.iter().find(of).filter(|_| !share.read_only) {
            let message = format!(
                "the `source` `{}` lets `{name}` write to `{dir}` of its host",
                share.source
            );
            let help = match share.name {
                Some(_) => "write a directory of its own, or let it only read: `read_only = true`"
                    .to_owned(),
                None => {
                    format!("leave `source` out for `{own}/data`, or write a directory of its own")
                }
            };
            log.push(Diagnostic::new(Code::StorageSource, share.source.span(), message).help(help));
        }
    }
}
