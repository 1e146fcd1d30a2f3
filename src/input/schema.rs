//! The tables of `cluster.toml` as they are written, but for those of machines and
//! workloads. A field's doc comment is its documentation; its default stands behind `=`.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use serde_json::Value;

use super::decode::Map;
use super::describe::{Describe as _, with};
use super::machines::{HostTable, VmTable};
use super::nixos::Options;
use super::record::record;
use super::spanned::Spanned;
use super::types::{
    AbsPath, BridgeNetfilter, Cni, DnsName, Endpoint, Firewall, FlakeRef, Formation, Formatter,
    Group, Hypervisor, InterfaceName, Level, Lint, Minor, Name, OneLine, RelPath, Secrets,
};
use super::workloads::WorkloadsTable;

fn implied<T>(value: T) -> Spanned<T> {
    Spanned::implied(value)
}

fn range(octets: [u8; 4], bits: u8) -> Spanned<Ipv4Net> {
    implied(Ipv4Net::new_assert(octets.into(), bits))
}

/// The schema of the whole file (JSON Schema 2020-12). It refuses nothing that
/// nixgen takes; what only shows across keys is for `nixgen validate`.
pub(crate) fn schema() -> Value {
    let dialect = "https://json-schema.org/draft/2020-12/schema";
    with(with(ClusterFile::schema(), "$schema", dialect), "title", "cluster.toml of nixgen")
}

record! {
    /// The whole file.
    pub struct ClusterFile {
        /// What holds for the whole cluster.
        cluster: ClusterTable,
        /// The bridge and its VLANs.
        network: NetworkTable,
        /// What machines of one role or kind have in common.
        roles: Map<Group, RoleTable>,
        /// The physical machines.
        hosts: Map<Name, HostTable>,
        /// The MicroVMs.
        vms: Map<Name, VmTable>,
        /// What runs on the cluster.
        workloads: WorkloadsTable = WorkloadsTable::default(),
        /// Where each output goes, and whether it is rendered.
        outputs: Map<Name, OutputTable>,
        /// How findings count: `allow`, `warn` or `deny`, by their names.
        lints: Map<Lint, Spanned<Level>>,
    }
}

record! {
    /// `[cluster]`
    pub struct ClusterTable {
        /// The cluster's name, for kubeadm and the runbook.
        name: Spanned<Name>,
        /// The NixOS release, such as `26.05`, or `unstable`.
        nixos: Spanned<OneLine>,
        /// The Kubernetes minor that this release carries, such as `1.36`.
        kubernetes: Spanned<Minor>,
        /// A nixpkgs for Kubernetes alone, to take a minor that no NixOS release
        /// carries, such as `github:NixOS/nixpkgs/<revision>`.
        kubernetes_nixpkgs: Option<Spanned<FlakeRef>>,
        /// Addresses of pods.
        pod_cidr: Spanned<Ipv4Net> = range([10, 244, 0, 0], 16),
        /// Addresses of services.
        service_cidr: Spanned<Ipv4Net> = range([10, 96, 0, 0], 12),
        /// The DNS domain of services.
        dns_domain: Spanned<DnsName> = implied(DnsName::own("cluster.local")),
        /// The network plugin.
        cni: Spanned<Cni> = implied(Cni::Flannel),
        /// How a bare-metal node keeps `br_netfilter` off the MicroVMs' bridge.
        bridge_netfilter: Spanned<BridgeNetfilter> = implied(BridgeNetfilter::PerBridge),
        /// Whether flannel writes its rules with nftables, which it calls
        /// experimental. It then starts without `br_netfilter`.
        flannel_nftables: Spanned<bool> = implied(false),
        /// What the firewalls of all machines are made with.
        firewall: Spanned<Firewall> = implied(Firewall::Iptables),
        /// What runs the MicroVMs.
        hypervisor: Spanned<Hypervisor> = implied(Hypervisor::Qemu),
        /// `controlPlaneEndpoint`; the first control plane's address by default.
        endpoint: Option<Spanned<Endpoint>>,
        /// An address that kube-vip moves between several control planes; the
        /// endpoint then is this address.
        vip: Option<Spanned<Ipv4Addr>>,
        /// The control plane that creates the cluster, or did; the first by name.
        first_control_plane: Option<Spanned<Name>>,
        /// Whether the cluster is created with its Secrets encrypted in etcd.
        encrypt_secrets: Spanned<bool> = implied(true),
        /// Whether the cluster is created with an audit log of its API servers.
        audit: Spanned<bool> = implied(true),
        /// Who forms the cluster of the deployed machines, and keeps it as this file
        /// says: a person with the scripts of `bootstrap/`, or units that run them.
        formation: Spanned<Formation> = implied(Formation::Scripts),
        /// `system.stateVersion`; the release at first installation.
        state_version: Option<Spanned<OneLine>>,
        /// What puts the files below on the nodes, for those of them that are in the
        /// tree in `secrets/k8s/`, encrypted for the nodes' SSH host keys. A flake
        /// of yours gives its module to every node, MicroVMs included.
        secrets: Spanned<Secrets> = implied(Secrets::None),
        /// Whether a host decrypts them for its MicroVMs, and shares with each,
        /// read-only, what it joins with: in `/run/k8s-secrets` of every node.
        host_decrypts: Spanned<bool> = implied(false),
        /// File on a joining node that holds the join token at run time.
        join_token_file: Spanned<AbsPath> = implied(AbsPath::own("/run/secrets/k8s/joinToken")),
        /// File on a joining node that holds `sha256:…` of the cluster's CA.
        ca_cert_hash_file: Spanned<AbsPath> = implied(AbsPath::own("/run/secrets/k8s/caCertHash")),
        /// File on a joining control plane that holds the certificate key.
        certificate_key_file: Spanned<AbsPath> = implied(AbsPath::own("/run/secrets/k8s/certificateKey")),
        /// File on a joining control plane with the keys of encrypted Secrets.
        encryption_config_file: Spanned<AbsPath> = implied(AbsPath::own("/run/secrets/k8s/encryptionConfig")),
        /// What lays out the Nix files.
        formatter: Spanned<Formatter> = implied(Formatter::Nixfmt),
        /// The folder of templates in place of nixgen's own, beside this file.
        templates: Spanned<RelPath> = implied(RelPath::own("nixgen/templates")),
    }
}

record! {
    /// `[network]`
    pub struct NetworkTable {
        /// The bridge of every host.
        bridge: Spanned<InterfaceName> = implied(InterfaceName::own("vmbr0")),
        /// Name servers of all machines.
        dns: Vec<Spanned<Ipv4Addr>>,
        /// The network outside; hosts without it ask DHCP.
        wan: Option<WanTable>,
        /// The VLANs by name.
        vlans: Map<Name, VlanTable>,
    }
}

record! {
    /// `[network.wan]`
    pub struct WanTable {
        /// Its range.
        subnet: Spanned<Ipv4Net>,
        /// Its router.
        gateway: Spanned<Ipv4Addr>,
    }
}

record! {
    /// `[network.vlans.<name>]`
    pub struct VlanTable {
        /// The tag, from 2 to 4094; untagged traffic has 1.
        id: Spanned<u16>,
        /// Its range.
        subnet: Spanned<Ipv4Net>,
        /// Its router; the first address of the range by default.
        gateway: Option<Spanned<Ipv4Addr>>,
        /// Other VLANs whose machines may open connections into it through a
        /// host, and `wan` for the network outside.
        allow_from: Vec<Spanned<Name>>,
    }
}

record! {
    /// `[roles.<role>]`
    pub struct RoleTable {
        /// Modules of yours that each of these machines gets, inside the tree.
        extra_modules: Vec<Spanned<RelPath>>,
        /// NixOS options of each of these machines.
        nixos: Options,
    }
}

record! {
    /// `[outputs.<name>]`
    pub struct OutputTable {
        /// Its file, or the folder of its files.
        path: Option<Spanned<RelPath>>,
        /// Whether nixgen writes it. What others need from it is still looked
        /// for at its path.
        render: Option<Spanned<bool>>,
    }
}
