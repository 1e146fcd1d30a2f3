//! The directory that brings a MicroVM what its host decrypts for it.

use super::Log;
use crate::cluster::{Cluster, Share};
use crate::diagnostic::{Code, Diagnostic};
use crate::input::Spanned;
use crate::input::types::{AbsPath, Name};

/// Where every machine has what it joins with, then.
const FOLDER: &str = "/run/k8s-secrets";

/// Shares with each MicroVM that joins a directory of its own.
pub(super) fn share_secrets(cluster: &mut Cluster, log: &mut Log) {
    let gets_them = |vm| cluster.shares_secrets_with(vm);
    let get_them: Vec<bool> = cluster.vms.iter().map(gets_them).collect();
    if !get_them.contains(&true) {
        return;
    }
    for (file, name) in [
        (&mut cluster.join_token_file, "joinToken"),
        (&mut cluster.ca_cert_hash_file, "caCertHash"),
        (&mut cluster.certificate_key_file, "certificateKey"),
        (&mut cluster.encryption_config_file, "encryptionConfig"),
    ] {
        let path = format!("{FOLDER}/{name}");
        if file.is_written() && file.as_str() != path {
            let message = format!("what hosts decrypt for MicroVMs is in `{FOLDER}` of each");
            let found = Diagnostic::new(Code::InvalidValue, file.span(), message);
            log.push(found.help("leave this key out, or `host_decrypts`"));
        } else {
            *file = Spanned::implied(AbsPath::own(path));
        }
    }
    for (vm, _) in cluster.vms.iter_mut().zip(get_them).filter(|(_, gets)| *gets) {
        let share = Share {
            name: Some(Spanned::implied(Name::own("k8s-secrets"))),
            mount: Spanned::implied(AbsPath::own(FOLDER)),
            source: Spanned::implied(AbsPath::own(format!("/run/k8s-vm-secrets/{}", vm.name))),
            read_only: true,
        };
        // Before the user's, which are told where they clash.
        vm.shares.insert(0, share);
    }
}
