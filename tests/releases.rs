//! Every NixOS release and every variant renders, and what differs is what the
//! facts say.

use crate::support::{Ran, Sandbox, read};
use nixgen::release::RELEASES;

fn example_with(changes: &[(&str, &str)]) -> Sandbox {
    let sandbox = Sandbox::with_example();
    for (from, to) in changes {
        sandbox.edit("cluster.toml", from, to);
    }
    sandbox.expect(0, &["render", "-q"]);
    sandbox
}

const CLUSTER: &str = "[cluster]\nname = \"homelab\"";

fn with_keys(keys: &str) -> Sandbox {
    example_with(&[(CLUSTER, &format!("{CLUSTER}\n{keys}"))])
}

#[test]
fn each_release_gets_its_own_names_and_versions() {
    for release in RELEASES {
        let minor = release.kubernetes.0;
        let sandbox = example_with(&[
            (
                "nixos = \"26.05\"",
                &format!("nixos = \"{}\"\nstate_version = \"24.11\"", release.name),
            ),
            ("kubernetes = \"1.36\"", &format!("kubernetes = \"{minor}\"")),
        ]);
        let base = sandbox.read("modules/nixos/k8s-kubeadm-base.nix");
        let flake = sandbox.read("flake.nix");
        let init = sandbox.read("bootstrap/kubeadm/init.yaml");
        assert!(base.contains(&format!("kubernetes.version == \"{minor}\"")), "{}", release.name);
        assert!(flake.contains(&format!("github:NixOS/nixpkgs/{}\"", release.branch)));
        // v1beta4 since 1.31, and alone since 1.37: no release here wants v1beta3.
        assert!(init.contains("apiVersion: kubeadm.k8s.io/v1beta4"));
        let (pause, formatter, pinned) = match release.name {
            "24.11" | "25.05" => ("3.10\"", "nixfmt-rfc-style", true),
            "25.11" | "unstable" => ("3.10.1\"", "nixfmt-tree", false),
            _ => ("3.10.2\"", "nixfmt-tree", false),
        };
        assert!(base.contains(&format!("registry.k8s.io/pause:{pause}")), "{}", release.name);
        assert!(flake.contains(formatter), "{}", release.name);
        assert_eq!(flake.contains("github:microvm-nix/microvm.nix/"), pinned, "{}", release.name);
        // An older microvm.nix leaves the machine id to chance at each boot.
        let guest = sandbox.read("modules/nixos/microvm-guest.nix");
        assert_eq!(guest.contains("machine-id"), pinned, "{}", release.name);
    }
}

#[test]
fn the_day_is_spoken_of_and_never_rendered() {
    let on = |seconds: &str| {
        let sandbox = Sandbox::with_example();
        let mut command = sandbox.command(&["render", "-q"]);
        let ran = Ran::of(command.env("SOURCE_DATE_EPOCH", seconds).output().expect("it runs"));
        (ran.stderr, sandbox.tree())
    };
    // 26.05 is maintained to the end of its last day, 2026-12-31.
    let ((before, tree), (after, later)) = (on("1798761599"), on("1798761600"));
    assert!(!before.contains("NG0413"), "{before}");
    assert!(after.contains("NixOS 26.05 has had no security updates since 2026-12-31"), "{after}");
    assert_eq!(tree, later);
}

#[test]
fn an_older_release_is_never_asked_for() {
    let sandbox = Sandbox::with_example();
    sandbox.edit("cluster.toml", "kubernetes = \"1.36\"", "kubernetes = \"1.34\"");
    let Ran { stderr, .. } = sandbox.expect(3, &["validate"]);
    assert!(stderr.contains("`kubernetes_nixpkgs`") && !stderr.contains("25.11"), "{stderr}");
}

#[test]
fn an_unknown_release_lists_the_known_ones() {
    let sandbox = Sandbox::with_example();
    sandbox.edit("cluster.toml", "nixos = \"26.05\"", "nixos = \"26.04\"");
    let Ran { stderr, .. } = sandbox.expect(3, &["validate"]);
    for release in RELEASES {
        assert!(stderr.contains(release.name), "{stderr}");
    }
}

#[test]
fn hypervisors_that_cannot_carry_a_node_are_refused_with_the_reason() {
    for (name, reason) in [
        ("firecracker", "has no shares"),
        ("stratovirt", "has no shares"),
        ("crosvm", "cannot be given a qcow2 image"),
        ("kvmtool", "has no virtiofs shares"),
        ("alioth", "has no virtiofs shares"),
        ("vfkit", "runs on macOS only"),
    ] {
        let sandbox = Sandbox::with_example();
        sandbox.edit("cluster.toml", CLUSTER, &format!("{CLUSTER}\nhypervisor = \"{name}\""));
        let Ran { stderr, .. } = sandbox.expect(3, &["validate"]);
        assert!(
            stderr.contains(reason) && stderr.contains("`qemu`, `cloud-hypervisor`"),
            "{stderr}"
        );
    }
}

#[test]
fn each_bridge_strategy_has_its_rules() {
    let host = |sandbox: &Sandbox| sandbox.read("modules/nixos/k8s-worker-host.nix");
    let base = |sandbox: &Sandbox| sandbox.read("modules/nixos/k8s-kubeadm-base.nix");

    let per_bridge = Sandbox::with_example();
    per_bridge.expect(0, &["render", "-q"]);
    assert!(host(&per_bridge).contains("\"net.bridge.bridge-nf-call-iptables\" = 0;"));
    assert!(host(&per_bridge).contains("KERNEL==\"cni0\", ATTR{bridge/nf_call_iptables}=\"1\""));
    assert!(!host(&per_bridge).contains("checkReversePath"));

    let iptables = with_keys("bridge_netfilter = \"allow-bridged\"");
    assert!(host(&iptables).contains("checkReversePath = \"loose\""));
    assert!(host(&iptables).contains("-I FORWARD -m physdev --physdev-is-bridged -j ACCEPT"));
    assert!(!host(&iptables).contains("cni0"));

    let nftables = with_keys("bridge_netfilter = \"allow-bridged\"\nfirewall = \"nftables\"");
    assert!(host(&nftables).contains("checkReversePath = \"loose\""));
    assert!(!host(&nftables).contains("iptables -w"), "an assertion of NixOS refuses it");
    assert!(nftables.read("modules/nixos/cluster-network.nix").contains("nftables = {"));

    let off = with_keys("bridge_netfilter = \"off\"\nflannel_nftables = true");
    assert!(base(&off).contains("lib.optional isVm \"br_netfilter\""));
    assert!(off.read("k8s/flannel.yaml").contains("\"EnableNFTables\": true"));
    let refused = Sandbox::with_example();
    refused.edit("cluster.toml", CLUSTER, &format!("{CLUSTER}\nbridge_netfilter = \"off\""));
    assert!(refused.expect(3, &["validate"]).stderr.contains("NG0304"));
}

#[test]
fn control_planes_alone_reach_etcd() {
    for (firewall, rule) in [
        ("iptables", "-s 10.0.20.13,10.0.20.14 --dport 2379:2380 -j nixos-fw-accept"),
        ("nftables", "ip saddr { 10.0.20.13, 10.0.20.14 } tcp dport 2379-2380 accept"),
    ] {
        let sandbox = example_with(&[
            (CLUSTER, &format!("{CLUSTER}\nvip = \"10.0.20.100\"\nfirewall = \"{firewall}\"")),
            (
                "[vms.k8s-worker-1]",
                "[vms.k8s-master-2]\nrole = \"control-plane\"\nvlan = \"services\"\nip = \"10.0.20.13\"\n\n\
                 [vms.k8s-master-3]\nrole = \"control-plane\"\nvlan = \"services\"\nip = \"10.0.20.14\"\n\n\
                 [vms.k8s-worker-1]",
            ),
        ]);
        assert!(sandbox.read("vms/k8s-master.nix").contains(rule), "{firewall}");
        assert!(!sandbox.read("vms/k8s-worker-1.nix").contains("2379"));
        assert!(
            sandbox
                .read("bootstrap/kubeadm/init.yaml")
                .contains("controlPlaneEndpoint: \"10.0.20.100:6443\"")
        );
        let join = sandbox.read("bootstrap/kubeadm/join-k8s-master-2.yaml");
        assert!(join.contains("certificateKey: \"@CERTIFICATE_KEY@\""), "{join}");
        assert!(sandbox.at("bootstrap/kubeadm/kube-vip.yaml").exists());
    }
    assert!(!read("tests/golden/trees/example/vms/k8s-master.nix").contains("2379"));
}

#[test]
fn a_chip_that_cannot_be_passed_through_is_refused_and_another_is_not() {
    let passthrough = |model: &str| {
        let sandbox = Sandbox::with_example();
        sandbox.edit("cluster.toml", "hsa_override = \"11.0.2\"\n", "");
        sandbox.edit(
            "cluster.toml",
            "model = \"gfx1103\"",
            &format!("mode = \"passthrough\"\npci = [\"0000:03:00.0\", \"0000:03:00.1\"]\nvm = \"k8s-worker-1\"\nmodel = \"{model}\""),
        );
        sandbox.edit(
            "cluster.toml",
            "node_selector = { gpu = \"amd\", node-type = \"baremetal\" }",
            "node_selector = { gpu = \"vm\" }",
        );
        sandbox.edit(
            "cluster.toml",
            "ip = \"10.0.20.11\"",
            "ip = \"10.0.20.11\"\nlabels = { gpu = \"vm\" }\nvolumes.ollama = { size = \"20GiB\", mount = \"/var/lib/ollama\" }",
        );
        // The VM has no more than 16GiB.
        sandbox.edit("cluster.toml", "memory = \"24GiB\"", "memory = \"8GiB\"");
        sandbox
    };
    assert!(passthrough("gfx1103").expect(3, &["validate"]).stderr.contains("gfx1103"));
    let sandbox = passthrough("gfx1100");
    sandbox.expect(0, &["render", "-q"]);
    let vm = sandbox.read("vms/k8s-worker-1.nix");
    assert!(vm.contains("path = \"0000:03:00.0\"") && vm.contains("path = \"0000:03:00.1\""));
    assert!(
        sandbox.read("hosts/homelab.nix").contains("blacklistedKernelModules = [ \"amdgpu\" ]")
    );
}
