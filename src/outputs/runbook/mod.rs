//! The page that tells how the cluster is built and kept.

mod machines;

use serde::Serialize;

use self::machines::{GrownVolume, HostSteps, Machine, NodeGroup, Platform, Row, VlanRow};
use super::output::Output;
use super::workloads::{self, Data, Server, ollama};
use super::{bootstrap, flake, flannel, join_secrets, kubeadm};
use crate::cluster::{Cluster, Host, Node, Vlan};
use crate::input::types::{BridgeNetfilter, Minor, Role, Secrets};
use crate::picture::{Picture, mermaid};
use crate::release::{RELEASES, Release, is_seen};
use crate::render::{Template, template};

pub(super) const OUTPUT: Output = Output {
    name: "runbook",
    path: "docs/cluster.md",
    wanted: |_| true,
    templates: &[TEMPLATE.source()],
    files: |cluster, path| {
        let context = Context::of(cluster);
        context.map(|context| TEMPLATE.file(path.clone(), &context)).into_iter().collect()
    },
};

const TEMPLATE: Template<Context> = template!("docs/cluster.md");

#[derive(Serialize)]
struct Context {
    name: String,
    source: String,
    nixos: &'static str,
    kubernetes: String,
    state_version: String,
    /// The next minor, if nixgen knows it.
    next: Option<String>,
    /// The next release of NixOS, if nixgen knows it.
    next_nixos: Option<NextNixos>,
    /// Whether machines enter it by a reboot, which is never wrong.
    boots: bool,
    control_planes: Vec<String>,
    worker_count: usize,
    ha: bool,
    /// The hosts that are nodes.
    bare_metal: Vec<String>,
    /// A flow chart in Mermaid.
    picture: String,
    nodes: Vec<Row>,
    vlans: Vec<VlanRow>,
    pod_cidr: String,
    service_cidr: String,
    dns_ip: String,
    endpoint: String,
    vip: Option<String>,
    machines: Vec<Machine>,
    hosts: Vec<HostSteps>,
    flake: bool,
    /// The option of `nixos-rebuild` that makes it root on the other side.
    rebuild_sudo: &'static str,
    bootstrap: String,
    /// Where the first control plane has them.
    scripts: String,
    /// The files of the tree that the nodes need.
    files: Vec<String>,
    first: First,
    /// Whether units form the cluster, and all that they need is on the only host.
    units: bool,
    shared: bool,
    secrets: Secrets,
    host_decrypts: bool,
    /// The machines that decrypt them.
    decrypting: Vec<String>,
    joins: Vec<NodeGroup>,
    /// Every node, in the order of an upgrade.
    upgrades: Vec<NodeGroup>,
    platforms: Vec<Platform>,
    grown: Option<GrownVolume>,
    /// How many control planes may be away.
    spare: usize,
    /// Whether the endpoint is that of several machines, or may be.
    endpoint_is_shared: bool,
    /// Whether any node has labels or taints.
    marked: bool,
    /// The nodes whose taints the cluster's own pods do not tolerate.
    tainted: Vec<String>,
    wan_addresses: Vec<String>,
    node_subnets: Vec<String>,
    /// The hosts that DHCP is to know by a new hardware address.
    new_macs: Vec<String>,
    /// The nodes on bare metal whose swap is turned off.
    no_swap: Vec<String>,
    /// The VLANs that others may reach, with who.
    opened: Vec<String>,
    etcd_data: &'static str,
    encrypt_secrets: bool,
    audit: bool,
    bridge: String,
    bridge_netfilter: BridgeNetfilter,
    /// A node to show on how one is removed.
    leaver: Option<String>,
    ollama: Option<OllamaFacts>,
    /// Everything that `50-workloads.sh` applies.
    deployed: Vec<&'static str>,
    /// Whether the images of some of it are large.
    is_large: bool,
    /// What the API answers once all of it runs.
    served: Vec<&'static str>,
    data: Vec<DataRow>,
}

/// What a workload keeps on nodes.
#[derive(Serialize)]
struct DataRow {
    what: &'static str,
    path: String,
    nodes: Vec<String>,
    loss: &'static str,
}

/// The next release of NixOS.
#[derive(Serialize)]
struct NextNixos {
    name: &'static str,
    is_seen: bool,
    /// The nixpkgs that holds Kubernetes at its minor, where the release has
    /// another one.
    holds: Option<String>,
}

/// The first control plane.
#[derive(Serialize)]
struct First {
    name: String,
    sudo: &'static str,
}

#[derive(Serialize)]
struct OllamaFacts {
    nodes: Vec<String>,
    selector: Vec<String>,
    addresses: Vec<String>,
    node_port: Option<u16>,
    gpu: Option<GpuFacts>,
}

#[derive(Serialize)]
struct GpuFacts {
    model: String,
    library: &'static str,
    hsa_override: Option<String>,
}

impl Context {
    fn of(cluster: &Cluster) -> Option<Self> {
        let first = cluster.control_planes().next()?;
        let workers = || cluster.nodes().filter(|node| node.role == Role::Worker);
        let mut files = vec![bootstrap::OUTPUT.path(cluster), flannel::OUTPUT.path(cluster)];
        // What another part needs comes behind it, as in pages of before.
        files.extend(workloads::parts(cluster).into_iter().rev().map(|part| part.manifest));
        files.extend(cluster.workloads.manifests.iter().map(|path| path.value.clone()));
        let demands: Vec<_> = workloads::demands(cluster).collect();
        let dns_ip = u32::from(cluster.service_cidr.network()) + 10;
        let tainted = |node: &Node<'_>| {
            node.taints.iter().any(|taint| taint.value.effect != "PreferNoSchedule")
        };
        let marked = |node: Node<'_>| !(node.labels.is_empty() && node.taints.is_empty());
        Some(Self {
            name: cluster.name.to_string(),
            source: cluster.source.clone(),
            nixos: cluster.release.name,
            kubernetes: cluster.kubernetes.to_string(),
            state_version: cluster.state_version.to_string(),
            next: next_minor(cluster),
            boots: next_release(cluster).is_none_or(|next| cluster.release.boots_into(next)),
            next_nixos: NextNixos::after(cluster),
            control_planes: cluster.control_planes().map(|vm| vm.name.to_string()).collect(),
            worker_count: workers().count(),
            ha: cluster.is_ha(),
            bare_metal: names(cluster.hosts.iter().filter_map(Host::node)),
            picture: mermaid(&Picture::new(cluster, &demands).without_sizes()),
            nodes: Row::all(cluster),
            vlans: VlanRow::all(cluster),
            pod_cidr: cluster.pod_cidr.to_string(),
            service_cidr: cluster.service_cidr.to_string(),
            dns_ip: std::net::Ipv4Addr::from(dns_ip).to_string(),
            endpoint: cluster.endpoint.to_string(),
            vip: cluster.vip.as_ref().map(ToString::to_string),
            machines: Machine::all(cluster),
            hosts: HostSteps::all(cluster),
            flake: flake::OUTPUT.is_rendered(cluster),
            rebuild_sudo: cluster.release.rebuild_sudo,
            scripts: format!(
                "{}/{}",
                if cluster.has_units() { "/run/k8s-formation/tree" } else { "cluster" },
                bootstrap::OUTPUT.path(cluster).inside()
            ),
            bootstrap: bootstrap::OUTPUT.path(cluster).inside().to_owned(),
            files: files.iter().map(|path| path.inside().to_owned()).collect(),
            first: First { name: first.name.to_string(), sudo: machines::sudo(&first.deployment) },
            units: cluster.has_units(),
            shared: cluster.shares_join_secrets(),
            secrets: *cluster.secrets,
            host_decrypts: *cluster.host_decrypts,
            decrypting: decrypting(cluster),
            joins: NodeGroup::after(cluster, 1),
            upgrades: NodeGroup::after(cluster, 0),
            platforms: Platform::all(cluster),
            grown: GrownVolume::of_kubelet(cluster, first),
            spare: (cluster.control_planes().count() - 1) / 2,
            endpoint_is_shared: cluster.vip.is_some()
                || cluster.endpoint.host() != first.ip.to_string(),
            marked: cluster.nodes().any(marked),
            tainted: names(cluster.nodes().filter(tainted)),
            wan_addresses: cluster
                .hosts
                .iter()
                .filter(|host| host.node().is_some())
                .filter_map(|host| host.wan_address.as_ref().map(ToString::to_string))
                .collect(),
            node_subnets: kubeadm::node_subnets(cluster),
            new_macs: host_names(cluster, |host| {
                host.wan_address.is_none() && host.uplink_mac.is_none()
            }),
            no_swap: host_names(cluster, |host| host.node().is_some() && !*host.swap),
            opened: cluster.network.vlans.iter().filter_map(opened).collect(),
            etcd_data: kubeadm::ETCD_DATA,
            encrypt_secrets: *cluster.encrypt_secrets,
            audit: *cluster.audit,
            bridge: cluster.network.bridge.to_string(),
            bridge_netfilter: *cluster.bridge_netfilter,
            leaver: cluster
                .vms
                .iter()
                .rfind(|vm| *vm.role == Role::Worker)
                .map(|vm| vm.name.to_string())
                .or_else(|| workers().last().map(|node| node.name.to_string())),
            ollama: ollama(cluster).map(|ollama| OllamaFacts::of(&ollama)),
            deployed: deployed(cluster),
            is_large: workloads::demands(cluster).next().is_some(),
            served: workloads::parts(cluster).iter().filter_map(|part| part.serves).collect(),
            data: workloads::data(cluster).map(DataRow::of).collect(),
        })
    }
}

impl NextNixos {
    fn after(cluster: &Cluster) -> Option<Self> {
        let (release, minor) = (&cluster.release, *cluster.kubernetes);
        let next = next_release(cluster)?;
        let holds = cluster.kubernetes_nixpkgs.is_none() && next.kubernetes != (minor, minor);
        Some(Self {
            name: next.name,
            is_seen: next.is_seen,
            holds: holds.then(|| format!("github:NixOS/nixpkgs/{}", release.branch)),
        })
    }
}

fn next_release(cluster: &Cluster) -> Option<&'static Release> {
    let newer = |next: &&Release| next.name > cluster.release.name && !next.is_rolling();
    RELEASES.iter().find(newer)
}

fn next_minor(cluster: &Cluster) -> Option<String> {
    let next = Minor::new(cluster.kubernetes.number() + 1);
    is_seen(next).then(|| next.to_string())
}

impl OllamaFacts {
    fn of(ollama: &Server<'_>) -> Self {
        let nodes = ollama.demand.nodes.iter();
        let selector = ollama.demand.selector.iter();
        Self {
            nodes: names(nodes.clone().copied()),
            selector: selector.map(|(key, value)| format!("{key}={value}")).collect(),
            addresses: nodes.map(|node| node.ip.to_string()).collect(),
            node_port: ollama.node_port(),
            gpu: ollama.gpu().map(|gpu| GpuFacts {
                library: gpu.library(),
                model: gpu.model,
                hsa_override: gpu.hsa_override,
            }),
        }
    }
}

impl DataRow {
    fn of(data: Data<'_>) -> Self {
        let Data { what, path, nodes, loss } = data;
        Self { what, path: path.to_string(), nodes: names(nodes.into_iter()), loss }
    }
}

/// What is applied, as far as people asked for it by name.
fn deployed(cluster: &Cluster) -> Vec<&'static str> {
    let parts = workloads::parts(cluster).into_iter().map(|part| part.title);
    let asked = parts.filter(|title| !title.starts_with("the "));
    let own = (!cluster.workloads.manifests.is_empty()).then_some("your manifests");
    asked.chain(own).collect()
}

fn decrypting(cluster: &Cluster) -> Vec<String> {
    let vms = cluster.vms.iter().filter(|vm| join_secrets::is_on_vm(cluster, vm));
    let hosts = cluster.hosts.iter().filter(|host| join_secrets::is_on_host(cluster, host));
    let vms = vms.map(|vm| vm.name.to_string());
    vms.chain(hosts.map(|host| host.name.to_string())).collect()
}

fn host_names(cluster: &Cluster, are_meant: fn(&Host) -> bool) -> Vec<String> {
    let hosts = cluster.hosts.iter().filter(|host| are_meant(host));
    hosts.map(|host| host.name.to_string()).collect()
}

/// A VLAN that others may reach, with who.
fn opened(vlan: &Vlan) -> Option<String> {
    let from: Vec<String> = vlan.allow_from.iter().map(ToString::to_string).collect();
    (!from.is_empty()).then(|| format!("{} from {}", vlan.name, from.join(" and ")))
}

fn names<'a>(nodes: impl Iterator<Item = Node<'a>>) -> Vec<String> {
    nodes.map(|node| node.name.to_string()).collect()
}
