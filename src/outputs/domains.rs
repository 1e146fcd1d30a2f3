//! `lib/domains/`: the cluster as plain data. The user's own Nix reads these
//! attributes, so their names are a contract; attributes may only be added.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use serde::Serialize;

use super::{Output, flake};
use crate::cluster::{Cluster, Host, Labels, Vlan, Vm, Volume, share_name};
use crate::input::types::{
    AbsPath, Cni, DiskFormat, Endpoint, FsType, Hypervisor, InterfaceName, LabelKey, LabelValue,
    Mac, Minor, Name, RelPath, Role, SshKey, System,
};
use crate::render::{Kind, Planned, Template, template};

const NETWORK: Template<NetworkContext<'_>> = template!("lib/domains/network.nix", Kind::Data);
const VMS: Template<VmsContext<'_>> = template!("lib/domains/vms.nix", Kind::Data);
const HOSTS: Template<HostsContext<'_>> = template!("lib/domains/hosts.nix", Kind::Data);
const INDEX: Template<IndexContext> = template!("lib/domains/default.nix", Kind::Library(&[]));

pub(super) const OUTPUT: Output = Output {
    name: "domains",
    path: "lib/domains",
    wanted: |_| true,
    templates: &[NETWORK.source(), VMS.source(), HOSTS.source(), INDEX.source()],
    files: |cluster, folder| {
        let mut files =
            vec![network(cluster, folder), vms(cluster, folder), hosts(cluster, folder)];
        // A repository with a flake of its own has an index of its own.
        if flake::OUTPUT.is_rendered(cluster) {
            files.push(INDEX.file(folder.join("default.nix"), &IndexContext {}));
        }
        files
    },
};

/// The index has no values.
#[derive(Serialize)]
struct IndexContext {}

/// An attribute set under its name.
#[derive(Serialize)]
struct Named<'a, T> {
    name: &'a Name,
    data: T,
}

/// `network.nix`
#[derive(Serialize)]
struct NetworkContext<'a> {
    cluster: &'a Name,
    bridge: &'a InterfaceName,
    wan: Option<Wan>,
    dns: Vec<Ipv4Addr>,
    vlans: Vec<Named<'a, VlanData>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Wan {
    network: Ipv4Net,
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<Ipv4Addr>,
    gateway: Ipv4Addr,
    prefix_length: u8,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VlanData {
    id: u16,
    network: Ipv4Net,
    gateway: Ipv4Addr,
    host: Ipv4Addr,
    prefix_length: u8,
}

fn network(cluster: &Cluster, folder: &RelPath) -> Planned {
    let default = cluster.hosts.first();
    let vlan = |(index, vlan): (usize, &Vlan)| VlanData {
        id: *vlan.id,
        network: *vlan.subnet,
        gateway: *vlan.gateway,
        // The default host's own address, or the one that it answers at.
        host: default
            .and_then(|host| host.addresses.get(&index))
            .map_or(*vlan.gateway, |address| **address),
        prefix_length: vlan.subnet.prefix_len(),
    };
    let vlans = cluster.network.vlans.iter().enumerate();
    let context = NetworkContext {
        cluster: &cluster.name,
        bridge: &cluster.network.bridge,
        wan: cluster.network.wan.as_ref().map(|(subnet, gateway)| Wan {
            network: **subnet,
            host: default.and_then(|host| host.wan_address.as_ref()).map(|address| **address),
            gateway: **gateway,
            prefix_length: subnet.prefix_len(),
        }),
        dns: cluster.network.dns.iter().map(|server| **server).collect(),
        vlans: vlans.map(|(at, v)| Named { name: &v.name, data: vlan((at, v)) }).collect(),
    };
    NETWORK.file(folder.join("network.nix"), &context)
}

/// `hosts.nix`
#[derive(Serialize)]
struct HostsContext<'a> {
    cluster: &'a Name,
    default: Option<&'a Name>,
    common: Common<'a>,
    hosts: Vec<Named<'a, HostData<'a>>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Common<'a> {
    hypervisor: Hypervisor,
    state_version: &'a str,
    platform: System,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HostData<'a> {
    hostname: &'a Name,
    username: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ssh_pub_key: Option<&'a SshKey>,
    admin_keys: Vec<&'a SshKey>,
    platform: System,
    #[serde(skip_serializing_if = "is_no_node")]
    role: Role,
    #[serde(skip_serializing_if = "Option::is_none")]
    vlan: Option<&'a Name>,
    uplink: &'a InterfaceName,
    #[serde(skip_serializing_if = "Option::is_none")]
    wan_address: Option<Ipv4Addr>,
    gateway: bool,
    addresses: BTreeMap<&'a Name, Ipv4Addr>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<&'a LabelKey, &'a LabelValue>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    taints: Vec<String>,
    deployment: HostDeployment<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HostDeployment<'a> {
    target_host: &'a str,
    target_user: &'a str,
    tags: Vec<&'a str>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde passes a reference
fn is_no_node(role: &Role) -> bool {
    *role == Role::None
}

fn labels(labels: &Labels) -> BTreeMap<&LabelKey, &LabelValue> {
    labels.iter().map(|(key, value)| (key, &value.value)).collect()
}

fn hosts<'a>(cluster: &'a Cluster, folder: &RelPath) -> Planned {
    let default = cluster.hosts.first();
    let host = |host: &'a Host| Named { name: &host.name, data: host_data(cluster, host) };
    let context = HostsContext {
        cluster: &cluster.name,
        default: default.map(|host| &host.name.value),
        common: Common {
            hypervisor: *cluster.hypervisor,
            state_version: cluster.state_version.as_str(),
            platform: default.map_or(System::X86_64, |host| *host.system),
        },
        hosts: cluster.hosts.iter().map(host).collect(),
    };
    HOSTS.file(folder.join("hosts.nix"), &context)
}

fn host_data<'a>(cluster: &'a Cluster, host: &'a Host) -> HostData<'a> {
    let vlans = &cluster.network.vlans;
    let mut tags: BTreeSet<&str> = host.deployment.tags.iter().map(Name::as_str).collect();
    tags.insert("host");
    if *host.role != Role::None {
        tags.extend(["k8s", host.role.as_str()]);
    }
    HostData {
        hostname: &host.name,
        username: &host.deployment.target_user,
        ssh_pub_key: host.admin_keys().next(),
        admin_keys: host.admin_keys().collect(),
        platform: *host.system,
        role: *host.role,
        vlan: host.vlan.as_ref().map(|vlan| &vlans[vlan.value].name.value),
        uplink: &host.uplink,
        wan_address: host.wan_address.as_ref().map(|address| **address),
        gateway: *host.gateway,
        addresses: host
            .addresses
            .iter()
            .map(|(at, address)| (&vlans[*at].name.value, **address))
            .collect(),
        labels: labels(&host.labels),
        taints: host.taints.iter().map(ToString::to_string).collect(),
        deployment: HostDeployment {
            target_host: &host.deployment.target_host,
            target_user: &host.deployment.target_user,
            tags: tags.into_iter().collect(),
        },
    }
}

/// `vms.nix`
#[derive(Serialize)]
struct VmsContext<'a> {
    cluster: &'a Name,
    order: Vec<&'a Name>,
    microvm_list: Vec<&'a Name>,
    tag_list: BTreeSet<&'a str>,
    k8s: Kubernetes<'a>,
    vms: Vec<Named<'a, VmData<'a>>>,
}

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
    control_planes: Vec<&'a Name>,
    workers: Vec<&'a Name>,
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
    storage: Option<Share<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    persist: Vec<Share<'a>>,
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
struct Share<'a> {
    source: String,
    mount_point: &'a AbsPath,
    tag: String,
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
struct VmDeployment<'a> {
    colmena: bool,
    tags: BTreeSet<&'a str>,
    user: &'a str,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde passes a reference
fn is_true(value: &bool) -> bool {
    *value
}

fn vms(cluster: &Cluster, folder: &RelPath) -> Planned {
    let names: Vec<&Name> = cluster.vms.iter().map(|vm| &vm.name.value).collect();
    let nodes = |role| cluster.nodes().filter(move |node| node.role == role);
    let context = VmsContext {
        cluster: &cluster.name,
        microvm_list: names.clone(),
        order: names,
        tag_list: cluster.vms.iter().flat_map(|vm| vm_tags(cluster, vm)).collect(),
        k8s: Kubernetes {
            cluster_name: &cluster.name,
            version: *cluster.kubernetes,
            endpoint: &cluster.endpoint,
            pod_cidr: *cluster.pod_cidr,
            service_cidr: *cluster.service_cidr,
            dns_domain: cluster.dns_domain.as_str(),
            cni: *cluster.cni,
            control_planes: nodes(Role::ControlPlane).map(|node| &node.name.value).collect(),
            workers: nodes(Role::Worker).map(|node| &node.name.value).collect(),
            join_token_file: &cluster.join_token_file,
            ca_cert_hash_file: &cluster.ca_cert_hash_file,
        },
        vms: cluster
            .vms
            .iter()
            .map(|vm| Named { name: &vm.name.value, data: vm_data(cluster, vm) })
            .collect(),
    };
    VMS.file(folder.join("vms.nix"), &context)
}

fn vm_tags<'a>(cluster: &'a Cluster, vm: &'a Vm) -> BTreeSet<&'a str> {
    let mut tags: BTreeSet<&str> = vm.deployment.tags.iter().map(Name::as_str).collect();
    tags.insert("vm");
    match *vm.role {
        Role::None => tags.insert(cluster.vlan_of(vm).name.as_str()),
        role => {
            tags.insert("k8s");
            tags.insert(role.as_str())
        }
    };
    tags
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
        host: &cluster.hosts[vm.host].name,
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
        storage: vm.storage.as_ref().map(|storage| Share {
            source: storage.source.to_string(),
            mount_point: &storage.mount,
            tag: "data".to_owned(),
        }),
        persist: vm.persist.iter().map(|mount| persist(vm, mount)).collect(),
        kubelet_volume: kubelet
            .filter(|_| vm.is_node())
            .map(|volume| KubeletVolume { size: volume.size.mib() }),
        volumes: vm.volumes.iter().map(volume).collect(),
        autostart: vm.autostart,
        deployment: VmDeployment {
            colmena: true,
            tags: vm_tags(cluster, vm),
            user: &vm.deployment.target_user,
        },
    }
}

/// Where the host keeps a directory: below the VM's own.
fn persist<'a>(vm: &Vm, mount: &'a AbsPath) -> Share<'a> {
    let name = share_name(mount);
    Share {
        source: format!("/var/lib/microvms/{}/persist/{name}", vm.name),
        mount_point: mount,
        tag: name,
    }
}
