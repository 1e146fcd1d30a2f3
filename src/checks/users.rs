//! Who may log in to a host, and become root there.

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    for host in &cluster.hosts {
        if let Some(root) = host.users.iter().find(|user| user.name.as_str() == "root") {
            let message = format!("`root` of the host `{}` is not a user to log in as", host.name);
            log.push(
                Diagnostic::new(Code::RootUser, root.name.span(), message)
                    .help("give it another name, with `admin = true`"),
            );
        }
    }
}

/// There are no passwords: who has no key is locked out, from the VMs too.
pub(super) fn missing(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    for host in &cluster.hosts {
        let admins = host.users.iter().filter(|user| *user.admin);
        for user in admins.clone().filter(|user| user.ssh_keys.is_empty()) {
            let message = format!(
                "the admin `{}` of `{}` has no SSH key and cannot log in",
                user.name, host.name
            );
            log.push(
                Diagnostic::new(Code::AdminWithoutKey, user.name.span(), message)
                    .help("add `ssh_keys = [\"ssh-ed25519 AAAA… name\"]`"),
            );
        }
        if admins.count() == 0 {
            let message =
                format!("nobody can become root on the host `{}`, nor in its VMs", host.name);
            let found = Diagnostic::new(Code::NoAdmin, host.name.span(), message);
            log.push(found.help(format!(
                "add `[hosts.{}.users.<name>]` with `admin = true` and `ssh_keys`",
                host.name
            )));
        }
    }
}
