//! A Linux bridge has 1024 ports, and some are for other things than VMs.

use std::collections::HashMap;

use crate::cluster::{Cluster, HostId};
use crate::diagnostic::{Code, Diagnostic};

const MOST: usize = 1000;

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let mut counts: HashMap<HostId, usize> = HashMap::new();
    for vm in &cluster.vms {
        *counts.entry(vm.host).or_default() += 1;
    }
    for host in &cluster.hosts {
        let count = counts.get(&host.id).copied().unwrap_or(0);
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
