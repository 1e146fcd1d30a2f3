//! The tables of `cluster.toml` about machines: hosts and MicroVMs.

use std::net::Ipv4Addr;

use super::decode::Map;
use super::nixos::Options;
use super::record::record;
use super::spanned::Spanned;
use super::types::{
    AbsPath, DiskFormat, FsType, GpuMode, GpuVendor, HardwareMac, InterfaceName, LabelKey,
    LabelValue, Loader, Mac, Name, OneLine, PciAddress, PortName, RelPath, Role, Size, SshKey,
    System, Taint, UserName,
};

record! {
    /// `[hosts.<name>]`
    pub struct HostTable {
        /// Its host name, which is its node's name too; the table's name by default.
        host_name: Option<Spanned<Name>>,
        /// Its processors, as `nproc` counts them, to be warned of too many
        /// virtual ones.
        cpus: Option<Spanned<u16>>,
        /// Its memory, without what the GPU takes away, to be warned when more is
        /// promised.
        memory: Option<Spanned<Size>>,
        /// What its disk has for volumes, to be warned when they can outgrow it.
        disk: Option<Spanned<Size>>,
        /// Its platform.
        system: Spanned<System> = Spanned::implied(System::X86_64),
        /// `worker` joins the cluster; `none` only carries MicroVMs.
        role: Spanned<Role> = Spanned::implied(Role::None),
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
        swap: Spanned<bool> = Spanned::implied(false),
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
        vendor: Spanned<GpuVendor> = Spanned::implied(GpuVendor::Amd),
        /// Who uses it.
        mode: Spanned<GpuMode> = Spanned::implied(GpuMode::Host),
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
        admin: Spanned<bool> = Spanned::implied(false),
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
        loader: Spanned<Loader> = Spanned::implied(Loader::SystemdBoot),
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
        fs: Spanned<FsType> = Spanned::implied(FsType::Ext4),
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
        role: Spanned<Role> = Spanned::implied(Role::None),
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
        vcpu: Spanned<u16> = Spanned::implied(2),
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
        autostart: Spanned<bool> = Spanned::implied(true),
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
        format: Spanned<DiskFormat> = Spanned::implied(DiskFormat::Qcow2),
        /// Its file system.
        fs: Spanned<FsType> = Spanned::implied(FsType::Ext4),
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
        read_only: Spanned<bool> = Spanned::implied(false),
    }
}
