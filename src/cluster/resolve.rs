//! Follows references and fills in what was left out.

use std::collections::{BTreeMap, HashMap};

use super::{
    Cluster, Deployment, Gpu, Hardware, Host, Labels, Network, Ollama, Storage, User, Vlan, Vm,
    Volume, derive,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::input::schema::{
    ClusterFile, DeploymentTable, GpuTable, HostTable, NetworkTable, OllamaTable, VmTable,
};
use crate::input::types::{
    AbsPath, DiskFormat, Endpoint, FsType, GpuMode, LabelKey, LabelValue, Mac, Name, OneLine, Role,
    Size,
};
use crate::input::{Map, Spanned, closest, quoted};
use crate::release::{RELEASES, Release};

type Log = Vec<Diagnostic>;

/// Decides every value. `None` when a reference leads nowhere; the reason is
/// in the log.
pub fn resolve(file: ClusterFile, source: &str, log: &mut Log) -> Option<Cluster> {
    // What is missing can only be told once everything that was written was
    // understood: a mistyped key may be the very one.
    let understood = !log.iter().any(Diagnostic::is_error);
    if understood {
        missing(&file, log);
    }
    let release = release(&file.cluster.nixos, log);
    let network = network(&file.network);
    let hosts = hosts(&file, &network, understood, log);
    let vms = vms(&file, &network, hosts.as_ref(), understood, log);
    let (release, hosts, vms) = (release?, hosts?, vms?);
    let endpoint = endpoint(&file, &vms)?;
    let ollama = file.workloads.ollama.as_ref().map(|table| ollama(table, &hosts));
    let cluster = file.cluster;
    Some(Cluster {
        source: source.to_owned(),
        name: cluster.name,
        release,
        state_version: state_version(cluster.state_version, release, &cluster.nixos, log)?,
        kubernetes: cluster.kubernetes,
        kubernetes_nixpkgs: cluster.kubernetes_nixpkgs,
        pod_cidr: cluster.pod_cidr,
        service_cidr: cluster.service_cidr,
        dns_domain: cluster.dns_domain,
        cni: cluster.cni,
        bridge_netfilter: cluster.bridge_netfilter,
        flannel_nftables: cluster.flannel_nftables,
        firewall: cluster.firewall,
        hypervisor: cluster.hypervisor,
        endpoint,
        vip: cluster.vip,
        join_token_file: cluster.join_token_file,
        ca_cert_hash_file: cluster.ca_cert_hash_file,
        certificate_key_file: cluster.certificate_key_file,
        formatter: *cluster.formatter,
        network,
        hosts,
        vms,
        ollama,
        outputs: file.outputs,
    })
}

/// Says what no cluster can do without.
fn missing(file: &ClusterFile, log: &mut Log) {
    if file.hosts.is_empty() {
        log.push(
            Diagnostic::new(Code::MissingKey, None, "the file has no host")
                .help("add a table `[hosts.<name>]` for the machine that carries the MicroVMs"),
        );
    }
    if file.network.vlans.is_empty() {
        log.push(
            Diagnostic::new(Code::MissingKey, None, "the file has no VLAN")
                .help("add a table `[network.vlans.<name>]` with an `id` and a `subnet`"),
        );
    }
    if !file.vms.iter().any(|(_, vm)| *vm.role == Role::ControlPlane)
        && !file.hosts.iter().any(|(_, host)| *host.role == Role::ControlPlane)
    {
        let message = "the cluster has no control plane";
        log.push(
            Diagnostic::new(Code::ControlPlanes, file.cluster.name.span(), message)
                .help("give one VM `role = \"control-plane\"`"),
        );
    }
}

fn release(written: &Spanned<OneLine>, log: &mut Log) -> Option<&'static Release> {
    let found = Release::named(written.as_str());
    if found.is_none() {
        let known: Vec<&str> = RELEASES.iter().map(|release| release.name).collect();
        let message = format!("nixgen does not know NixOS `{written}`");
        log.push(
            Diagnostic::new(Code::InvalidValue, written.span(), message)
                .help(format!("the known releases are {}", known.join(", "))),
        );
    }
    found
}

fn state_version(
    written: Option<Spanned<OneLine>>,
    release: &Release,
    nixos: &Spanned<OneLine>,
    log: &mut Log,
) -> Option<Spanned<OneLine>> {
    match written {
        Some(version) => Some(version),
        None if release.name == "unstable" => {
            let message = "`unstable` does not say which `state_version` the machines have";
            log.push(
                Diagnostic::new(Code::MissingKey, nixos.span(), message)
                    .help("add `state_version = \"25.11\"`: the release they were installed with"),
            );
            None
        }
        None => Some(nixos.clone()),
    }
}

fn network(table: &NetworkTable) -> Network {
    let vlans = table.vlans.iter().map(|(name, vlan)| {
        let first = vlan.subnet.value.hosts().next().unwrap_or(vlan.subnet.network());
        Vlan {
            name: name.clone(),
            id: vlan.id.clone(),
            subnet: vlan.subnet.clone(),
            gateway: vlan.gateway.clone().unwrap_or(Spanned::implied(first)),
        }
    });
    Network {
        bridge: table.bridge.clone(),
        dns: table.dns.clone(),
        wan: table.wan.as_ref().map(|wan| (wan.subnet.clone(), wan.gateway.clone())),
        vlans: vlans.collect(),
    }
}

/// Looks a name up among those that the file defines. The kind completes
/// "there is no … `name`".
struct Names<'a> {
    kind: &'static str,
    table: &'static str,
    index: HashMap<&'a str, usize>,
    broken: &'a dyn Fn(&str) -> bool,
    /// Whether everything that was written could be read.
    understood: bool,
}

impl Names<'_> {
    fn find(&self, name: &Spanned<Name>, log: &mut Log) -> Option<usize> {
        let found = self.index.get(name.as_str()).copied();
        if found.is_none() && !(self.broken)(name.as_str()) {
            let message = format!("there is no {} `{name}`", self.kind);
            let diagnostic = Diagnostic::new(Code::UnknownReference, name.span(), message);
            log.push(match closest(name.as_str(), self.index.keys().copied()) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic.help(format!("add a table `[{}.{name}]`", self.table)),
            });
        }
        found
    }

    /// The one that is meant when none is named: the only one there is.
    fn only(&self, key: &str, owner: &Spanned<Name>, log: &mut Log) -> Option<usize> {
        if self.index.len() == 1 && !(self.broken)("") {
            return Some(0);
        }
        if self.understood && self.index.len() > 1 {
            let message = format!("`{owner}` does not say which {} it has", self.kind);
            let mut names: Vec<&str> = self.index.keys().copied().collect();
            names.sort_unstable();
            log.push(
                Diagnostic::new(Code::AmbiguousReference, owner.span(), message)
                    .help(format!("add `{key} = …`, one of {}", quoted(&names))),
            );
        }
        None
    }

    fn find_or_only(
        &self,
        name: Option<&Spanned<Name>>,
        owner: &Spanned<Name>,
        key: &str,
        log: &mut Log,
    ) -> Option<usize> {
        match name {
            Some(name) => self.find(name, log),
            None => self.only(key, owner, log),
        }
    }
}

fn index<'a>(names: impl Iterator<Item = &'a Spanned<Name>>) -> HashMap<&'a str, usize> {
    names.enumerate().map(|(at, name)| (name.value.as_str(), at)).collect()
}

/// Whether a key, or any key for the empty name, was written unreadably.
fn broken<V>(map: &Map<Name, V>) -> impl Fn(&str) -> bool {
    move |name| if name.is_empty() { map.any_broken() } else { map.is_broken(name) }
}

fn hosts(
    file: &ClusterFile,
    network: &Network,
    understood: bool,
    log: &mut Log,
) -> Option<Vec<Host>> {
    let unreadable = broken(&file.network.vlans);
    let vlans = Names {
        kind: "VLAN",
        table: "network.vlans",
        index: index(network.vlans.iter().map(|vlan| &vlan.name)),
        broken: &unreadable,
        understood,
    };
    let only = file.hosts.len() == 1;
    let hosts: Vec<_> =
        file.hosts.iter().map(|(name, table)| host(name, table, only, &vlans, log)).collect();
    hosts.into_iter().collect()
}

fn host(
    name: &Spanned<Name>,
    table: &HostTable,
    only: bool,
    vlans: &Names<'_>,
    log: &mut Log,
) -> Option<Host> {
    if *table.role == Role::ControlPlane {
        let message = format!("the host `{name}` cannot be a control plane");
        log.push(
            Diagnostic::new(Code::HostRole, table.role.span(), message)
                .help("control planes are MicroVMs: write `worker` here, or leave `role` out"),
        );
        return None;
    }
    let is_node = *table.role != Role::None;
    let vlan = match &table.vlan {
        Some(written) => Some(vlans.find(written, log).map(|at| written.clone().map(|_| at))?),
        None if is_node => Some(Spanned::implied(vlans.only("vlan", name, log)?)),
        None => None,
    };
    let found: Vec<_> = table
        .addresses
        .iter()
        .map(|(vlan, ip)| vlans.find(vlan, log).map(|at| (at, ip.clone())))
        .collect();
    let addresses = found.into_iter().collect::<Option<BTreeMap<_, _>>>()?;
    if let (true, Some(vlan)) = (is_node, &vlan)
        && !addresses.contains_key(&vlan.value)
    {
        if !vlans.understood {
            return None;
        }
        let message = format!("the node `{name}` has no address on its VLAN");
        log.push(
            Diagnostic::new(Code::MissingKey, vlan.span().or(name.span()), message)
                .help("add the VLAN to `addresses = { … }` of this host"),
        );
        return None;
    }
    let hardware = hardware(name, table, vlans.understood, log)?;
    let users: Vec<User> = table
        .users
        .iter()
        .map(|(user, table)| User {
            name: user.clone(),
            admin: table.admin.clone(),
            ssh_keys: table.ssh_keys.clone(),
        })
        .collect();
    let own_address = table.wan_address.as_ref().or_else(|| addresses.values().next());
    let first_admin = users.iter().find(|user| *user.admin).map(|user| user.name.to_string());
    let deployment = deployment(
        &table.deployment,
        own_address.map_or_else(|| name.to_string(), ToString::to_string),
        first_admin.unwrap_or_else(|| "root".to_owned()),
    );
    Some(Host {
        name: name.clone(),
        system: table.system.clone(),
        role: table.role.clone(),
        uplink: table.uplink.clone(),
        wan_address: table.wan_address.clone(),
        gateway: table.gateway.clone().unwrap_or(Spanned::implied(only)),
        vlan,
        addresses,
        labels: labels(&table.labels),
        taints: table.taints.clone(),
        gpu: table.gpu.as_ref().map(gpu),
        users,
        hardware,
        extra_modules: table.extra_modules.clone(),
        deployment,
    })
}

fn hardware(
    name: &Spanned<Name>,
    table: &HostTable,
    understood: bool,
    log: &mut Log,
) -> Option<Hardware> {
    match (&table.boot, &table.hardware) {
        (None, Some(module)) => Some(Hardware::Module(module.clone())),
        (Some(boot), None) => Some(Hardware::Boot {
            loader: boot.loader.clone(),
            root: boot.root.device.clone(),
            fs: boot.root.fs.clone(),
            esp: boot.esp.device.clone(),
        }),
        (None, None) if !understood => None,
        (None, None) => {
            let message = format!("the host `{name}` does not say how it boots");
            log.push(
                Diagnostic::new(Code::MissingKey, name.span(), message)
                    .help("add a `boot` table, or `hardware = \"…\"` with a module of yours"),
            );
            None
        }
        (Some(boot), Some(module)) => {
            let message = format!("the host `{name}` has both `boot` and `hardware`");
            log.push(
                Diagnostic::new(Code::InvalidValue, module.span(), message)
                    .related(boot.root.device.span(), "`boot` is here")
                    .help("keep one of them"),
            );
            None
        }
    }
}

/// What an integrated chip is best told to be: ROCm's libraries carry kernels
/// for gfx1102 and not for gfx1103, whose register file is the same.
fn default_override(model: &str) -> Option<&'static str> {
    matches!(model, "gfx1103").then_some("11.0.2")
}

fn gpu(table: &GpuTable) -> Gpu {
    let hsa_override = match &table.hsa_override {
        Some(written) if written.as_str() == "none" => None,
        Some(written) => Some(written.clone()),
        None => default_override(table.model.as_str())
            .filter(|_| *table.mode == GpuMode::Host)
            .map(|version| Spanned::implied(OneLine::own(version))),
    };
    Gpu {
        mode: table.mode.clone(),
        model: table.model.clone(),
        hsa_override,
        pci: table.pci.clone(),
        vm: table.vm.clone(),
    }
}

fn labels(map: &Map<LabelKey, Spanned<LabelValue>>) -> Labels {
    map.iter().map(|(key, value)| (key.value.clone(), value.clone())).collect()
}

fn deployment(table: &DeploymentTable, host: String, user: String) -> Deployment {
    let mut tags: Vec<Name> = table.tags.iter().map(|tag| tag.value.clone()).collect();
    tags.sort();
    tags.dedup();
    Deployment {
        target_host: table.target_host.as_ref().map_or(host, ToString::to_string),
        target_user: table.target_user.as_ref().map_or(user, ToString::to_string),
        tags,
    }
}

fn vms(
    file: &ClusterFile,
    network: &Network,
    hosts: Option<&Vec<Host>>,
    understood: bool,
    log: &mut Log,
) -> Option<Vec<Vm>> {
    let no_vlan = broken(&file.network.vlans);
    let vlans = Names {
        kind: "VLAN",
        table: "network.vlans",
        index: index(network.vlans.iter().map(|vlan| &vlan.name)),
        broken: &no_vlan,
        understood,
    };
    let no_host = broken(&file.hosts);
    let host_names = Names {
        kind: "host",
        table: "hosts",
        index: index(file.hosts.keys()),
        broken: &no_host,
        understood,
    };
    let vms: Vec<_> = file
        .vms
        .iter()
        .map(|(name, table)| vm(name, table, network, &vlans, &host_names, log))
        .collect();
    hosts?;
    let mut vms = vms.into_iter().collect::<Option<Vec<Vm>>>()?;
    vms.sort_by(|a, b| {
        let names = || derive::natural(a.name.as_str(), b.name.as_str());
        a.role.cmp(&b.role).then_with(names)
    });
    Some(vms)
}

fn vm(
    name: &Spanned<Name>,
    table: &VmTable,
    network: &Network,
    vlans: &Names<'_>,
    hosts: &Names<'_>,
    log: &mut Log,
) -> Option<Vm> {
    let host = hosts.find_or_only(table.host.as_ref(), name, "host", log);
    let vlan = vlans.find_or_only(table.vlan.as_ref(), name, "vlan", log);
    let volumes = volumes(name, table, vlans.understood, log);
    let (host, vlan, volumes) = (host?, vlan?, volumes?);
    let ip = table
        .ip
        .clone()
        .unwrap_or_else(|| Spanned::implied(derive::address(name, *network.vlans[vlan].subnet)));
    let memory = match *table.role {
        Role::None => Size::gib(1),
        Role::ControlPlane | Role::Worker => Size::gib(4),
    };
    Some(Vm {
        name: name.clone(),
        role: table.role.clone(),
        host,
        vlan,
        mac: table.mac.clone().unwrap_or_else(|| Spanned::implied(Mac::of(*ip))),
        tap: table.tap.clone().unwrap_or_else(|| Spanned::implied(derive::tap(name, *ip))),
        vsock_cid: table
            .vsock_cid
            .clone()
            .unwrap_or_else(|| Spanned::implied(derive::vsock_cid(*ip))),
        vcpu: table.vcpu.clone(),
        memory: table.memory.clone().unwrap_or(Spanned::implied(memory)),
        volumes,
        storage: table.storage.as_ref().map(|storage| Storage {
            mount: storage.mount.clone(),
            source: storage.source.clone().unwrap_or_else(|| {
                Spanned::implied(AbsPath::own(format!("/var/lib/microvms/{name}/data")))
            }),
        }),
        persist: table.persist.clone(),
        ports: table.ports.iter().map(|(key, port)| (key.value.clone(), port.clone())).collect(),
        labels: labels(&table.labels),
        taints: table.taints.clone(),
        autostart: *table.autostart,
        extra_modules: table.extra_modules.clone(),
        deployment: deployment(&table.deployment, ip.to_string(), "root".to_owned()),
        ip,
    })
}

/// The volumes of a node that everything else builds on: its name, where it is
/// mounted, its size, and whether only control planes have it.
const NODE_VOLUMES: [(&str, &str, Size, bool); 3] = [
    // The file system that pods' ephemeral storage and eviction are counted on.
    ("kubelet", "/var/lib/kubelet", Size::gib(10), false),
    // Images and writable layers.
    ("containerd", "/var/lib/containerd", Size::gib(30), false),
    ("etcd", "/var/lib/etcd", Size::gib(8), true),
];

fn volumes(
    owner: &Spanned<Name>,
    table: &VmTable,
    understood: bool,
    log: &mut Log,
) -> Option<Vec<Volume>> {
    let (role, written) = (*table.role, &table.volumes);
    let mut volumes = Vec::new();
    let mut complete = true;
    let default = |name: &str| NODE_VOLUMES.iter().find(|known| known.0 == name);
    for (name, table) in written.iter() {
        let known = default(name.as_str());
        let mount = table
            .mount
            .clone()
            .or_else(|| known.map(|(_, mount, ..)| Spanned::implied(AbsPath::own(*mount))));
        let size = table.size.clone().or_else(|| known.map(|known| Spanned::implied(known.2)));
        for (key, present) in [("mount", mount.is_some()), ("size", size.is_some())] {
            complete &= present;
            if !present && understood {
                let message = format!("the volume `{name}` of `{owner}` has no `{key}`");
                log.push(
                    Diagnostic::new(Code::MissingKey, name.span(), message)
                        .help(format!("add `{key} = …` to it")),
                );
            }
        }
        if let (Some(mount), Some(size)) = (mount, size) {
            let (format, fs) = (table.format.clone(), table.fs.clone());
            volumes.push(Volume { name: name.clone(), size, format, fs, mount });
        }
    }
    if role != Role::None {
        for (name, mount, size, control_plane_only) in NODE_VOLUMES {
            let wanted = !control_plane_only || role == Role::ControlPlane;
            if wanted && !written.keys().any(|key| key.as_str() == name) && !written.is_broken(name)
            {
                volumes.push(Volume {
                    name: Spanned::implied(Name::own(name)),
                    size: Spanned::implied(size),
                    format: Spanned::implied(DiskFormat::Qcow2),
                    fs: Spanned::implied(FsType::Ext4),
                    mount: Spanned::implied(AbsPath::own(mount)),
                });
            }
        }
    }
    volumes.sort_by(|a, b| a.name.cmp(&b.name));
    complete.then_some(volumes)
}

fn endpoint(file: &ClusterFile, vms: &[Vm]) -> Option<Spanned<Endpoint>> {
    if let Some(written) = &file.cluster.endpoint {
        return Some(written.clone());
    }
    if let Some(vip) = &file.cluster.vip {
        return Some(vip.clone().map(Endpoint::of));
    }
    let first = vms.iter().find(|vm| *vm.role == Role::ControlPlane)?;
    Some(Spanned::implied(Endpoint::of(*first.ip)))
}

fn ollama(table: &OllamaTable, hosts: &[Host]) -> Ollama {
    let mut node_selector = labels(&table.node_selector);
    if node_selector.is_empty()
        && let Some(host) = hosts.iter().find(|host| host.gpu.is_some())
    {
        let key = LabelKey::own("kubernetes.io/hostname");
        node_selector.insert(key, Spanned::implied(LabelValue::of(&host.name)));
    }
    Ollama {
        image: table.image.clone(),
        node_selector,
        gpu_access: table.gpu_access.clone(),
        node_port: table.node_port.clone(),
        memory: table.memory.clone(),
        data: table.data.clone(),
    }
}
