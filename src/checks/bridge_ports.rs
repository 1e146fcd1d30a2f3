//! A Linux bridge has 1024 ports, and some are for other things than VMs.

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};

const MOST: usize = 1000;

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let mut counts = vec![0_usize; cluster.hosts.len()];
    for vm in &cluster.vms {
        counts[vm.host] += 1;
    }
    for (host, count) in cluster.hosts.iter().zip(counts) {
        if count > MOST {
            let message = format!(
                "the host `{}` carries {count} VMs, and its bridge has ports for {MOST}",
                host.name
            );
            log.push(
                Diagnostic::new(Code::BridgeFull, host.name.span(), message)
                    .help(format!("move {} of them to another host with `host = …`", count - MOST)),
            );
        }
    }
}
