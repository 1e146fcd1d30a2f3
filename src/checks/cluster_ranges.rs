//! How large kubeadm takes the ranges of pods and services to be.

use ipnet::Ipv4Net;

use crate::cluster::Cluster;
use crate::diagnostic::{Code, Diagnostic};

/// The controller manager gives each node a range of this size.
const NODE_MASK: u8 = 24;
/// It keeps a bit for each node that there could be, 2^16 at most.
const MASK_DIFFERENCE: u8 = 16;
/// The API server keeps a bit for each service address, 2^20 at most.
const SERVICE_BITS: u8 = 20;
/// The cluster's DNS has the tenth address.
const SERVICE_PREFIX: u8 = 28;

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    pods(cluster, log);
    services(cluster, log);
}

fn pods(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let net = *cluster.pod_cidr;
    let prefix = net.prefix_len();
    let nodes = cluster.nodes().count();
    let room = |prefix: u8| 1_usize << NODE_MASK.saturating_sub(prefix);
    let widest = NODE_MASK - MASK_DIFFERENCE;
    // The narrowest range that has room for the nodes of today.
    let enough = (widest..=NODE_MASK).rev().find(|prefix| room(*prefix) >= nodes);
    let (message, wanted) = if prefix < widest {
        let message = format!(
            "`pod_cidr` `{net}` is wider than a /{widest}: kubeadm counts at most 65536 nodes, a /{NODE_MASK} each"
        );
        (message, widest)
    } else if prefix > NODE_MASK {
        let message = format!(
            "`pod_cidr` `{net}` is smaller than a /{NODE_MASK}, the range that each node takes"
        );
        (message, enough.unwrap_or(widest).min(16))
    } else if room(prefix) < nodes {
        let message = format!(
            "`pod_cidr` `{net}` has a /{NODE_MASK} for {} of the cluster's {nodes} nodes",
            room(prefix)
        );
        (message, enough.unwrap_or(widest))
    } else {
        return;
    };
    log.push(
        Diagnostic::new(Code::ClusterRange, cluster.pod_cidr.span(), message)
            .help(resized("pod_cidr", net, wanted)),
    );
}

fn services(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let net = *cluster.service_cidr;
    let widest = 32 - SERVICE_BITS;
    let (message, wanted) = if net.prefix_len() < widest {
        let message = format!(
            "`service_cidr` `{net}` is wider than a /{widest}, the most that kubeadm takes"
        );
        (message, widest)
    } else if net.prefix_len() > SERVICE_PREFIX {
        let message = format!(
            "`service_cidr` `{net}` is smaller than a /{SERVICE_PREFIX}: the cluster's DNS has the tenth address"
        );
        (message, 16)
    } else {
        return;
    };
    log.push(
        Diagnostic::new(Code::ClusterRange, cluster.service_cidr.span(), message).help(resized(
            "service_cidr",
            net,
            wanted,
        )),
    );
}

fn resized(key: &str, net: Ipv4Net, prefix: u8) -> String {
    let net = Ipv4Net::new(net.network(), prefix).map_or(net, |net| net.trunc());
    format!("write `{key} = \"{net}\"`")
}
