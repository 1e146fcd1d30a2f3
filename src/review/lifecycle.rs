//! Machines that come and go, and what that means for etcd and for their hosts.

use super::class::Class;
use super::machines::{Facts, Machines};
use super::{Kind, Reason};

/// Why a machine is affected by itself or another one coming, going or taking
/// another role.
pub(super) fn reasons(name: &str, before: &Machines, after: &Machines) -> Vec<Reason> {
    let mut reasons = Vec::new();
    match (before.get(name), after.get(name)) {
        (None, Some(new)) => {
            let host = new.host.as_deref();
            let starts = host.map_or("it is new".to_owned(), |host| {
                format!("it starts when `{host}` is switched")
            });
            let joins = if new.role.is_some() { ", and is then joined by hand" } else { "" };
            reasons.push(reason(Class::Switch, format!("{starts}{joins}")));
        }
        (Some(old), new) => {
            let is_member = new.is_some_and(Facts::is_control_plane);
            if old.is_control_plane() && !is_member {
                reasons.push(etcd(before, after));
            }
            if new.is_none() {
                reasons.push(match (&old.role, old.kind) {
                    (Some(_), _) => reason(
                        Class::Drain,
                        "drain it and take it out of the cluster before it stops",
                    ),
                    (None, Kind::Vm) => reason(
                        Class::Restart,
                        "it is stopped for good; what it kept stays on its host",
                    ),
                    (None, Kind::Host) => reason(Class::None, "it stays as it is"),
                });
            }
        }
        (None, None) => {}
    }
    if after.get(name).is_some_and(|facts| facts.kind == Kind::Host) {
        reasons.extend(renumbered(name, before, after));
        reasons.extend(taps(name, before, after));
        reasons.extend(kubelet(name, before, after));
    }
    reasons
}

/// The loss for etcd. It goes on while a majority of its members is there.
fn etcd(before: &Machines, after: &Machines) -> Reason {
    let members = before.iter().filter(|(_, facts)| facts.is_control_plane());
    let names: Vec<&String> = members.map(|(name, _)| name).collect();
    let is_left = |name: &&&String| after.get(**name).is_some_and(Facts::is_control_plane);
    let left = names.iter().filter(is_left).count();
    let text = if left * 2 > names.len() {
        "a member of etcd is removed: `kubeadm reset` it first, or etcd goes on counting it"
            .to_owned()
    } else {
        format!("etcd loses its quorum: {left} of {} members would be left", names.len())
    };
    reason(Class::DataRisk, text)
}

/// A host that is a node under another address than before.
fn renumbered(host: &str, before: &Machines, after: &Machines) -> Option<Reason> {
    let ip = |machines: &'_ Machines| machines.get(host)?.node_ip.clone();
    let is_other = ip(before)? != ip(after)?;
    is_other.then(|| reason(Class::Drain, "the node joins anew under its new address"))
}

/// A node that carries VMs keeps their memory from its pods, which its kubelet is
/// told when it starts.
fn kubelet(host: &str, before: &Machines, after: &Machines) -> Option<Reason> {
    let is_node = |machines: &Machines| machines.get(host).is_some_and(|it| it.role.is_some());
    let kept = |machines: &Machines| -> Option<Vec<u32>> {
        let vms = machines.values().filter(|facts| facts.host.as_deref() == Some(host));
        let mut memory = vms.map(|facts| facts.memory).collect::<Option<Vec<_>>>()?;
        memory.sort_unstable();
        Some(memory)
    };
    let is_other = is_node(before) && is_node(after) && kept(before)? != kept(after)?;
    is_other.then(|| Reason {
        service: Some("kubelet".to_owned()),
        ..reason(Class::ServiceRestart, "the memory that it keeps from pods for its VMs changes")
    })
}

/// VMs that come to a host, or leave it: their taps are ports of its bridge.
fn taps(host: &str, before: &Machines, after: &Machines) -> Option<Reason> {
    let lacks = |machines: &Machines, name: &String| {
        machines.get(name).and_then(|facts| facts.host.as_deref()) != Some(host)
    };
    let only = |these: &Machines, others: &Machines| -> Vec<String> {
        let names = these.keys().filter(|name| !lacks(these, name) && lacks(others, name));
        names.map(|name| format!("`{name}`")).collect()
    };
    let (come, go) = (only(after, before), only(before, after));
    if come.is_empty() && go.is_empty() || !before.contains_key(host) {
        return None;
    }
    let some = |sign: char, names: &[String]| match names {
        names if names.len() > 3 => vec![format!("{sign} {} VMs", names.len())],
        names => names.iter().map(|name| format!("{sign} {name}")).collect(),
    };
    let taps = [some('-', &go), some('+', &come)].concat().join(", ");
    Some(Reason {
        impact: Class::ServiceRestart,
        service: Some("systemd-networkd".to_owned()),
        option: None,
        text: format!("other VMs are on the bridge: {taps}"),
    })
}

/// Other nodes than before: a firewall lets each of them in by its address.
pub(super) fn lets_in() -> Reason {
    reason(Class::Switch, "its firewall lets in other nodes: switch it before a new one joins")
}

fn reason(impact: Class, text: impl Into<String>) -> Reason {
    Reason { impact, service: None, option: None, text: text.into() }
}
