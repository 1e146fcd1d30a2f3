//! The costs, by option. Whoever knows better adds a line.

use super::Pattern;
use crate::review::class::Class;

/// The cost of an option's change, where it fits.
pub(super) struct Rule {
    pub(super) pattern: Pattern,
    pub(super) on: On,
    pub(super) when: When,
    pub(super) cost: Cost,
    pub(super) why: &'static str,
}

/// The machines that a rule is about.
#[derive(Debug, Clone, Copy)]
pub(super) enum On {
    Any,
    Vm,
    Node,
    ControlPlane,
    /// Any machine, where no host is the VLANs' gateway from now on.
    Unrouted,
}

/// The changes that a rule is about.
#[derive(Debug, Clone, Copy)]
pub(super) enum When {
    Always,
    Added,
    Removed,
    Changed,
    /// It is true from now on.
    BecomesTrue,
    /// Other addresses are named, whatever their spelling and prefix.
    Renumbers,
    /// A number gets smaller.
    Shrinks,
    /// A list loses something.
    Loses,
    /// A release of NixOS goes to one that is entered by a reboot alone.
    Boots,
}

/// The cost of a change.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cost {
    Is(Class),
    /// A switch restarts this unit; `*` is the first one of the pattern.
    Restarts(&'static str),
}

const fn rule(pattern: &'static str, on: On, when: When, cost: Cost, why: &'static str) -> Rule {
    Rule { pattern: Pattern(pattern), on, when, cost, why }
}

use Class::{DataRisk, Drain, None as Nothing, Restart, Switch};
use Cost::{Is, Restarts};
use On::{Any, ControlPlane, Node, Unrouted, Vm};
use When::{Added, Always, BecomesTrue, Boots, Changed, Loses, Removed, Renumbers, Shrinks};

const FORMS: &str = "it goes on where the cluster is: what has joined is left as it is";
const CLOSES: &str = "ports close to whom no other rule lets in";
const KERNEL: &str = "another nixpkgs brings another kernel";

/// Every rule; the first one that fits counts.
#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    // What a VM keeps.
    rule("data.volumes.*.size", Vm, Shrinks, Is(DataRisk), "a volume shrinks, and its image cannot: it has to be made anew"),
    rule("data.volumes.*.size", Vm, Changed, Is(Restart), "the image keeps its size until it is grown by hand, with the VM stopped"),
    rule("data.volumes.*.fsType", Vm, Changed, Is(DataRisk), "a volume has to be reformatted, or is not mounted"),
    rule("data.volumes.*.format", Vm, Changed, Is(DataRisk), "a new, empty image takes the place of the one with the data"),
    rule("data.volumes.*.mountPoint", Vm, Changed, Is(DataRisk), "a volume moves, and what it holds with it"),
    rule("data.volumes.**", Vm, Removed, Is(DataRisk), "a volume is renamed or dropped: nothing mounts its image any more"),
    rule("data.volumes.**", Vm, Added, Is(Restart), "a new volume is attached when the VM starts"),
    rule("data.storage.tag", Vm, Always, Is(Restart), "a share is attached when the VM starts"),
    rule("data.storage.**", Vm, Changed, Is(DataRisk), "the data directory moves, and what it holds does not"),
    rule("data.storage.**", Vm, Removed, Is(DataRisk), "a persisted directory is dropped: what is written there is lost at a restart"),
    rule("data.storage.**", Vm, Added, Is(Restart), "a share is attached when the VM starts"),
    rule("data.shares.*.tag", Vm, Always, Is(Restart), "a share is attached when the VM starts"),
    rule("data.shares.**", Vm, Changed, Is(DataRisk), "a share moves, and what it holds does not"),
    rule("data.shares.**", Vm, Removed, Is(DataRisk), "a share is dropped: what is written there is lost at a restart"),
    rule("data.shares.**", Vm, Added, Is(Restart), "a share is attached when the VM starts"),
    rule("data.readOnlyShares.**", Vm, Always, Is(Restart), "a share is attached when the VM starts"),
    rule("data.joinShares", Node, Always, Is(Switch), "attached when the VM starts next: a node that has joined needs nothing of it"),
    rule("data.persist", Vm, Loses, Is(DataRisk), "a persisted directory is dropped: what is written there is lost at a restart"),
    rule("data.persist", Vm, Always, Is(Restart), "a share is attached when the VM starts"),
    rule("microvm.volumes", Vm, Removed, Is(DataRisk), "its images are other ones now: bring what they hold into the new ones, or name these as they are"),
    rule("microvm.shares", Vm, Removed, Is(DataRisk), "its directories are other ones now: bring what they hold there, or name these as they are"),
    rule("data.host", Vm, Changed, Is(DataRisk), "the VM moves to another host; its images and keys stay where they are"),
    // What a machine is in the cluster.
    rule("data.role", Any, Always, Is(Drain), "the node joins anew in its new role"),
    rule("networking.hostName", Node, Changed, Is(Drain), "the node joins anew under its new name"),
    rule("data.k8s.version", Node, Always, Is(Drain), "kubeadm upgrades the nodes one by one, control planes first"),
    rule("data.k8s.nodes.*", Any, Always, Is(Switch), "it knows the nodes by name"),
    rule("data.k8s.encryptSecrets", Any, Always, Is(Nothing), "counts when kubeadm creates a cluster; for one that runs, see docs/cluster.md"),
    rule("data.k8s.audit", Any, Always, Is(Nothing), "counts when kubeadm creates a cluster; for one that runs, see docs/cluster.md"),
    rule("data.labels.**", Any, Always, Is(Nothing), "labels are given by bootstrap/40-labels.sh"),
    rule("data.taints.**", Any, Always, Is(Nothing), "taints are given when the node joins"),
    rule("data.nixos", Vm, Changed, Is(Restart), KERNEL),
    rule("data.nixos", Any, Boots, Is(Restart), "a switch is unsafe: it takes `nixos-rebuild boot` and a reboot"),
    rule("data.nixos", Any, Changed, Is(Restart), KERNEL),
    // The hosts' bridge and VLANs are made of data.
    rule("data.network.vlans.*.allowFrom", Any, Always, Is(Switch), "the firewall is loaded anew"),
    rule("data.network.**", Any, Always, Restarts("systemd-networkd"), "the network is set up anew"),
    rule("data.swap", Any, Always, Is(Restart), "swap is turned on or off when the machine starts"),
    rule("data.uplinkMac", Any, Always, Is(Restart), "the bridge gets its address when it is made"),
    rule("data.uplink", Any, Always, Restarts("systemd-networkd"), "the bridge gets another port"),
    rule("data.wanAddress", Any, Always, Restarts("systemd-networkd"), "the address outside changes"),
    rule("data.addresses.**", Any, Always, Restarts("systemd-networkd"), "an address changes"),
    rule("data.gateway", Any, BecomesTrue, Restarts("systemd-networkd"), "it becomes the VLANs' router"),
    rule("data.gateway", Unrouted, Always, Restarts("systemd-networkd"), "no host is the VLANs' router any more: unless another machine is, they reach nothing outside"),
    rule("data.gateway", Any, Always, Restarts("systemd-networkd"), "the VLANs' router moves to another host"),
    rule("data.vlan", Vm, Always, Is(Restart), "the VM gets its place in another VLAN"),
    rule("data.vlan", Any, Always, Restarts("systemd-networkd"), "the node's VLAN changes"),
    rule("data.autostart", Any, Always, Is(Nothing), "counts when the host starts"),
    rule("data.**", Any, Always, Is(Nothing), "read by scripts and by Nix code of yours"),
    // Virtual hardware.
    rule("microvm.**", Vm, Always, Is(Restart), "virtual hardware changes when the VM starts"),
    // What a machine reads when it starts.
    rule("boot.kernelParams", Any, Always, Is(Restart), "the kernel reads its parameters when it starts"),
    rule("boot.kernelModules", Any, Loses, Is(Restart), "a loaded kernel module stays until the machine restarts"),
    rule("boot.blacklistedKernelModules", Any, Always, Is(Restart), "drivers are chosen when the machine starts"),
    rule("boot.extraModprobeConfig", Any, Always, Is(Restart), "drivers are set up when the machine starts"),
    rule("boot.kernelPackages", Any, Always, Is(Restart), "another kernel runs when the machine starts"),
    rule("boot.initrd.**", Any, Always, Is(Restart), "the initrd runs when the machine starts"),
    rule("hardware.**", Any, Always, Is(Restart), "drivers and firmware are loaded when the machine starts"),
    rule("nixpkgs.hostPlatform", Any, Always, Is(Restart), "the machine is another one"),
    rule("fileSystems.*.fsType", Any, Changed, Is(DataRisk), "a file system has to be made anew, or is not mounted"),
    rule("fileSystems.**", Any, Always, Is(Restart), "file systems are mounted when the machine starts"),
    // The network.
    rule("systemd.network.networks.*.address", ControlPlane, Renumbers, Is(DataRisk), "etcd and the certificates know a control plane by its address"),
    rule("systemd.network.networks.*.address", Node, Renumbers, Is(Drain), "the node joins anew under its new address"),
    rule("systemd.network.**", Any, Always, Restarts("systemd-networkd"), "the network is set up anew"),
    rule("networking.firewall.trustedInterfaces", Node, Loses, Is(Switch), "pods reach of their own node what it opens to them, and no longer all of it"),
    rule("networking.firewall.allowedTCPPorts", Any, Loses, Is(Switch), CLOSES),
    rule("networking.firewall.allowedUDPPorts", Any, Loses, Is(Switch), CLOSES),
    rule("networking.firewall.interfaces.**", Any, Loses, Is(Switch), CLOSES),
    rule("networking.firewall.**", Any, Always, Is(Switch), "the firewall is loaded anew"),
    // Services.
    rule(r#"environment.etc."kubelet.conf.d/*".**"#, Node, Always, Restarts("kubelet"), "the kubelet reads its settings anew; pods that run keep theirs"),
    rule(r#"environment.etc."kube-apiserver/*".**"#, ControlPlane, Always, Is(Switch), "the API server reads it when it starts, if the cluster has it read it"),
    rule("systemd.services.k8s-init.**", Any, Always, Is(Switch), FORMS),
    rule("systemd.services.k8s-apply.**", Any, Always, Is(Switch), FORMS),
    rule("systemd.services.k8s-join.**", Any, Always, Is(Switch), FORMS),
    rule("systemd.services.*.**", Any, Always, Restarts("*"), "its unit changes"),
    rule("virtualisation.containerd.**", Any, Always, Restarts("containerd"), "its settings change; pods go on running"),
    rule("services.openssh.**", Any, Always, Restarts("sshd"), "its settings change"),
    // What systems are made of.
    rule("inputs.nixpkgs.**", Any, Always, Is(Restart), KERNEL),
    rule("inputs.microvm.**", Vm, Always, Is(Restart), "another microvm.nix starts it another way"),
    rule("inputs.**", Any, Always, Is(Nothing), "counts where it is used"),
    rule("_module.args.kubernetes", Node, Always, Is(Drain), "Kubernetes comes from another package"),
    rule("_module.args.**", Any, Always, Is(Nothing), "counts where it is used"),
    rule("imports", Any, Always, Is(Nothing), "what the modules set is listed by itself"),
];
