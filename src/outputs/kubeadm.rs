//! The files that kubeadm is given: one for the first control plane, one for each
//! node that joins, and kube-vip's static pod.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::cluster::{Cluster, Node, VlanId};
use crate::input::types::{RelPath, Role, Taint};
use crate::render::{Planned, Template, template};

/// Where the volume of etcd is mounted.
pub(super) const ETCD_VOLUME: &str = "/var/lib/etcd";
/// Below the volume: the root of a file system holds `lost+found`.
pub(super) const ETCD_DATA: &str = "/var/lib/etcd/data";
/// kubeadm's name for the check that wants it to be empty.
pub(super) const ETCD_PREFLIGHT: &str = "DirAvailable--var-lib-etcd-data";

pub(super) const INIT: Template<Init> = template!("bootstrap/kubeadm/init.yaml");
pub(super) const JOIN: Template<Join> = template!("bootstrap/kubeadm/join.yaml");
pub(super) const KUBE_VIP: Template<KubeVip> = template!("bootstrap/kubeadm/kube-vip.yaml");

#[derive(Serialize)]
pub(super) struct Init {
    node: Registration,
    ha: bool,
    kube_vip: bool,
    cluster: String,
    endpoint: String,
    pod_cidr: String,
    service_cidr: String,
    dns_domain: String,
    etcd_data: &'static str,
    encrypt_secrets: bool,
    audit: bool,
    node_subnets: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct Join {
    node: Registration,
    control_plane: bool,
    endpoint: String,
}

#[derive(Serialize)]
pub(super) struct KubeVip {
    address: String,
    ha: bool,
}

#[derive(Serialize)]
struct Registration {
    name: String,
    ip: String,
    labels: Vec<String>,
    taints: Vec<Taint>,
}

/// The files, below the folder of the bootstrap scripts.
pub(super) fn files(cluster: &Cluster, folder: &RelPath) -> Vec<Planned> {
    let init = cluster
        .nodes()
        .next()
        .map(|first| INIT.file(folder.join("kubeadm/init.yaml"), &Init::of(cluster, &first)));
    // With others to join, the first one does so too once it has lost its disk.
    let joins = cluster.nodes().skip(usize::from(!cluster.is_ha())).map(|node| {
        let path = folder.join(&format!("kubeadm/join-{}.yaml", node.name));
        JOIN.file(path, &Join::of(cluster, &node))
    });
    let kube_vip = cluster.vip.as_ref().map(|vip| {
        let context = KubeVip { address: vip.to_string(), ha: cluster.is_ha() };
        KUBE_VIP.file(folder.join("kubeadm/kube-vip.yaml"), &context)
    });
    init.into_iter().chain(joins).chain(kube_vip).collect()
}

impl Init {
    fn of(cluster: &Cluster, first: &Node<'_>) -> Self {
        Self {
            node: Registration::of(first),
            ha: cluster.is_ha(),
            kube_vip: cluster.vip.is_some(),
            cluster: cluster.name.to_string(),
            endpoint: cluster.endpoint.to_string(),
            pod_cidr: cluster.pod_cidr.to_string(),
            service_cidr: cluster.service_cidr.to_string(),
            dns_domain: cluster.dns_domain.to_string(),
            etcd_data: ETCD_DATA,
            encrypt_secrets: *cluster.encrypt_secrets,
            audit: *cluster.audit,
            node_subnets: node_subnets(cluster),
        }
    }
}

impl Join {
    fn of(cluster: &Cluster, node: &Node<'_>) -> Self {
        Self {
            node: Registration::of(node),
            control_plane: node.role == Role::ControlPlane,
            endpoint: cluster.endpoint.to_string(),
        }
    }
}

impl Registration {
    fn of(node: &Node<'_>) -> Self {
        Self {
            name: node.name.to_string(),
            ip: node.ip.to_string(),
            labels: labels(node),
            taints: node.taints.iter().map(|taint| taint.value.clone()).collect(),
        }
    }
}

/// A node's labels as `kubectl` takes them.
pub(super) fn labels(node: &Node<'_>) -> Vec<String> {
    node.labels.iter().map(|(key, value)| format!("{key}={value}")).collect()
}

/// The ranges of the VLANs that nodes have their addresses in.
pub(super) fn node_subnets(cluster: &Cluster) -> Vec<String> {
    let vms = cluster.vms.iter().filter(|vm| vm.is_node()).map(|vm| vm.vlan);
    let hosts = cluster.hosts.iter().filter(|host| host.node().is_some());
    let hosts = hosts.filter_map(|host| host.vlan.as_ref().map(|vlan| vlan.value));
    let vlans: BTreeSet<VlanId> = vms.chain(hosts).collect();
    vlans.into_iter().map(|vlan| cluster.network.vlan(vlan).subnet.to_string()).collect()
}
