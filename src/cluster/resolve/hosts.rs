//! The physical machines.

use std::collections::BTreeMap;

use super::names::{Names, broken};
use super::roles::Groups;
use super::{Log, deployment, labels};
use crate::cluster::{Gpu, Hardware, Host, HostId, Network, User, VlanId};
use crate::diagnostic::{Code, Diagnostic};
use crate::input::Spanned;
use crate::input::machines::HostTable;
use crate::input::schema::ClusterFile;
use crate::input::types::{Group, Name, Role};

pub(super) fn hosts(
    file: &ClusterFile,
    network: &Network,
    understood: bool,
    log: &mut Log,
) -> Option<Vec<Host>> {
    let unreadable = broken(&file.network.vlans);
    let vlans = Names {
        kind: "VLAN",
        table: "network.vlans",
        index: network.vlans.iter().map(|vlan| (vlan.name.as_str(), vlan.id)).collect(),
        broken: &unreadable,
        understood,
    };
    let tables = file.hosts.iter().enumerate();
    let hosts: Vec<_> = tables
        .map(|(at, (name, table))| host(HostId(at), name, table, file, &vlans, log))
        .collect();
    hosts.into_iter().collect()
}

fn host(
    id: HostId,
    name: &Spanned<Name>,
    table: &HostTable,
    file: &ClusterFile,
    vlans: &Names<'_, VlanId>,
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
            hashed_password_file: table.hashed_password_file.clone(),
        })
        .collect();
    let groups = Groups::of(Group::Host, *table.role, file);
    let first_admin = users.iter().find(|user| *user.admin).map(|user| user.name.to_string());
    let host_name = table.host_name.as_ref().unwrap_or(name);
    let deployment = deployment(
        name,
        &table.deployment,
        // DHCP's is not known, and one of a VLAN leads nowhere from outside.
        table.wan_address.as_ref().map_or_else(|| host_name.to_string(), ToString::to_string),
        first_admin.unwrap_or_else(|| "root".to_owned()),
        // Not those of its role: who deploys the nodes among the MicroVMs by a tag does
        // not mean to switch the machine that carries them.
        &["host"],
        log,
    );
    Some(Host {
        id,
        name: name.clone(),
        host_name: host_name.clone(),
        cpus: table.cpus.clone(),
        memory: table.memory.clone(),
        disk: table.disk.clone(),
        system: table.system.clone(),
        role: table.role.clone(),
        uplink: table.uplink.clone(),
        uplink_mac: table.uplink_mac.clone(),
        wan_address: table.wan_address.clone(),
        gateway: table.gateway.clone().unwrap_or(Spanned::implied(file.hosts.len() == 1)),
        vlan,
        addresses,
        swap: table.swap.clone(),
        labels: labels(&table.labels),
        taints: table.taints.clone(),
        gpu: gpu(table),
        users,
        hardware,
        extra_modules: groups.modules(&table.extra_modules),
        nixos: groups.options(&table.nixos),
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

fn gpu(host: &HostTable) -> Option<Gpu> {
    let table = host.gpu.as_ref()?;
    Some(Gpu {
        mode: table.mode.clone(),
        system: *host.system,
        model: table.model.clone(),
        hsa_override: table.hsa_override.clone(),
        pci: table.pci.clone(),
        vm: table.vm.clone(),
    })
}
