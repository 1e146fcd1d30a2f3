//! From what is said to keys of `cluster.toml`, and guesses for what it needs besides.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::draft::{Draft, Table};
use super::links::Links;
use super::{Machine, Said, Survey};
use crate::input::decode::Text as _;
use crate::input::types::{
    AbsPath, InterfaceName, Mac, Name, OneLine, PortName, RelPath, Role, Size, SshKey, System,
    UserName,
};
use crate::nix::attrs::Value;
use crate::outputs::FLAKE;
use crate::release::{RELEASES, Release};

/// Ports that a machine has by its role, whatever else it serves.
const PORTS_OF_ROLES: &[&str] = &[
    "ssh",
    "api",
    "etcdClient",
    "etcdPeer",
    "kubelet",
    "scheduler",
    "controller",
    "nodePortMin",
    "nodePortMax",
];

impl Draft {
    /// What a repository says, with a guess for what it does not.
    pub fn of(survey: &Survey) -> Self {
        let mut draft = Self::default();
        for (path, said) in survey.attributes() {
            draft.data(&path, said);
        }
        for machine in survey.machines() {
            if Name::from_text(machine.name).is_err() {
                let name = machine.name;
                draft.left_out.push(format!("the machine `{name}`, which is no host name"));
                continue;
            }
            let links = Links::of(&machine);
            if machine.is_vm { draft.vm(&machine, &links) } else { draft.host(&machine, &links) }
        }
        draft.complete();
        draft
    }

    /// The smallest cluster that is valid.
    pub fn minimal() -> Self {
        let mut draft = Self::default();
        draft.complete();
        draft
    }

    /// The flake and data that are no machine's.
    fn data(&mut self, path: &[&str], Said { value, from }: Said<'_>) {
        let Some(text) = value.text() else {
            match (path, value) {
                ([.., "network", "dns"] | ["dns"], value) => {
                    self.texts::<Ipv4Addr>(&Table::Network, "dns", value.texts(), from);
                }
                ([.., "network", "vlans", vlan, "id"] | ["vlans", vlan, "id"], Value::Int(id)) => {
                    self.vlan(vlan, "id", id, from);
                }
                _ => {}
            }
            return;
        };
        match path {
            ["inputs", "nixpkgs", "url"] | ["inputs", "nixpkgs.url"] if from == FLAKE.path => {
                let release = RELEASES.iter().find(|it| text.ends_with(&format!("-{}", it.name)));
                if let Some(release) = release {
                    self.release(release, from);
                }
            }
            [.., "common", "stateVersion"] => {
                self.text::<OneLine>(&Table::Cluster, "state_version", text, from);
            }
            ["wan", key @ ("network" | "gateway")]
            | ["network", "wan", key @ ("network" | "gateway")] => match *key {
                "network" => self.text::<Ipv4Net>(&Table::Wan, "subnet", text, from),
                _ => self.text::<Ipv4Addr>(&Table::Wan, "gateway", text, from),
            },
            ["vlans", vlan, "network"] | ["network", "vlans", vlan, "network"] => {
                self.vlan(vlan, "subnet", format!("\"{text}\""), from);
            }
            _ => {}
        }
    }

    fn release(&mut self, release: &Release, from: &str) {
        self.add(&Table::Cluster, "nixos", format!("\"{}\"", release.name), from);
        let minor = format!("\"{}\"", release.kubernetes.0);
        self.add(&Table::Cluster, "kubernetes", minor, "a guess: what this release carries");
    }

    fn vlan(&mut self, name: &str, key: &str, value: impl ToString, from: &str) {
        if Name::from_text(name).is_ok() {
            self.add(&Table::Vlan(name.to_owned()), key, value, from);
        }
    }

    /// What of a network is no single machine's.
    fn network(&mut self, machine: &Machine<'_>, links: &Links<'_>) {
        for (name, (id, from)) in &links.vlans {
            self.vlan(name, "id", id, from);
            if let Some(((_, range), from)) = links.addresses.get(name) {
                self.vlan(name, "subnet", format!("\"{range}\""), from);
            }
        }
        if let Some((bridge, from)) = links.bridge {
            self.text::<InterfaceName>(&Table::Network, "bridge", bridge, from);
        }
        if let Some(Said { value, from }) = machine.get(&["networking", "nameservers"]) {
            self.texts::<Ipv4Addr>(&Table::Network, "dns", value.texts(), from);
        }
        if let Some(Said { value, from }) = machine.get(&["system", "stateVersion"]) {
            let text = value.text().unwrap_or_default();
            self.text::<OneLine>(&Table::Cluster, "state_version", text, from);
        }
    }

    fn host(&mut self, machine: &Machine<'_>, links: &Links<'_>) {
        let table = Table::Host(machine.name.to_owned());
        self.network(machine, links);
        for (name, ((ip, range), from)) in &links.addresses {
            let is_first = range.hosts().next() == Some(*ip);
            let is_outside = [links.uplink, links.bridge].iter().flatten().any(|it| it.0 == *name);
            if links.vlans.contains_key(name) && !is_first && Name::from_text(name).is_ok() {
                self.add(&table, &format!("addresses.{name}"), format!("\"{ip}\""), from);
            } else if is_outside && let Some((gateway, from)) = links.gateway {
                self.add(&Table::Wan, "subnet", format!("\"{range}\""), from);
                self.text::<Ipv4Addr>(&Table::Wan, "gateway", gateway, from);
                self.add(&table, "wan_address", format!("\"{ip}\""), from);
            }
        }
        if let Some((uplink, from)) = links.uplink {
            self.text::<InterfaceName>(&table, "uplink", uplink, from);
        }
        let is_hardware = |path: &&&str| path.contains("hardware");
        if let Some(path) = machine.files.iter().find(is_hardware) {
            self.text::<RelPath>(&table, "hardware", path, path);
        }
        let has_hardware = self.get(&table, "hardware").is_some();
        for (path, Said { value, from }) in &machine.said {
            let text = value.text().unwrap_or_default();
            match path[..] {
                ["nixpkgs", "hostPlatform"] if text != "x86_64-linux" => {
                    self.text::<System>(&table, "system", text, from);
                }
                ["fileSystems", "/", "device"] if !has_hardware => {
                    self.text::<AbsPath>(&table, "boot.root.device", text, from);
                }
                ["fileSystems", "/boot", "device"] if !has_hardware => {
                    self.text::<AbsPath>(&table, "boot.esp.device", text, from);
                }
                ["users", "users", user, ..] => self.user(machine, user),
                ["username"] => self.admin(machine, text, from),
                _ => {}
            }
        }
        self.deployment(&table, machine);
        // So that there is one of it, whatever it says.
        self.add(&table, "role", "\"none\"", "a guess: `worker` joins the cluster");
    }

    /// Someone who may log in: the accounts of services are not of that kind.
    fn user(&mut self, machine: &Machine<'_>, user: &str) {
        let get = |rest: &[&str]| machine.get(&[&["users", "users", user], rest].concat());
        let is_normal = get(&["isNormalUser"]).is_some_and(|it| *it.value == Value::Bool(true));
        if !is_normal || UserName::from_text(user).is_err() {
            return;
        }
        let table = Table::User(machine.name.to_owned(), user.to_owned());
        let keys = get(&["openssh", "authorizedKeys", "keys"]);
        if let Some(Said { value, from }) = keys {
            self.texts::<SshKey>(&table, "ssh_keys", value.texts(), from);
        }
        let groups = get(&["extraGroups"]);
        let is_admin = groups.is_some_and(|it| it.value.texts().any(|group| group == "wheel"));
        let from = groups.or(keys).map_or(machine.name, |said| said.from);
        self.add(&table, "admin", is_admin, from);
    }

    /// The user that the data tells of.
    fn admin(&mut self, machine: &Machine<'_>, user: &str, from: &str) {
        if UserName::from_text(user).is_err() {
            return;
        }
        let table = Table::User(machine.name.to_owned(), user.to_owned());
        self.add(&table, "admin", true, &format!("a guess: {from} names one user"));
        if let Some(Said { value, from }) = machine.get(&["sshPubKey"]) {
            self.texts::<SshKey>(&table, "ssh_keys", value.text().into_iter(), from);
        }
    }

    fn deployment(&mut self, table: &Table, machine: &Machine<'_>) {
        for (path, Said { value, from }) in &machine.said {
            let text = value.text().unwrap_or_default();
            match path[..] {
                ["deployment", "targetHost"] => {
                    self.text::<OneLine>(table, "deployment.target_host", text, from);
                }
                ["deployment", "targetUser" | "user"] => {
                    self.text::<UserName>(table, "deployment.target_user", text, from);
                }
                ["deployment", "tags"] => {
                    self.texts::<Name>(table, "deployment.tags", value.texts(), from);
                }
                _ => {}
            }
        }
    }

    fn vm(&mut self, machine: &Machine<'_>, links: &Links<'_>) {
        let table = Table::Vm(machine.name.to_owned());
        self.role(machine, &table);
        let is_node = self.get(&table, "role") != Some("none");
        if let Some(((ip, _), from)) = links.addresses.values().next() {
            self.add(&table, "ip", format!("\"{ip}\""), from);
        }
        for (path, Said { value, from }) in &machine.said {
            let text = value.text().unwrap_or_default();
            match (path.as_slice(), *value) {
                (["ip"], _) => self.text::<Ipv4Addr>(&table, "ip", text, from),
                (["vlan"], _) => self.text::<Name>(&table, "vlan", text, from),
                (["host"], _) => self.text::<Name>(&table, "host", text, from),
                (["mac"], _) => self.text::<Mac>(&table, "mac", text, from),
                (["tapId"], _) => self.text::<InterfaceName>(&table, "tap", text, from),
                (["microvm", "interfaces"], Value::List(items)) => {
                    let Some(Value::Set(first)) = items.first() else { continue };
                    for (name, value) in first {
                        let text = value.text().unwrap_or_default();
                        match name.names().next() {
                            Some("id") => self.text::<InterfaceName>(&table, "tap", text, from),
                            Some("mac") => self.text::<Mac>(&table, "mac", text, from),
                            _ => {}
                        }
                    }
                }
                (["vsockCid"] | ["microvm", "vsock", "cid"], Value::Int(cid)) => {
                    self.add(&table, "vsock_cid", cid, from);
                }
                (["vcpu"] | ["microvm", "vcpu"], Value::Int(count)) => {
                    self.add(&table, "vcpu", count, from);
                }
                (["mem"] | ["microvm", "mem"], Value::Int(mib)) => {
                    if let Some(size) = u32::try_from(*mib).ok().filter(|mib| *mib > 0) {
                        self.add(&table, "memory", format!("\"{}\"", Size::from_mib(size)), from);
                    }
                }
                (["ports", name], Value::Int(port))
                    if PortName::from_text(name).is_ok()
                        && *name != "ssh"
                        && !(is_node && PORTS_OF_ROLES.contains(name)) =>
                {
                    self.add(&table, &format!("ports.{name}"), port, from);
                }
                (["storage", "mountPoint"], _) => {
                    self.text::<AbsPath>(&table, "storage.mount", text, from);
                }
                (["storage", "source"], _) => {
                    self.text::<AbsPath>(&table, "storage.source", text, from);
                }
                _ => {}
            }
        }
        self.deployment(&table, machine);
    }

    fn role(&mut self, machine: &Machine<'_>, table: &Table) {
        let serves = |port: &str| machine.get(&["ports", port]).is_some();
        let mut parts = machine.name.split('-');
        let (role, why) = if serves("etcdPeer") {
            (Role::ControlPlane, "by its ports")
        } else if serves("kubelet") {
            (Role::Worker, "by its ports")
        } else if parts.clone().any(|part| matches!(part, "master" | "control" | "cp")) {
            (Role::ControlPlane, "by its name")
        } else if parts.any(|part| part == "worker") {
            (Role::Worker, "by its name")
        } else {
            (Role::None, "its name is no node's")
        };
        self.add(table, "role", format!("\"{}\"", role.as_str()), &format!("a guess: {why}"));
    }

    /// Adds guesses for what a cluster needs and nothing says.
    fn complete(&mut self) {
        let hosts: Vec<String> = self.names(|table| match table {
            Table::Host(name) => Some(name),
            _ => None,
        });
        let first = hosts.first().map_or("homelab", String::as_str).to_owned();
        self.add(&Table::Cluster, "name", format!("\"{first}\""), "a guess");
        if let Some(release) =
            RELEASES.iter().rfind(|release| release.is_seen && release.end.is_some())
        {
            self.release(release, "a guess: no nixpkgs of a release was found");
        }
        let are_several = hosts.len() > 1;
        if are_several {
            let guess = "a guess: the first of them";
            self.add(&Table::Host(first.clone()), "gateway", true, guess);
        }
        for host in if hosts.is_empty() { vec![first.clone()] } else { hosts } {
            let table = Table::Host(host);
            let guess = "a guess: `ip link` names it";
            self.add(&table, "uplink", "\"enp1s0\"", guess);
            if self.get(&table, "hardware").is_none() {
                let guess = "a guess: `lsblk -o name,label,uuid` names it";
                for (key, label) in [("boot.root.device", "nixos"), ("boot.esp.device", "boot")] {
                    self.add(&table, key, format!("\"/dev/disk/by-label/{label}\""), guess);
                }
            }
        }
        let vms = self.names(|table| match table {
            Table::Vm(name) => Some(name),
            _ => None,
        });
        let is_control_plane =
            |vm: &String| self.get(&Table::Vm(vm.clone()), "role") == Some("control-plane");
        if !vms.iter().any(is_control_plane) {
            let table = Table::Vm("k8s-master".to_owned());
            self.add(&table, "role", "\"control-plane\"", "a guess: a cluster needs one");
        }
        let vms = self.names(|table| match table {
            Table::Vm(name) => Some(name),
            _ => None,
        });
        for vm in vms.iter().filter(|_| are_several) {
            let guess = "a guess: the first of them";
            self.add(&Table::Vm(vm.clone()), "host", format!("\"{first}\""), guess);
        }
        self.complete_vlans(&vms);
    }

    fn complete_vlans(&mut self, vms: &[String]) {
        let vlan = |table: &Table| matches!(table, Table::Vlan(_)).then(|| table.clone());
        let mut vlans: Vec<Table> = self.tables().filter_map(vlan).collect();
        if vlans.is_empty() {
            vlans.push(Table::Vlan("services".to_owned()));
        }
        for (table, free) in vlans.iter().zip(20_u16..) {
            self.add(table, "id", free, "a guess");
            let id: u16 = self.get(table, "id").and_then(|id| id.parse().ok()).unwrap_or(free);
            let range = format!("\"10.0.{}.0/24\"", id % 256);
            self.add(table, "subnet", range, "a guess");
        }
        for vm in vms {
            let table = Table::Vm(vm.clone());
            let ip = self.get(&table, "ip").and_then(|ip| ip.parse::<Ipv4Addr>().ok());
            let holds = |vlan: &&Table| {
                let range = self.get(vlan, "subnet").and_then(|it| it.parse::<Ipv4Net>().ok());
                range.zip(ip).is_some_and(|(range, ip)| range.contains(&ip))
            };
            match vlans.iter().find(holds) {
                Some(Table::Vlan(name)) => {
                    self.add(&table, "vlan", format!("\"{name}\""), "by its address");
                }
                _ if vlans.len() > 1 => {
                    let first = vlans.first().map(ToString::to_string).unwrap_or_default();
                    let name = first.rsplit('.').next().unwrap_or_default();
                    self.add(&table, "vlan", format!("\"{name}\""), "a guess: the first of them");
                }
                _ => {}
            }
        }
    }

    fn names(&self, name: fn(&Table) -> Option<&String>) -> Vec<String> {
        self.tables().filter_map(name).cloned().collect()
    }

    /// Leaves the flake that is there to the user.
    #[must_use]
    pub fn beside_flake(mut self) -> Self {
        self.add(
            &Table::Outputs,
            "flake.render",
            false,
            "yours stays; docs/use.md says what it needs",
        );
        self
    }
}
