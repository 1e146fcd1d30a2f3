//! Values of which there are only a few.

use crate::input::decode::Text;

/// Declares a type of which each value is one word. The function says what is wrong with
/// another word.
macro_rules! choice {
    ($(#[$meta:meta])* $name:ident: $($(#[$variant_meta:meta])* $variant:ident = $text:literal,)+) => {
        choice! {
            $(#[$meta])* $name: $($(#[$variant_meta])* $variant = $text,)+
            ; |word| format!("this key does not take `{word}`")
        }
    };
    (
        $(#[$meta:meta])* $name:ident: $($(#[$variant_meta:meta])* $variant:ident = $text:literal,)+
        ; $unknown:expr
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        pub enum $name { $($(#[$variant_meta])* #[serde(rename = $text)] $variant,)+ }

        impl $name {
            /// How it is written in `cluster.toml`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        impl Text for $name {
            const EXPECTED: &'static str = concat!("one of" $(, " `", $text, "`")+);
            const EXAMPLE: &'static str = [$($text),+][0];

            fn from_text(text: &str) -> Result<Self, String> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => {
                        let unknown: fn(&str) -> String = $unknown;
                        Err(unknown(text))
                    }
                }
            }

            fn choices() -> &'static [&'static str] {
                &[$($text,)+]
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

choice! {
    /// What a machine is in the cluster.
    Role:
    /// Runs etcd and the API server.
    ControlPlane = "control-plane",
    /// Runs workloads.
    Worker = "worker",
    /// Is no node of the cluster.
    None = "none",
}

choice! {
    /// Machines that have something in common: by role, and by what they are.
    Group:
    /// Every physical machine.
    Host = "host",
    /// Every MicroVM.
    MicroVm = "microvm",
    /// Every control plane.
    ControlPlane = "control-plane",
    /// Every worker, MicroVM or host.
    Worker = "worker",
    /// Every worker that is a MicroVM.
    WorkerMicroVm = "worker-microvm",
    /// Every machine that is no node of the cluster.
    Outside = "outside",
}

choice! {
    /// A Nix platform.
    System:
    /// 64-bit PC.
    X86_64 = "x86_64-linux",
    /// 64-bit ARM.
    Aarch64 = "aarch64-linux",
}

choice! {
    /// What runs the MicroVMs. The others of microvm.nix lack something that a
    /// node needs.
    Hypervisor:
    /// QEMU.
    Qemu = "qemu",
    /// Cloud Hypervisor.
    CloudHypervisor = "cloud-hypervisor",
    ; |word| match UNFIT.iter().find(|(name, _)| *name == word) {
        Some((name, why)) => format!("`{name}` cannot run the cluster's MicroVMs: it {why}"),
        None => format!("`{word}` is not a hypervisor of microvm.nix"),
    }
}

/// The hypervisors of microvm.nix that cannot carry a node, and why.
const UNFIT: &[(&str, &str)] = &[
    ("firecracker", "has no shares, so `/etc/kubernetes` and the SSH host keys cannot persist"),
    ("stratovirt", "has no shares, so `/etc/kubernetes` and the SSH host keys cannot persist"),
    (
        "kvmtool",
        "has no virtiofs shares, so `/etc/kubernetes` and the SSH host keys cannot persist",
    ),
    ("alioth", "has no virtiofs shares, so `/etc/kubernetes` and the SSH host keys cannot persist"),
    ("crosvm", "cannot be given a qcow2 image by microvm.nix"),
    ("vfkit", "runs on macOS only and has no tap interfaces"),
];

choice! {
    /// Who brings secrets to the machines.
    Secrets:
    /// A person, into a file that no disk keeps.
    None = "none",
    /// sops-nix.
    Sops = "sops",
    /// agenix.
    Agenix = "agenix",
}

choice! {
    /// Who takes the deployed machines into the cluster.
    Formation:
    /// A person, who runs the scripts.
    Scripts = "scripts",
    /// systemd on the machines.
    Units = "units",
}

choice! {
    /// What a firewall is made with.
    Firewall:
    /// iptables, the default of NixOS.
    Iptables = "iptables",
    /// nftables.
    Nftables = "nftables",
}

choice! {
    /// The network plugin of the pods.
    Cni:
    /// flannel with VXLAN.
    Flannel = "flannel",
}

choice! {
    /// How `br_netfilter` is kept from filtering the MicroVMs' bridge on a host
    /// that is also a node.
    BridgeNetfilter:
    /// Loaded, switched off globally and on for the pods' bridge alone.
    PerBridge = "per-bridge",
    /// On for every bridge, with the rules that let bridged traffic pass.
    AllowBridged = "allow-bridged",
    /// Not loaded.
    Off = "off",
}

choice! {
    /// The format of a disk image.
    DiskFormat:
    /// Snapshots and thin images, made by `qemu-img`.
    Qcow2 = "qcow2",
    /// A plain sparse file, made by microvm.nix.
    Raw = "raw",
}

choice! {
    /// A file system on a disk.
    FsType:
    /// ext4.
    Ext4 = "ext4",
    /// XFS.
    Xfs = "xfs",
    /// btrfs.
    Btrfs = "btrfs",
}

choice! {
    /// The boot loader of a host.
    Loader:
    /// systemd-boot on an EFI system partition.
    SystemdBoot = "systemd-boot",
    /// GRUB for EFI.
    Grub = "grub",
}

choice! {
    /// Who made the GPU.
    GpuVendor:
    /// AMD.
    Amd = "amd",
}

choice! {
    /// Who uses the GPU.
    GpuMode:
    /// The host itself, with the amdgpu driver.
    Host = "host",
    /// A VM, by VFIO.
    Passthrough = "passthrough",
    /// Nobody.
    None = "none",
}

choice! {
    /// How a container gets at the GPU's device files.
    GpuAccess:
    /// A privileged container.
    Privileged = "privileged",
    /// The AMD device plugin and the resource `amd.com/gpu`.
    DevicePlugin = "device-plugin",
}

choice! {
    /// What lays out the generated Nix.
    Formatter:
    /// nixfmt, the official style.
    Nixfmt = "nixfmt",
    /// alejandra.
    Alejandra = "alejandra",
}

choice! {
    /// How a finding counts.
    Level:
    /// It is not said.
    Allow = "allow",
    /// It is said.
    Warn = "warn",
    /// Nothing is rendered with it.
    Deny = "deny",
}
