//! A node port is open on every node, in the range that the API server allots.

use std::ops::RangeInclusive;

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};
use crate::input::Spanned;
use crate::outputs;

const RANGE: RangeInclusive<u16> = 30000..=32767;

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    for demand in outputs::demands(cluster) {
        if let Some(port) = demand.node_port {
            check_port(cluster, demand.title, port, log);
        }
    }
}

fn check_port(cluster: &Cluster, title: &str, port: &Spanned<u16>, log: &mut Vec<Diagnostic>) {
    if !RANGE.contains(&**port) {
        let message =
            format!("the node port {port} is not from {} to {}", RANGE.start(), RANGE.end());
        log.push(
            Diagnostic::new(Code::NodePort, port.span(), message)
                .help("write `node_port = 31434`, or leave it out"),
        );
        return;
    }
    for vm in cluster.vms.iter().filter(|vm| vm.is_node()) {
        for (name, taken) in vm.ports.iter().filter(|(_, taken)| *taken == port) {
            let message = format!(
                "the port {port} of `{}`, named `{name}`, is {title}'s on every node",
                vm.name
            );
            log.push(
                Diagnostic::new(Code::NodePort, taken.span(), message)
                    .related(port.span(), format!("{title}'s"))
                    .help(format!(
                        "write a port that is not from {} to {}",
                        RANGE.start(),
                        RANGE.end()
                    )),
            );
        }
    }
}
