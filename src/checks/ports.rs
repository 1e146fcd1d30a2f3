//! Port 0 is none: a program that asks for it gets any.

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    for vm in &cluster.vms {
        for (name, port) in vm.ports.iter().filter(|(_, port)| ***port == 0) {
            let message = format!("the port `{name}` of `{}` is 0, which is no port", vm.name);
            log.push(
                Diagnostic::new(Code::InvalidValue, port.span(), message)
                    .help("write a number from 1 to 65535"),
            );
        }
    }
}
