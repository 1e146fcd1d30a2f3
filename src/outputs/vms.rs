//! `vms/<vm>.nix`: what is a MicroVM's own.

use std::net::Ipv4Addr;

use serde::Serialize;

use super::output::{Output, module_of};
use super::{amdgpu, formation, join_secrets, kubeadm_base, microvm_guest};
use crate::cluster::{Cluster, Vm};
use crate::input::nixos::Options;
use crate::input::types::{
    AbsPath, Firewall, Hypervisor, InterfaceName, Mac, Name, PciAddress, RelPath, Role,
};
use crate::render::{Kind, Planned, Template, template};

/// The values of the template.
#[derive(Serialize)]
struct Context<'a> {
    name: &'a Name,
    cluster: &'a Name,
    role: Role,
    vlan: &'a Name,
    storage: Option<&'a AbsPath>,
    imports: Vec<String>,
    nixos: &'a Options,
    hypervisor: Hypervisor,
    vcpu: u16,
    mem: u32,
    vsock_cid: u32,
    tap: &'a InterfaceName,
    mac: Mac,
    /// The PCI functions of the host's GPU, on the VM that gets it.
    gpu: Vec<&'a PciAddress>,
    ip: Ipv4Addr,
    address: String,
    gateway: Ipv4Addr,
    tcp: Vec<u16>,
    firewall: Firewall,
    /// The other control planes, on a control plane.
    etcd_peers: Vec<Ipv4Addr>,
}

const TEMPLATE: Template<Context<'_>> = template!("vms/vm.nix", Kind::Module);

/// The modules of the MicroVMs.
pub const OUTPUT: Output = Output {
    name: "vms",
    path: "vms",
    wanted: |_| true,
    templates: &[TEMPLATE.source()],
    files: |cluster, folder| {
        let control_planes: Vec<Ipv4Addr> = cluster.control_planes().map(|vm| *vm.ip).collect();
        cluster.vms.iter().map(|vm| file(cluster, vm, &control_planes, folder)).collect()
    },
};

fn file(cluster: &Cluster, vm: &Vm, control_planes: &[Ipv4Addr], folder: &RelPath) -> Planned {
    let path = module_of(&vm.name, folder);
    let vlan = cluster.vlan_of(vm);
    let gpu = cluster.passed_gpu(vm);
    let mut modules = vec![microvm_guest::OUTPUT.path(cluster)];
    if vm.is_node() {
        modules.push(kubeadm_base::OUTPUT.path(cluster));
        modules.extend(formation::module(cluster));
    }
    if join_secrets::is_on_vm(cluster, vm) {
        modules.push(join_secrets::OUTPUT.path(cluster));
    }
    if gpu.is_some() {
        modules.push(amdgpu::OUTPUT.path(cluster));
    }
    modules.sort();
    modules.extend(vm.extra_modules.iter().map(|module| module.value.clone()));
    // sshd's own module opens its port, and what nodes alone are to reach is for
    // theirs in common.
    let ports = vm.ports.values().map(|port| **port).filter(|port| *port != 22);
    let api = (*vm.role == Role::ControlPlane).then_some(6443);
    let mut tcp: Vec<u16> = ports.chain(api).collect();
    tcp.sort_unstable();
    tcp.dedup();
    let etcd_peers = match *vm.role {
        Role::ControlPlane => control_planes.iter().copied().filter(|ip| *ip != *vm.ip).collect(),
        Role::Worker | Role::None => Vec::new(),
    };
    let context = Context {
        name: &vm.name,
        cluster: &cluster.name,
        role: *vm.role,
        vlan: &vlan.name,
        storage: vm.storage().map(|storage| &storage.mount.value),
        nixos: &vm.nixos,
        imports: modules.iter().map(|module| module.seen_from(&path)).collect(),
        hypervisor: *cluster.hypervisor,
        vcpu: *vm.vcpu,
        mem: vm.memory.mib(),
        vsock_cid: *vm.vsock_cid,
        tap: &vm.tap,
        mac: *vm.mac,
        gpu: gpu.map(|gpu| gpu.pci.iter().map(|pci| &pci.value).collect()).unwrap_or_default(),
        ip: *vm.ip,
        address: format!("{}/{}", vm.ip, vlan.subnet.prefix_len()),
        gateway: *vlan.gateway,
        tcp,
        firewall: *cluster.firewall,
        etcd_peers,
    };
    TEMPLATE.file(path, &context)
}
