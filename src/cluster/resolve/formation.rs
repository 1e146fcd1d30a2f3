//! Where the nodes of an only host find what they read to join.

use crate::cluster::{Cluster, JOIN, JOIN_CONTROL};
use crate::input::Spanned;
use crate::input::types::AbsPath;

/// Has nodes read it in the directories that their host shares with them, where units
/// form the cluster. A file that the user placed stays there.
pub(super) fn read_shared(cluster: &mut Cluster) {
    if !cluster.shares_join_secrets() {
        return;
    }
    for (file, folder, name) in [
        (&mut cluster.join_token_file, JOIN, "joinToken"),
        (&mut cluster.ca_cert_hash_file, JOIN, "caCertHash"),
        (&mut cluster.certificate_key_file, JOIN_CONTROL, "certificateKey"),
        (&mut cluster.encryption_config_file, JOIN_CONTROL, "encryptionConfig"),
    ] {
        if !file.is_written() {
            *file = Spanned::implied(AbsPath::own(format!("/run/{folder}/{name}")));
        }
    }
}
