//! The network of a machine, as the options of either way to set it up say.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::{Machine, Said};
use crate::nix::attrs::{AttrPath, Value};

/// An address with its range.
pub(super) type Address = (Ipv4Addr, Ipv4Net);

/// The network of a machine.
#[derive(Debug, Default)]
pub(super) struct Links<'a> {
    /// The VLANs by their interfaces.
    pub(super) vlans: BTreeMap<&'a str, (u16, &'a str)>,
    /// The addresses by their interfaces.
    pub(super) addresses: BTreeMap<&'a str, (Address, &'a str)>,
    pub(super) bridge: Option<(&'a str, &'a str)>,
    /// The physical interface that goes out.
    pub(super) uplink: Option<(&'a str, &'a str)>,
    pub(super) gateway: Option<(&'a str, &'a str)>,
}

impl<'a> Links<'a> {
    pub(super) fn of(machine: &Machine<'a>) -> Self {
        let mut links = Self::default();
        for (path, said) in &machine.said {
            match path[..] {
                ["networking", name, ..] if name != "networks" => links.networking(path, *said),
                ["systemd", "network", kind, unit, ref rest @ ..] => {
                    let name = match kind {
                        "netdevs" => ["netdevConfig", "Name"],
                        _ => ["matchConfig", "Name"],
                    };
                    let name = ["systemd", "network", kind, unit, name[0], name[1]];
                    let name = machine.get(&name).and_then(|said| said.value.text());
                    let name = name.filter(|name| !name.contains(['*', ' ']));
                    links.unit(name.unwrap_or(unit), rest, *said);
                }
                _ => {}
            }
        }
        let is_physical = |name: &&str| name.starts_with("en") || name.starts_with("eth");
        let physical = links.addresses.iter().find(|(name, _)| is_physical(name));
        links.uplink = links.uplink.or(physical.map(|(name, (_, from))| (*name, *from)));
        links
    }

    /// `networking.*`
    fn networking(&mut self, path: &[&'a str], Said { value, from }: Said<'a>) {
        match *path {
            [_, "vlans", name, "id"] => self.vlan(name, value, from),
            [_, "vlans", _, "interface"] => self.goes_out(value.text(), from),
            [_, "bridges", name, "interfaces"] => {
                self.bridge = self.bridge.or(Some((name, from)));
                self.goes_out(value.texts().next(), from);
            }
            [_, "defaultGateway"] | [_, "defaultGateway", "address"] => {
                self.gateway = self.gateway.or(value.text().map(|text| (text, from)));
            }
            [_, "interfaces", name, "ipv4", "addresses"] => {
                let Value::List(items) = value else { return };
                for item in items {
                    let Value::Set(set) = item else { continue };
                    let get = |name| set.get(&AttrPath::of(&[name]));
                    if let (Some(Value::Text(ip)), Some(Value::Int(length))) =
                        (get("address"), get("prefixLength"))
                    {
                        self.address(name, &format!("{ip}/{length}"), from);
                    }
                }
            }
            _ => {}
        }
    }

    /// A unit of systemd-networkd, by the name of its interface.
    fn unit(&mut self, name: &'a str, rest: &[&str], Said { value, from }: Said<'a>) {
        match rest {
            ["vlanConfig", "Id"] => self.vlan(name, value, from),
            ["netdevConfig", "Kind"] if value.text() == Some("bridge") => {
                self.bridge = self.bridge.or(Some((name, from)));
            }
            ["networkConfig", "Bridge"] | ["bridge"] if !name.contains('-') => {
                self.goes_out(Some(name), from);
            }
            ["gateway"] | ["networkConfig", "Gateway"] => {
                let text = value.text().or_else(|| value.texts().next());
                self.gateway = self.gateway.or(text.map(|text| (text, from)));
            }
            ["address"] | ["networkConfig", "Address"] => {
                for text in value.text().into_iter().chain(value.texts()) {
                    self.address(name, text, from);
                }
            }
            _ => {}
        }
    }

    fn vlan(&mut self, name: &'a str, id: &Value, from: &'a str) {
        if let Value::Int(id) = id
            && let Ok(id) = u16::try_from(*id)
        {
            self.vlans.entry(name).or_insert((id, from));
        }
    }

    fn address(&mut self, name: &'a str, text: &str, from: &'a str) {
        if let Ok(net) = text.parse::<Ipv4Net>() {
            self.addresses.entry(name).or_insert(((net.addr(), net.trunc()), from));
        }
    }

    fn goes_out(&mut self, name: Option<&'a str>, from: &'a str) {
        self.uplink = self.uplink.or(name.map(|name| (name, from)));
    }
}
