//! How large kubeadm takes the ranges of pods and services to be.

use std::ops::RangeInclusive;

use ipnet::Ipv4Net;

use super::free;
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
    let room_for_all = enough.unwrap_or(widest);
    let (message, wanted) = if prefix < widest {
        let message = format!(
            "`pod_cidr` `{net}` is wider than a /{widest}: kubeadm counts at most 65536 nodes, a /{NODE_MASK} each"
        );
        (message, widest..=room_for_all.min(16))
    } else if prefix > NODE_MASK {
        let message = format!(
            "`pod_cidr` `{net}` is smaller than a /{NODE_MASK}, the range that each node takes"
        );
        (message, room_for_all.min(16)..=room_for_all)
    } else if room(prefix) < nodes {
        let message = format!(
            "`pod_cidr` `{net}` has a /{NODE_MASK} for {} of the cluster's {nodes} nodes",
            room(prefix)
        );
        (message, room_for_all..=room_for_all)
    } else {
        return;
    };
    log.push(
        Diagnostic::new(Code::ClusterRange, cluster.pod_cidr.span(), message)
            .help(resized("pod_cidr", net, wanted, cluster)),
    );
}

fn services(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let net = *cluster.service_cidr;
    let widest = 32 - SERVICE_BITS;
    let (message, wanted) = if net.prefix_len() < widest {
        let message = format!(
            "`service_cidr` `{net}` is wider than a /{widest}, the most that kubeadm takes"
        );
        (message, widest..=16)
    } else if net.prefix_len() > SERVICE_PREFIX {
        let message = format!(
            "`service_cidr` `{net}` is smaller than a /{SERVICE_PREFIX}: the cluster's DNS has the tenth address"
        );
        (message, 16..=24)
    } else {
        return;
    };
    log.push(
        Diagnostic::new(Code::ClusterRange, cluster.service_cidr.span(), message).help(resized(
            "service_cidr",
            net,
            wanted,
            cluster,
        )),
    );
}

/// The help that gives a key a range of other sizes, the widest first: around the one that it
/// has, where that stays private and apart from the others, or else one that is free.
fn resized(key: &str, net: Ipv4Net, sizes: RangeInclusive<u8>, cluster: &Cluster) -> String {
    let vlans = cluster.network.vlans.iter().map(|vlan| *vlan.subnet);
    let wan = cluster.network.wan.iter().map(|(net, _)| **net);
    let own = [*cluster.pod_cidr, *cluster.service_cidr].into_iter().filter(|own| *own != net);
    let mut taken: Vec<Ipv4Net> = vlans.chain(wan).chain(own).collect();
    taken.sort_unstable();
    let (widest, narrowest) = (*sizes.start(), *sizes.end());
    let near = Ipv4Net::new(net.network(), widest).map_or(net, |net| net.trunc());
    let is_apart = taken.iter().all(|other| !other.contains(&near) && !near.contains(other));
    if is_apart && free::is_private(near) {
        return format!("write `{key} = \"{near}\"`");
    }
    match sizes.clone().find_map(|prefix| free::range(prefix, &taken)) {
        Some(net) => format!("write `{key} = \"{net}\"`, which is free"),
        None => format!("no private /{narrowest} is free: move other networks out of `10.0.0.0/8`"),
    }
}
