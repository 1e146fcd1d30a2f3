//! `nixos` tables leave alone what nixgen itself decides: two values of one
//! option would only show at evaluation, and one that is forced not even there.

use crate::cluster::{Cluster, Hardware};
use crate::diagnostic::{Code, Diagnostic};
use crate::input::Spanned;
use crate::input::nixos::{Options, Setting};
use crate::input::types::Role;

/// What to do about an option that is nixgen's.
pub(super) const HOW_TO_FORCE: &str =
    "if it has to be another, say so with `lib.mkForce` in a module of `extra_modules`";

/// Options, and what decides them: a key of the file, or nothing but nixgen.
type Reserved = &'static [(&'static [&'static str], Option<&'static str>)];

/// Of every machine.
const ALL: Reserved = &[
    (&["networking", "hostName"], Some("the name of its table")),
    (&["networking", "nftables", "enable"], Some("`firewall` in `[cluster]`")),
    (&["networking", "useDHCP"], None),
    (&["services", "openssh", "enable"], None),
    (&["services", "openssh", "settings", "KbdInteractiveAuthentication"], None),
    (&["services", "openssh", "settings", "PasswordAuthentication"], None),
    (&["system", "stateVersion"], Some("`state_version` in `[cluster]`")),
];

const VMS: Reserved = &[
    (&["environment", "etc", "machine-id"], None),
    (&["microvm", "hypervisor"], Some("`hypervisor` in `[cluster]`")),
    (&["microvm", "mem"], Some("`memory` of the MicroVM")),
    (&["microvm", "vcpu"], Some("`vcpu` of the MicroVM")),
    (&["microvm", "vsock", "cid"], Some("`vsock_cid` of the MicroVM")),
    (&["systemd", "network", "networks", "10-lan", "matchConfig"], Some("`mac` of the MicroVM")),
];

const HOSTS: Reserved = &[
    (&["hardware", "enableRedistributableFirmware"], Some("`gpu` of the host")),
    (&["networking", "firewall", "checkReversePath"], Some("`bridge_netfilter` in `[cluster]`")),
    (&["networking", "nat", "enable"], Some("`gateway` of the host")),
    (&["networking", "nat", "externalInterface"], Some("`bridge` in `[network]`")),
    (&["networking", "nftables", "tables", "cluster-nat"], Some("`gateway` of the host")),
    (&["networking", "useNetworkd"], None),
    (&["nixpkgs", "hostPlatform"], Some("`system` of the host")),
    (&["security", "sudo", "wheelNeedsPassword"], None),
    (&["services", "openssh", "settings", "PermitRootLogin"], None),
];

/// Of hosts whose file systems are written in the file.
const BOOT: Reserved = &[
    (&["boot", "loader", "efi", "canTouchEfiVariables"], Some("`boot` of the host")),
    (&["boot", "loader", "grub", "device"], Some("`boot` of the host")),
    (&["boot", "loader", "grub", "efiSupport"], Some("`boot` of the host")),
    (&["boot", "loader", "grub", "enable"], Some("`boot` of the host")),
    (&["boot", "loader", "systemd-boot", "enable"], Some("`boot` of the host")),
    (&["fileSystems", "/", "device"], Some("`boot` of the host")),
    (&["fileSystems", "/", "fsType"], Some("`boot` of the host")),
    (&["fileSystems", "/boot", "device"], Some("`boot` of the host")),
    (&["fileSystems", "/boot", "fsType"], Some("`boot` of the host")),
];

const CRI: [&str; 5] =
    ["virtualisation", "containerd", "settings", "plugins", "io.containerd.grpc.v1.cri"];

/// Of the cluster's nodes.
const NODES: Reserved = &[
    (&["boot", "kernel", "sysctl", "net.bridge.bridge-nf-call-arptables"], None),
    (&["boot", "kernel", "sysctl", "net.bridge.bridge-nf-call-ip6tables"], None),
    (&["boot", "kernel", "sysctl", "net.bridge.bridge-nf-call-iptables"], None),
    (&["boot", "kernel", "sysctl", "net.ipv4.conf.all.forwarding"], None),
    (&["boot", "kernel", "sysctl", "net.ipv4.ip_forward"], None),
    (&["environment", "etc", "crictl.yaml"], None),
    (&["environment", "variables", "KUBECONFIG"], None),
    (&["swapDevices"], None),
    (&["systemd", "services", "kubelet", "description"], None),
    (&["systemd", "services", "kubelet", "environment", "KUBELET_EXTRA_ARGS"], None),
    (&["systemd", "services", "kubelet", "serviceConfig", "EnvironmentFile"], None),
    (&["systemd", "services", "kubelet", "serviceConfig", "ExecStart"], None),
    (&["systemd", "services", "kubelet", "serviceConfig", "Restart"], None),
    (&["systemd", "services", "kubelet", "serviceConfig", "RestartSec"], None),
    (&["systemd", "services", "kubelet", "unitConfig", "ConditionPathExists"], None),
    (&["systemd", "services", "kubelet", "unitConfig", "StartLimitIntervalSec"], None),
    (&["virtualisation", "containerd", "enable"], None),
    (&[CRI[0], CRI[1], CRI[2], CRI[3], CRI[4], "cni", "bin_dir"], None),
    (&[CRI[0], CRI[1], CRI[2], CRI[3], CRI[4], "containerd", "runtimes", "runc"], None),
    (
        &[CRI[0], CRI[1], CRI[2], CRI[3], CRI[4], "sandbox_image"],
        Some("`kubernetes` in `[cluster]`"),
    ),
    (&["zramSwap", "enable"], None),
];

/// What a module says besides options, and where that is said here.
const WORDS: &[(&str, &str)] = &[
    ("imports", "list your modules under `extra_modules`"),
    ("config", "write the options themselves, without `config` around them"),
    ("options", "a module of `extra_modules` can declare options"),
    ("require", "list your modules under `extra_modules`"),
    ("freeformType", "a module of `extra_modules` can say this"),
    ("key", "a module of `extra_modules` can say this"),
    ("_class", "a module of `extra_modules` can say this"),
    ("_file", "a module of `extra_modules` can say this"),
    ("_module", "a module of `extra_modules` can say this"),
];

pub(super) fn check(cluster: &Cluster, log: &mut Vec<Diagnostic>) {
    for vm in &cluster.vms {
        let nodes = if vm.is_node() { NODES } else { &[] };
        table(&vm.nixos, &[ALL, VMS, nodes], log);
    }
    for host in &cluster.hosts {
        let nodes = if *host.role == Role::None { &[] } else { NODES };
        let boot = if matches!(host.hardware, Hardware::Boot { .. }) { BOOT } else { &[] };
        table(&host.nixos, &[ALL, HOSTS, boot, nodes], log);
    }
}

fn table(options: &Options, reserved: &[Reserved], log: &mut Vec<Diagnostic>) {
    if options.is_empty() {
        return;
    }
    for (name, _) in options.iter() {
        if let Some((word, help)) = WORDS.iter().find(|(word, _)| *word == name.as_str()) {
            let message = format!("`{word}` is no option of NixOS");
            log.push(Diagnostic::new(Code::ReservedOption, name.span(), message).help(*help));
        }
    }
    for (path, decided_by) in reserved.iter().copied().flatten() {
        let Some(name) = find(options, path) else { continue };
        let option = path.join(".");
        let (message, help) = match decided_by {
            Some(key) => (
                format!("`{option}` follows from {key}"),
                "leave it out here, and write that instead",
            ),
            None => (format!("`{option}` is for nixgen to set"), HOW_TO_FORCE),
        };
        log.push(Diagnostic::new(Code::ReservedOption, name.span(), message).help(help));
    }
}

/// The last name of an option's path, where the option or a part of it is set.
fn find<'a>(options: &'a Options, path: &[&str]) -> Option<&'a Spanned<String>> {
    let (first, rest) = path.split_first()?;
    match options.get(first)? {
        (name, _) if rest.is_empty() => Some(name),
        (_, Setting::Set(below)) => find(below, rest),
        _ => None,
    }
}
