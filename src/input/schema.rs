//! The tables of `cluster.toml` as they are written. A field's doc comment is
//! its documentation; its default stands behind `=`.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use serde_json::Value;

use super::decode::Map;
use super::describe::{Describe as _, with};
use super::nixos::Options;
use super::record::record;
use super::spanned::Spanned;
use super::types::{
    AbsPath, BridgeNetfilter, Cni, DiskFormat, DnsName, Endpoint, Firewall, FlakeRef, Formatter,
    FsType, GpuMode, GpuVendor, Group, HardwareMac, Hypervisor, InterfaceName, LabelKey,
    LabelValue, Level, Lint, Loader, Mac, Minor, Name, OneLine, PciAddress, PortName, RelPath,
    Role, Secrets, Size, SshKey, System, Taint, UserName,
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
        /// `system.stateVersion`; the release at first installation.
        state_version: Option<Spanned<OneLine>>,
        /// What puts the files below on the nodes, for those of them that are in the
        /// tree in `secrets/k8s/`, encrypted for the nodes' SSH host keys. A flake
        /// of yours gives its module to every node, MicroVMs included.
        secrets: Spanned<Secrets> = implied(Secrets::None),
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
    /// `[hosts.<name>]`
    pub struct HostTable {
        /// Its processors, as `nproc` counts them, to be warned of too many
        /// virtual ones.
        cpus: Option<Spanned<u16>>,
        /// Its memory, without what the GPU takes away, to be warned when more is
        /// promised.
        memory: Option<Spanned<Size>>,
        /// What its disk has for volumes, to be warned when they can outgrow it.
        disk: Option<Spanned<Size>>,
        /// Its platform.
        system: Spanned<System> = implied(System::X86_64),
        /// `worker` joins the cluster; `none` only carries MicroVMs.
        role: Spanned<Role> = implied(Role::None),
        /// The physical network interface that the bridge takes in.
        uplink: Spanned<InterfaceName>,
        /// The hardware address of that interface, which the bridge then has too:
        /// a DHCP server knows the host by it.
        uplink_mac: Option<Spanned<HardwareMac>>,
        /// Its address in the network outside; DHCP when left out.
        wan_address: Option<Spanned<Ipv4Addr>>,
        /// Whether it holds the gateway address of every VLAN and forwards
        /// their traffic to the network outside; so does an only host.
        gateway: Option<Spanned<bool>>,
        /// The VLAN that carries the cluster's traffic, for a node.
        vlan: Option<Spanned<Name>>,
        /// Its own addresses by VLAN, besides the gateway's.
        addresses: Map<Name, Spanned<Ipv4Addr>>,
        /// Whether it keeps its swap as a node: a kubelet wants none. Pods get
        /// none of it either way.
        swap: Spanned<bool> = implied(false),
        /// Labels of its node, given when it joins.
        labels: Map<LabelKey, Spanned<LabelValue>>,
        /// Taints of its node, given when it joins.
        taints: Vec<Spanned<Taint>>,
        /// Its GPU.
        gpu: Option<GpuTable>,
        /// Who may log in.
        users: Map<UserName, UserTable>,
        /// How it boots, in a few lines; or use `hardware`.
        boot: Option<BootTable>,
        /// Your module with its file systems and boot loader, inside the tree.
        hardware: Option<Spanned<RelPath>>,
        /// More modules of yours, inside the tree.
        extra_modules: Vec<Spanned<RelPath>>,
        /// More NixOS options, by their names.
        nixos: Options,
        /// For Colmena and scripts.
        deployment: DeploymentTable = DeploymentTable::default(),
    }
}

record! {
    /// `[hosts.<name>.gpu]`
    pub struct GpuTable {
        /// Who made it.
        vendor: Spanned<GpuVendor> = implied(GpuVendor::Amd),
        /// Who uses it.
        mode: Spanned<GpuMode> = implied(GpuMode::Host),
        /// The chip as ROCm names it, such as `gfx1103` for a Radeon 780M.
        model: Spanned<OneLine>,
        /// The chip that ROCm is told instead, such as `11.0.2`, or `none`.
        hsa_override: Option<Spanned<OneLine>>,
        /// For `passthrough`: the addresses of its functions on the PCI bus, and
        /// of what shares their IOMMU group, mostly its sound.
        pci: Vec<Spanned<PciAddress>>,
        /// For `passthrough`: the MicroVM that gets it.
        vm: Option<Spanned<Name>>,
    }
}

record! {
    /// `[hosts.<name>.users.<user>]`
    pub struct UserTable {
        /// Whether it may become root, here and in the MicroVMs.
        admin: Spanned<bool> = implied(false),
        /// Its public keys; SSH takes no passwords.
        ssh_keys: Vec<Spanned<SshKey>>,
        /// File on the host with the hash of its password, for the console, as a
        /// secret manager puts it there before users are made.
        hashed_password_file: Option<Spanned<AbsPath>>,
    }
}

record! {
    /// `[hosts.<name>.boot]`
    pub struct BootTable {
        /// The boot loader.
        loader: Spanned<Loader> = implied(Loader::SystemdBoot),
        /// The root file system.
        root: DiskTable,
        /// The EFI system partition.
        esp: EspTable,
    }
}

record! {
    /// A disk with its file system.
    pub struct DiskTable {
        /// The device, best by label or UUID.
        device: Spanned<AbsPath>,
        /// Its file system.
        fs: Spanned<FsType> = implied(FsType::Ext4),
    }
}

record! {
    /// The EFI system partition, mounted at `/boot`.
    pub struct EspTable {
        /// The device, best by label or UUID.
        device: Spanned<AbsPath>,
    }
}

record! {
    /// `deployment` of a host or MicroVM.
    #[derive(Default)]
    pub struct DeploymentTable {
        /// Where it is reached; its own address by default.
        target_host: Option<Spanned<OneLine>>,
        /// The user to log in as.
        target_user: Option<Spanned<UserName>>,
        /// Tags to select machines by, in this order, before those that nixgen gives.
        tags: Vec<Spanned<Name>>,
        /// Tags of nixgen's that it is not to have.
        without_tags: Vec<Spanned<Name>>,
        /// Whether Colmena has it. It has by default.
        colmena: Option<Spanned<bool>>,
        /// Whether Colmena has it build its own system. It does not by default.
        build_on_target: Option<Spanned<bool>>,
    }
}

record! {
    /// `[vms.<name>]`
    pub struct VmTable {
        /// `control-plane`, `worker`, or `none` for a machine beside the cluster.
        role: Spanned<Role> = implied(Role::None),
        /// The host that carries it; the only one by default.
        host: Option<Spanned<Name>>,
        /// Its VLAN; the only one by default.
        vlan: Option<Spanned<Name>>,
        /// Its address; derived from its name by default.
        ip: Option<Spanned<Ipv4Addr>>,
        /// Its MAC address; derived from its address by default.
        mac: Option<Spanned<Mac>>,
        /// Its interface on the host; derived from its name by default.
        tap: Option<Spanned<InterfaceName>>,
        /// Its vsock context id; derived from its address by default.
        vsock_cid: Option<Spanned<u32>>,
        /// Virtual processors.
        vcpu: Spanned<u16> = implied(2),
        /// Memory; 4 GiB for nodes and 1 GiB for others by default.
        memory: Option<Spanned<Size>>,
        /// Block volumes. Nodes have `kubelet` and `containerd`, control planes
        /// `etcd` too, whether written or not.
        volumes: Map<Name, VolumeTable>,
        /// A directory of the host that holds its data.
        storage: Option<StorageTable>,
        /// More directories of the host, by the tags of their shares.
        shares: Map<Name, ShareTable>,
        /// More directories that survive a reboot. `/etc/kubernetes` of a node
        /// and the SSH host keys always do.
        persist: Vec<Spanned<AbsPath>>,
        /// Ports that it serves, by name; they are opened in its firewall.
        ports: Map<PortName, Spanned<u16>>,
        /// Labels of its node, given when it joins.
        labels: Map<LabelKey, Spanned<LabelValue>>,
        /// Taints of its node, given when it joins.
        taints: Vec<Spanned<Taint>>,
        /// Whether it starts with its host.
        autostart: Spanned<bool> = implied(true),
        /// More modules of yours, inside the tree.
        extra_modules: Vec<Spanned<RelPath>>,
        /// More NixOS options, by their names.
        nixos: Options,
        /// For Colmena and scripts.
        deployment: DeploymentTable = DeploymentTable::default(),
    }
}

record! {
    /// `[vms.<name>.volumes.<volume>]`
    pub struct VolumeTable {
        /// Its size. A later change does not touch an image that exists.
        size: Option<Spanned<Size>>,
        /// The format of its image.
        format: Spanned<DiskFormat> = implied(DiskFormat::Qcow2),
        /// Its file system.
        fs: Spanned<FsType> = implied(FsType::Ext4),
        /// Where it is mounted; known for `kubelet`, `containerd` and `etcd`.
        mount: Option<Spanned<AbsPath>>,
    }
}

record! {
    /// `[vms.<name>.storage]`
    pub struct StorageTable {
        /// Where the VM sees it.
        mount: Spanned<AbsPath>,
        /// Where the host keeps it; below `/var/lib/microvms` by default.
        source: Option<Spanned<AbsPath>>,
    }
}

record! {
    /// `[vms.<name>.shares.<share>]`
    pub struct ShareTable {
        /// Where the VM sees it.
        mount: Spanned<AbsPath>,
        /// Where the host keeps it.
        source: Spanned<AbsPath>,
        /// Whether the VM may only read it. Several VMs may read one.
        read_only: Spanned<bool> = implied(false),
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
