//! The MicroVMs.

use super::names::{Names, broken};
use super::roles::Groups;
use super::{Log, deployment, labels};
use crate::cluster::{Host, HostId, Network, Share, VlanId, Vm, Volume, derive};
use crate::diagnostic::{Code, Diagnostic};
use crate::input::Spanned;
use crate::input::machines::VmTable;
use crate::input::schema::ClusterFile;
use crate::input::types::{AbsPath, DiskFormat, FsType, Group, Mac, Name, Role, Size};

pub(super) fn vms(
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
        index: network.vlans.iter().map(|vlan| (vlan.name.as_str(), vlan.id)).collect(),
        broken: &no_vlan,
        understood,
    };
    let no_host = broken(&file.hosts);
    let hosts_by_id = file.hosts.keys().enumerate();
    let host_names = Names {
        kind: "host",
        table: "hosts",
        index: hosts_by_id.map(|(at, name)| (name.as_str(), HostId(at))).collect(),
        broken: &no_host,
        understood,
    };
    let vms: Vec<_> = file
        .vms
        .iter()
        .map(|(name, table)| vm(name, table, file, network, &vlans, &host_names, log))
        .collect();
    hosts?;
    let mut vms = vms.into_iter().collect::<Option<Vec<Vm>>>()?;
    let first = file.cluster.first_control_plane.as_ref();
    vms.sort_by(|a, b| {
        let is_first = |vm: &Vm| Some(&vm.name) == first;
        let names = || derive::natural(a.name.as_str(), b.name.as_str());
        a.role.cmp(&b.role).then_with(|| is_first(b).cmp(&is_first(a))).then_with(names)
    });
    if let Some(first) = first {
        let control_planes = vms.iter().filter(|vm| *vm.role == Role::ControlPlane);
        let names: Vec<&Name> = control_planes.map(|vm| &vm.name.value).collect();
        if understood && !names.contains(&&first.value) {
            log.push(unknown_first(first, &names));
            return None;
        }
    }
    Some(vms)
}

fn unknown_first(first: &Spanned<Name>, control_planes: &[&Name]) -> Diagnostic {
    let message = format!("no control plane is called `{first}`");
    let found = Diagnostic::new(Code::UnknownReference, first.span(), message);
    match control_planes {
        [] => found,
        [other, ..] => found.help(format!(
            "write the one that has created the cluster: `first_control_plane = \"{other}\"`"
        )),
    }
}

fn vm(
    name: &Spanned<Name>,
    table: &VmTable,
    file: &ClusterFile,
    network: &Network,
    vlans: &Names<'_, VlanId>,
    hosts: &Names<'_, HostId>,
    log: &mut Log,
) -> Option<Vm> {
    let host = hosts.find_or_only(table.host.as_ref(), name, "host", log);
    let vlan = vlans.find_or_only(table.vlan.as_ref(), name, "vlan", log);
    let volumes = volumes(name, table, vlans.understood, log);
    let (host, vlan, volumes) = (host?, vlan?, volumes?);
    let ip = table
        .ip
        .clone()
        .unwrap_or_else(|| Spanned::implied(derive::address(name, *network.vlan(vlan).subnet)));
    let groups = Groups::of(Group::MicroVm, *table.role, file);
    let own = match *table.role {
        Role::None => vec!["vm", network.vlan(vlan).name.as_str()],
        role => vec!["vm", "k8s", role.as_str()],
    };
    let deployment =
        deployment(name, &table.deployment, ip.to_string(), "root".to_owned(), &own, log);
    let memory = match *table.role {
        Role::None => Size::gib(1),
        Role::ControlPlane | Role::Worker => Size::gib(4),
    };
    Some(Vm {
        name: name.clone(),
        role: table.role.clone(),
        host,
        vlan,
        mac: table.mac.clone().unwrap_or_else(|| Spanned::implied(Mac::derived(*ip))),
        tap: table.tap.clone().unwrap_or_else(|| Spanned::implied(derive::tap(name, *ip))),
        vsock_cid: table
            .vsock_cid
            .clone()
            .unwrap_or_else(|| Spanned::implied(derive::vsock_cid(*ip))),
        vcpu: table.vcpu.clone(),
        memory: table.memory.clone().unwrap_or(Spanned::implied(memory)),
        volumes,
        shares: shares(name, table),
        persist: table.persist.clone(),
        ports: table.ports.iter().map(|(key, port)| (key.value.clone(), port.clone())).collect(),
        labels: labels(&table.labels),
        taints: table.taints.clone(),
        autostart: *table.autostart,
        extra_modules: groups.modules(&table.extra_modules),
        nixos: groups.options(&table.nixos),
        deployment,
        ip,
    })
}

fn shares(owner: &Name, table: &VmTable) -> Vec<Share> {
    let storage = table.storage.as_ref().map(|storage| Share {
        name: None,
        mount: storage.mount.clone(),
        source: storage.source.clone().unwrap_or_else(|| {
            Spanned::implied(AbsPath::own(format!("/var/lib/microvms/{owner}/data")))
        }),
        read_only: false,
    });
    let named = table.shares.iter().map(|(name, share)| Share {
        name: Some(name.clone()),
        mount: share.mount.clone(),
        source: share.source.clone(),
        read_only: *share.read_only,
    });
    storage.into_iter().chain(named).collect()
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
