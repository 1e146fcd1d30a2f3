//! Taps, the bridge, its uplink and its VLANs are interfaces of one host, which
//! tells them by their names.

use std::borrow::Cow;
use std::fmt;

use super::claim::{Claim, Older, clashes};
use crate::cluster::{Cluster, HostId, Vm};
use crate::diagnostic::{Code, Diagnostic};
use crate::input::types::{Name, Role};

#[derive(Clone, Copy)]
enum Interface<'a> {
    Tap(&'a Vm),
    Bridge,
    Uplink(&'a Name),
    Vlan(&'a Name),
    /// Made by the kernel or by the network plugin.
    Own,
}

impl fmt::Display for Interface<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tap(vm) => write!(f, "the tap of `{}`", vm.name),
            Self::Bridge => f.write_str("the bridge"),
            Self::Uplink(host) => write!(f, "the uplink of `{host}`"),
            Self::Vlan(name) => write!(f, "the VLAN `{name}`"),
            Self::Own => f.write_str("an interface of the system"),
        }
    }
}

type Key<'a> = (HostId, Cow<'a, str>);

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    clashes(claims(cluster), Older::Implied, |first, second| {
        let help = match (first.by, second.by) {
            // Both follow from one address, which is reported as such.
            (Interface::Tap(a), Interface::Tap(b)) if !second.written && a.ip == b.ip => return,
            // And these from one VLAN id.
            (Interface::Vlan(_), Interface::Vlan(_)) => return,
            (_, Interface::Tap(vm)) => {
                format!("write `tap = \"vm-{:08x}\"`, after the VM's address", u32::from(*vm.ip))
            }
            (_, Interface::Uplink(_)) => {
                "write the name that `ip link` shows for the network card".to_owned()
            }
            _ => "write another name as `bridge`, `vmbr0` for example".to_owned(),
        };
        let message = format!(
            "the interface name `{}` of {} is that of {}",
            second.key.1, second.by, first.by
        );
        log.push(
            Diagnostic::new(Code::DuplicateInterface, second.span.clone(), message)
                .related(first.span.clone(), first.label())
                .help(help),
        );
    });
}

fn claims(cluster: &Cluster) -> Vec<Claim<Key<'_>, Interface<'_>>> {
    let network = &cluster.network;
    let mut claims = Vec::with_capacity(cluster.vms.len());
    for host in &cluster.hosts {
        let key = |name| (host.id, Cow::Borrowed(name));
        // The kernel's, and on a node flannel's.
        let nodes: &[&str] = if *host.role == Role::Worker { &["cni0", "flannel.1"] } else { &[] };
        for name in ["lo"].iter().chain(nodes) {
            claims.push(Claim::implied(key(*name), Interface::Own));
        }
        for vlan in &network.vlans {
            let key = (host.id, Cow::Owned(format!("vlan{}", *vlan.tag)));
            let by = Interface::Vlan(&vlan.name);
            claims.push(Claim { span: vlan.tag.span(), ..Claim::implied(key, by) });
        }
        let bridge = &network.bridge;
        claims.push(Claim {
            span: bridge.span(),
            written: bridge.is_written(),
            ..Claim::implied(key(bridge.as_str()), Interface::Bridge)
        });
        let uplink = &host.uplink;
        let by = Interface::Uplink(&host.name);
        claims.push(Claim::new(key(uplink.as_str()), by, uplink, &host.name));
    }
    for vm in &cluster.vms {
        let key = (vm.host, Cow::Borrowed(vm.tap.as_str()));
        claims.push(Claim::new(key, Interface::Tap(vm), &vm.tap, &vm.name));
    }
    claims
}
