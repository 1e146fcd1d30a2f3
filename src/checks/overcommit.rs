//! What the VMs of a host are promised together, against what it has. A host
//! that does not say what it has is not asked.

use std::collections::HashMap;

use crate::cluster::reserved::{HYPERVISOR, SYSTEM};
use crate::cluster::{Cluster, Demand, Host, HostId, Vm};
use crate::diagnostic::{Code, Diagnostic};
use crate::input::Spanned;
use crate::input::types::{Role, Size};
use crate::outputs;

/// The memory that a kubelet keeps free besides what it is told to reserve, in MiB.
const EVICTION: u64 = 100;

/// The resources that the VMs of a host are promised.
#[derive(Default)]
struct Promised {
    vms: u64,
    vcpus: u64,
    memory: u64,
    volumes: u64,
}

impl Promised {
    fn add(&mut self, vm: &Vm) {
        self.vms += 1;
        self.vcpus += u64::from(*vm.vcpu);
        self.memory += u64::from(vm.memory.mib());
        self.volumes += vm.volumes.iter().map(|volume| u64::from(volume.size.mib())).sum::<u64>();
    }

    fn vms(&self) -> String {
        if self.vms == 1 { "its MicroVM".to_owned() } else { format!("its {} MicroVMs", self.vms) }
    }
}

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    let mut promised: HashMap<HostId, Promised> = HashMap::new();
    for vm in &cluster.vms {
        promised.entry(vm.host).or_default().add(vm);
    }
    let demands: Vec<Demand<'_>> = outputs::demands(cluster).collect();
    for host in &cluster.hosts {
        let promised = promised.remove(&host.id).unwrap_or_default();
        log.extend(cpus(host, &promised));
        log.extend(memory(host, &promised, &pods(&demands, host)));
        log.extend(disk(host, &promised));
    }
}

fn cpus(host: &Host, promised: &Promised) -> Option<Diagnostic> {
    let cpus = host.cpus.as_ref().filter(|cpus| promised.vcpus > u64::from(***cpus))?;
    let message = format!(
        "`{}` has {cpus} processors, and {} virtual ones are promised to {}",
        host.name,
        promised.vcpus,
        promised.vms()
    );
    Some(Diagnostic::new(Code::CpuOvercommit, cpus.span(), message).help(
        "give them fewer; or write `cpu-overcommit = \"allow\"` in `[lints]`, where they are not \
         busy at once",
    ))
}

fn memory(host: &Host, promised: &Promised, pods: &[(&str, Size)]) -> Option<Diagnostic> {
    let memory = host.memory.as_ref()?;
    let own = u64::from(SYSTEM) + u64::from(HYPERVISOR) * promised.vms;
    let kept = promised.memory + own + EVICTION;
    if *host.role == Role::Worker && kept > u64::from(memory.mib()) {
        return Some(no_kubelet(host, memory, promised, kept));
    }
    let total =
        promised.memory + pods.iter().map(|(_, size)| u64::from(size.mib())).sum::<u64>() + own;
    if total <= u64::from(memory.mib()) {
        return None;
    }
    let pods = pods.iter().fold(String::new(), |pods, (title, size)| {
        pods + &format!(", {} to {title}", gib(u64::from(size.mib())))
    });
    let message = format!(
        "`{}` has {memory} of memory, and {} are promised: {} to {}{pods}, and about {} to itself",
        host.name,
        gib(total),
        gib(promised.memory),
        promised.vms(),
        gib(own)
    );
    let over = gib(total - u64::from(memory.mib()));
    Some(Diagnostic::new(Code::MemoryOvercommit, memory.span(), message).help(format!(
        "take away {over}: when memory runs out, Linux kills processes, or a whole VM"
    )))
}

/// The kubelet refuses to reserve more than the machine has.
fn no_kubelet(host: &Host, memory: &Spanned<Size>, promised: &Promised, kept: u64) -> Diagnostic {
    let message = format!(
        "`{}` has {memory} of memory, and its kubelet is to keep {} for the system and {}: it would \
         not start",
        host.name,
        gib(kept),
        promised.vms()
    );
    let over = gib(kept - u64::from(memory.mib()));
    Diagnostic::new(Code::ReservedMemory, memory.span(), message).help(format!(
        "take {over} and what its pods need from the MicroVMs; or leave `role` out: a host that \
         only carries them has no kubelet"
    ))
}

fn disk(host: &Host, promised: &Promised) -> Option<Diagnostic> {
    let disk = host.disk.as_ref().filter(|disk| promised.volumes > u64::from(disk.mib()))?;
    let message = format!(
        "`{}` has {disk} for volumes, and {} are promised to {}",
        host.name,
        gib(promised.volumes),
        promised.vms()
    );
    Some(Diagnostic::new(Code::DiskOvercommit, disk.span(), message).help(
        "make the volumes smaller: their images grow as they are written to, and once the disk is \
         full every VM stops",
    ))
}

/// The memory that workloads may use on a host that they can go to.
fn pods(demands: &[Demand<'_>], host: &Host) -> Vec<(&'static str, Size)> {
    let names_it =
        |demand: &&Demand<'_>| demand.nodes.iter().any(|node| *node.name == host.host_name);
    let demands = demands.iter().filter(names_it);
    demands.map(|demand| (demand.title, **demand.memory)).collect()
}

/// A number of MiB for people.
fn gib(mib: u64) -> String {
    let hundredths = mib % 1024 * 100 / 1024;
    let number = format!("{}.{hundredths:02}", mib / 1024);
    format!("{}GiB", number.trim_end_matches('0').trim_end_matches('.'))
}
