//! `vms.nix`: the MicroVMs, and the Kubernetes cluster that they make up.

use std::collections::{BTreeMap, HashSet};
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use serde::Serialize;

use super::data_file::{Named, is_no_node};
use crate::cluster::{Cluster, FORMATION, JOIN, JOIN_CONTROL, Share, Vm, Volume, share_name};
use crate::input::types::{
    AbsPath, Cni, DiskFormat, Endpoint, FsType, InterfaceName, Mac, Minor, Name, RelPath, Role,
};
use crate::render::{Kind, Planned, Template, template};

/// The values of the template.
#[derive(Serialize)]
pub(super) struct Context<'a> {
    cluster: &'a Name,
    order: Vec<&'a Name>,
    microvm_list: Vec<&'a Name>,
    tag_list: Vec<&'a Name>,
    k8s: Kubernetes<'a>,
    vms: Vec<Named<'a, VmData<'a>>>,
}

pub(super) const TEMPLATE: Template<Context<'_>> = template!("lib/domains/vms.nix", Kind::Data);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Kubernetes<'a> {
    cluster_name: &'a Name,
    version: Minor,
    endpoint: &'a Endpoint,
    pod_cidr: Ipv4Net,
    service_cidr: Ipv4Net,
    dns_domain: &'a str,
    cni: Cni,
    first_control_plane: Option<&'a Name>,
    control_planes: Vec<&'a Name>,
    workers: Vec<&'a Name>,
    nodes: BTreeMap<&'a Name, Ipv4Addr>,
    encrypt_secrets: bool,
    audit: bool,
    join_token_file: &'a AbsPath,
    ca_cert_hash_file: &'a AbsPath,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VmData<'a> {
    host: &'a Name,
    hostname: &'a Name,
    #[serde(skip_serializing_if = "is_no_node")]
    role: Role,
    vlan: &'a Name,
    ip: Ipv4Addr,
    mac: Mac,
    tap_id: &'a InterfaceName,
    vsock_cid: u32,
    vcpu: u16,
    mem: u32,
    ports: BTreeMap<&'a str, u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    storage: Option<ShareData<'a>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    shares: BTreeMap<&'a Name, ShareData<'a>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    read_only_shares: BTreeMap<&'a Name, ShareData<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    persist: Vec<ShareData<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    join_shares: Vec<JoinShare>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kubelet_volume: Option<KubeletVolume>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    volumes: BTreeMap<&'a Name, VolumeData<'a>>,
    #[serde(skip_serializing_if = "is_true")]
    autostart: bool,
    deployment: VmDeployment<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShareData<'a> {
    source: String,
    mount_point: &'a AbsPath,
    tag: String,
}

/// A directory in the memory of the host, for the formation of the cluster.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JoinShare {
    source: String,
    mount_point: String,
    tag: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    read_only: bool,
}

#[derive(Serialize)]
struct KubeletVolume {
    size: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VolumeData<'a> {
    mount_point: &'a AbsPath,
    size: u32,
    fs_type: FsType,
    format: DiskFormat,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VmDeployment<'a> {
    colmena: bool,
    tags: &'a [Name],
    user: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_host: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    build_on_target: Option<bool>,
}

#[expect(clippy::trivially_copy_pass_by_ref)] // serde passes a reference
fn is_true(value: &bool) -> bool {
    *value
}

pub(super) fn file(cluster: &Cluster, path: RelPath) -> Planned {
    // As they are written: a person has put them into that order.
    let mut written: Vec<&Vm> = cluster.vms.iter().collect();
    written.sort_by_key(|vm| vm.name.span().map(|span| span.start));
    let names: Vec<&Name> = written.iter().map(|vm| &vm.name.value).collect();
    let nodes = |role| cluster.nodes().filter(move |node| node.role == role);
    let context = Context {
        cluster: &cluster.name,
        microvm_list: names.clone(),
        order: names,
        tag_list: tags(&written),
        k8s: Kubernetes {
            cluster_name: &cluster.name,
            version: *cluster.kubernetes,
            endpoint: &cluster.endpoint,
            pod_cidr: *cluster.pod_cidr,
            service_cidr: *cluster.service_cidr,
            dns_domain: cluster.dns_domain.as_str(),
            cni: *cluster.cni,
            first_control_plane: cluster.control_planes().next().map(|vm| &vm.name.value),
            control_planes: nodes(Role::ControlPlane).map(|node| &node.name.value).collect(),
            workers: nodes(Role::Worker).map(|node| &node.name.value).collect(),
            nodes: cluster.nodes().map(|node| (&node.name.value, node.ip)).collect(),
            encrypt_secrets: *cluster.encrypt_secrets,
            audit: *cluster.audit,
            join_token_file: &cluster.join_token_file,
            ca_cert_hash_file: &cluster.ca_cert_hash_file,
        },
        vms: cluster
            .vms
            .iter()
            .map(|vm| Named { name: &vm.name.value, data: vm_data(cluster, vm) })
            .collect(),
    };
    TEMPLATE.file(path, &context)
}

/// Every tag, as the file says them first.
fn tags<'a>(vms: &[&'a Vm]) -> Vec<&'a Name> {
    let mut seen = HashSet::new();
    let tags = vms.iter().flat_map(|vm| &vm.deployment.tags);
    tags.filter(|tag| seen.insert(*tag)).collect()
}

/// The ports that the user's Nix reads by these names. The scheduler's and the
/// controller manager's are those of today; both listen on the node itself only.
fn ports(vm: &Vm) -> BTreeMap<&str, u16> {
    let role: &[(&str, u16)] = match *vm.role {
        Role::ControlPlane => &[
            ("api", 6443),
            ("etcdClient", 2379),
            ("etcdPeer", 2380),
            ("kubelet", 10250),
            ("scheduler", 10259),
            ("controller", 10257),
            ("nodePortMin", 30000),
            ("nodePortMax", 32767),
        ],
        Role::Worker => &[("kubelet", 10250), ("nodePortMin", 30000), ("nodePortMax", 32767)],
        Role::None => &[],
    };
    let mut ports: BTreeMap<&str, u16> = role.iter().copied().collect();
    ports.insert("ssh", 22);
    ports.extend(vm.ports.iter().map(|(name, port)| (name.as_str(), **port)));
    ports
}

fn vm_data<'a>(cluster: &'a Cluster, vm: &'a Vm) -> VmData<'a> {
    let kubelet = vm.volumes.iter().find(|volume| volume.name.as_str() == "kubelet");
    let volume = |volume: &'a Volume| {
        let data = VolumeData {
            mount_point: &volume.mount,
            size: volume.size.mib(),
            fs_type: *volume.fs,
            format: *volume.format,
        };
        (&volume.name.value, data)
    };
    VmData {
        host: &cluster.host_of(vm).name,
        hostname: &vm.name,
        role: *vm.role,
        vlan: &cluster.vlan_of(vm).name,
        ip: *vm.ip,
        mac: *vm.mac,
        tap_id: &vm.tap,
        vsock_cid: *vm.vsock_cid,
        vcpu: *vm.vcpu,
        mem: vm.memory.mib(),
        ports: ports(vm),
        storage: vm.storage().map(share),
        shares: shares(vm, false),
        read_only_shares: shares(vm, true),
        persist: vm.persist.iter().map(|mount| persist(vm, mount)).collect(),
        join_shares: join_shares(cluster, vm),
        kubelet_volume: kubelet
            .filter(|_| vm.is_node())
            .map(|volume| KubeletVolume { size: volume.size.mib() }),
        volumes: vm.volumes.iter().map(volume).collect(),
        autostart: vm.autostart,
        deployment: VmDeployment {
            colmena: vm.deployment.colmena,
            tags: &vm.deployment.tags,
            user: &vm.deployment.target_user,
            target_host: Some(vm.deployment.target_host.as_str())
                .filter(|target| *target != vm.ip.to_string()),
            build_on_target: vm.deployment.build_on_target.then_some(true),
        },
    }
}

fn share(share: &Share) -> ShareData<'_> {
    ShareData {
        source: share.source.to_string(),
        mount_point: &share.mount,
        tag: share.tag().to_owned(),
    }
}

/// The shares by name that a VM may write to, or those that it may not.
fn shares(vm: &Vm, read_only: bool) -> BTreeMap<&Name, ShareData<'_>> {
    let wanted = vm.shares.iter().filter(|share| share.read_only == read_only);
    wanted.filter_map(|it| Some((&it.name.as_ref()?.value, share(it)))).collect()
}

/// The directories of its host that bring a node what it joins with, and the first
/// control plane what it applies.
fn join_shares(cluster: &Cluster, vm: &Vm) -> Vec<JoinShare> {
    let is_worker = *vm.role == Role::Worker;
    let control = cluster.is_ha() && *vm.role == Role::ControlPlane;
    let shared = cluster.shares_join_secrets() && vm.is_node();
    let first = cluster.control_planes().next().is_some_and(|first| first.name == vm.name);
    let all = [
        (FORMATION, cluster.has_units() && first, true),
        (JOIN, shared, is_worker),
        (JOIN_CONTROL, shared && control, false),
    ];
    let share = |(tag, _, read_only)| {
        let path = format!("/run/{tag}");
        JoinShare { source: path.clone(), mount_point: path, tag, read_only }
    };
    all.into_iter().filter(|(_, has, _)| *has).map(share).collect()
}

/// Where the host keeps a directory: below the VM's own.
fn persist<'a>(vm: &Vm, mount: &'a AbsPath) -> ShareData<'a> {
    let name = share_name(mount);
    ShareData {
        source: format!("/var/lib/microvms/{}/persist/{name}", vm.name),
        mount_point: mount,
        tag: name,
    }
}
