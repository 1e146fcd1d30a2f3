//! The data files: whose a value of them is, and what repeats an option.

use crate::nix::attrs::{AttrPath, Changed};
use crate::outputs::DataFile;

/// Whose a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Owner<'a> {
    /// One machine's, by its name.
    Machine(&'a str),
    /// Of every host: its bridge and VLANs are made of it.
    Hosts,
    /// Of every machine.
    All,
    /// Of every host, and of the MicroVMs that are nodes.
    HostsAndNodes,
    /// Of every node of the Kubernetes cluster.
    Nodes,
    /// Nobody's: Nix code of the user's reads it.
    Cluster,
}

/// The path of a changed value as a review names it, and whose it is. `None`
/// for what follows from other changes, such as the list of all names.
pub(super) fn place(file: DataFile, path: &AttrPath) -> Option<(Owner<'_>, String)> {
    let names: Vec<&str> = path.names().collect();
    let below = |first: usize| format!("data.{}", path.without(first));
    match (file, &names[..]) {
        (DataFile::Vms | DataFile::Hosts, ["definitions", machine, _, ..]) => {
            Some((Owner::Machine(machine), below(2)))
        }
        (
            DataFile::Vms,
            ["order" | "microvmList" | "tagList", ..] | ["k8s", "controlPlanes" | "workers", ..],
        )
        | (DataFile::Hosts, ["byHostName", ..]) => None,
        (DataFile::Vms, ["k8s", "nodes", _]) => Some((Owner::HostsAndNodes, below(0))),
        (DataFile::Vms, ["k8s", "version"]) => Some((Owner::Nodes, below(0))),
        (DataFile::Hosts, ["common", "nixos"]) => Some((Owner::All, "data.nixos".to_owned())),
        (DataFile::Network, ["dns", ..]) => Some((Owner::All, format!("data.network.{path}"))),
        (DataFile::Network, _) => Some((Owner::Hosts, format!("data.network.{path}"))),
        (DataFile::Hosts, _) => Some((Owner::Cluster, format!("data.hosts.{path}"))),
        _ => Some((Owner::Cluster, below(0))),
    }
}

/// Data that repeats an option of the machine's own module: by the path of the
/// data, the beginning of the option's.
const REPEATED: &[(&str, &str)] = &[
    ("data.hostname", "networking.hostName"),
    ("data.ip", "systemd.network.networks.\"10-lan\".address"),
    ("data.mac", "microvm.interfaces"),
    ("data.tapId", "microvm.interfaces"),
    ("data.vsockCid", "microvm.vsock.cid"),
    ("data.vcpu", "microvm.vcpu"),
    ("data.mem", "microvm.mem"),
    ("data.ports.", "networking.firewall.allowedTCPPorts"),
    ("data.kubeletVolume.size", "data.volumes.kubelet.size"),
    ("data.platform", "nixpkgs.hostPlatform"),
    ("data.adminKeys", "users.users."),
    ("data.sshPubKey", "users.users."),
    ("data.username", "users.users."),
    ("data.deployment.tags", "data.role"),
];

/// Whether an option says already what a value of the data does.
pub(super) fn is_repeated(path: &str, options: &[String]) -> bool {
    REPEATED
        .iter()
        .filter(|(data, _)| path.starts_with(data))
        .any(|(_, option)| options.iter().any(|other| other.starts_with(option) && other != path))
}

/// Values that modules take from the data of the machine's host, as the options
/// that they become: root's keys in a VM are those of its host's admins.
pub(super) fn of_host(change: &Changed<'_>) -> Option<&'static str> {
    let [_, _, key] = change.path.segments() else { return None };
    (key == "adminKeys").then_some("users.users.root.openssh.authorizedKeys.keys")
}
