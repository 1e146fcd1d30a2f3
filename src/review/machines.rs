//! The machines before and after.

use std::collections::{BTreeMap, BTreeSet};

use super::Kind;
use super::modules::{Is, Module};
use crate::cluster::Cluster;
use crate::input::types::{Role, Size};
use crate::previous::Previous;
use crate::source::Span;

/// Machines by their names.
pub(super) type Machines = BTreeMap<String, Facts>;

/// A machine, as far as a review has to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) kind: Kind,
    /// Its role in the Kubernetes cluster, where it has one.
    pub(super) role: Option<Role>,
    /// The host that carries it, for a VM.
    pub(super) host: Option<String>,
    /// Its memory in MiB, for a VM.
    pub(super) memory: Option<u32>,
    /// Its address in the cluster, for a node.
    pub(super) node_ip: Option<String>,
}

/// The machines of the cluster.
pub(super) fn after(cluster: &Cluster) -> Machines {
    let role = |role: Role| (role != Role::None).then_some(role);
    let vms = cluster.vms.iter().map(|vm| {
        let host = Some(cluster.host_of(vm).name.to_string());
        let node_ip = vm.node().map(|node| node.ip.to_string());
        let facts = Facts { host, memory: Some(vm.memory.mib()), ..Facts::new(Kind::Vm) };
        (vm.name.to_string(), Facts { role: role(*vm.role), node_ip, ..facts })
    });
    let hosts = cluster.hosts.iter().map(|host| {
        let node_ip = host.node_ip().map(|ip| ip.to_string());
        let facts = Facts { role: role(*host.role), node_ip, ..Facts::new(Kind::Host) };
        (host.name.to_string(), facts)
    });
    vms.chain(hosts).collect()
}

/// The machines that were rendered last: those of the data files on disk. Where
/// these are as they should be, they tell the same as the cluster; where there
/// are none, a machine was there whose own module is.
pub(super) fn before(
    previous: &Previous<'_>,
    after: &Machines,
    modules: &[Module<'_>],
) -> Machines {
    let vms = previous.vms.iter().map(|(name, vm)| {
        let (host, memory) = (vm.host.map(str::to_owned), vm.memory.map(Size::mib));
        let node_ip = vm.role.and(vm.ip).map(str::to_owned);
        ((*name).to_owned(), Facts { role: vm.role, host, memory, node_ip, ..Facts::new(Kind::Vm) })
    });
    let hosts = previous.hosts.iter().map(|(name, host)| {
        let node_ip = host.node_ip().map(str::to_owned);
        ((*name).to_owned(), Facts { role: host.role, node_ip, ..Facts::new(Kind::Host) })
    });
    let mut before: Machines = vms.chain(hosts).collect();
    for (kind, is_known) in
        [(Kind::Vm, !previous.vms.is_empty()), (Kind::Host, !previous.hosts.is_empty())]
    {
        if !is_known {
            before.extend(with_modules(after, modules, kind));
        }
    }
    before
}

fn with_modules(after: &Machines, modules: &[Module<'_>], kind: Kind) -> Machines {
    let of_kind = after.iter().filter(|(_, facts)| facts.kind == kind);
    let mut found: Machines = of_kind.map(|(name, facts)| (name.clone(), facts.clone())).collect();
    for module in modules {
        let Is::Own(name) = &module.is else { continue };
        let is_vm = module.old.entries.keys().any(|path| path.names().next() == Some("microvm"));
        let own_kind = if is_vm { Kind::Vm } else { Kind::Host };
        if module.old.entries.is_empty() {
            found.remove(name);
        } else if own_kind == kind && !found.contains_key(name) {
            found.insert(name.clone(), Facts::new(kind));
        }
    }
    found
}

/// The addresses of the nodes.
pub(super) fn node_ips(machines: &Machines) -> BTreeSet<&str> {
    machines.values().filter_map(|facts| facts.node_ip.as_deref()).collect()
}

/// Where a machine is named.
pub(super) fn span(cluster: &Cluster, name: &str) -> Option<Span> {
    let vms = cluster.vms.iter().map(|vm| &vm.name);
    let mut names = vms.chain(cluster.hosts.iter().map(|host| &host.name));
    names.find(|other| other.as_str() == name)?.span()
}

impl Facts {
    const fn new(kind: Kind) -> Self {
        Self { kind, role: None, host: None, memory: None, node_ip: None }
    }

    pub(super) fn is_control_plane(&self) -> bool {
        self.role == Some(Role::ControlPlane)
    }

    pub(super) fn is_node(&self) -> bool {
        self.role.is_some()
    }
}
