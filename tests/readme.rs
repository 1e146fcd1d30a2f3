//! The examples of the README are true.

use serde_json::Value;

use crate::flake_fixtures;
use crate::support::{self, Sandbox, read};

/// The fenced blocks of a language.
fn blocks(language: &str) -> Vec<String> {
    let readme = read("README.md");
    let fence = format!("```{language}\n");
    let starts = readme.match_indices(&fence).map(|(at, _)| at + fence.len());
    starts.map(|start| readme[start..].split("```").next().expect("a block").to_owned()).collect()
}

#[test]
fn the_diff_is_what_that_edit_gives() {
    let sandbox = Sandbox::with_example();
    sandbox.expect(0, &["render", "-q"]);
    sandbox.edit("cluster.toml", "memory = \"16GiB\"", "memory = \"32GiB\"");
    let diff = sandbox.expect(1, &["diff"]);
    assert_eq!(blocks("diff"), [diff.stdout]);
    assert!(read("README.md").contains(&format!("`{}`", diff.stderr.trim())));
}

#[test]
fn the_commands_exist() {
    let commands = blocks("sh").concat();
    let render = commands.lines().find_map(|line| line.strip_prefix("cargo run --release -- "));
    let sandbox = Sandbox::with_example();
    sandbox.expect(0, &render.expect("the first command").split(' ').collect::<Vec<_>>());
    assert!(sandbox.at("example/flake.nix").exists());
    assert!(commands.contains("bash tests/run.sh"));
    assert!(support::repository().join("tests/run.sh").exists());
}

#[test]
fn every_output_of_the_table_is_rendered_from_the_shipped_example() {
    let sandbox = Sandbox::with_example();
    sandbox.expect(0, &["render", "-q"]);
    for path in [
        "modules/nixos/k8s-kubeadm-base.nix",
        "modules/nixos/k8s-worker-host.nix",
        "modules/nixos/amdgpu.nix",
        "modules/nixos/cluster-network.nix",
        "modules/nixos/microvm-guest.nix",
        "modules/nixos/microvm-storage.nix",
        "hosts/homelab.nix",
        "vms/k8s-master.nix",
        "vms/vault.nix",
        "lib/adapters/microvms.nix",
        "lib/domains/network.nix",
        "lib/domains/vms.nix",
        "lib/domains/hosts.nix",
        "flake.nix",
        "k8s/flannel.yaml",
        "k8s/ollama.yaml",
        "bootstrap/10-init.sh",
        "bootstrap/kubeadm/init.yaml",
        "docs/cluster.md",
    ] {
        assert!(sandbox.at(path).exists(), "{path}");
    }
}

/// In a repository with a flake of its own, on a machine and its MicroVMs.
#[test]
fn the_flake_of_ones_own_evaluates_as_printed() {
    let [flake] = &blocks("nix")[..] else { panic!("one flake") };
    let config = read("cluster.toml").replacen("flake = { render = true }", "", 1);
    let sandbox = Sandbox::with_config(&config);
    sandbox.write("flake.nix", flake);
    sandbox.expect(0, &["render", "-q"]);
    assert_eq!(&sandbox.read("flake.nix"), flake);
    let expected = read("flake-fixtures/hybrid/expected.json");
    let mut expected: Value = serde_json::from_str(&expected).expect("what nixgen's own gives");
    // That one has the MicroVMs on their own as well.
    let machines = expected["machines"].as_object_mut().expect("machines");
    machines.retain(|_, machine| machine.is_object());
    let report = flake_fixtures::report(sandbox.path(), "1.36.2");
    assert_eq!(report["machines"], expected["machines"]);
}

#[test]
fn the_options_of_the_users_own_are_valid() {
    let own = blocks("toml").concat();
    let sandbox = Sandbox::with_config(&format!("{}\n{own}", read("cluster.toml")));
    sandbox.expect(0, &["render", "-q"]);
    let worker = sandbox.read("vms/k8s-worker-1.nix");
    assert!(worker.contains("boot.kernel.sysctl.\"vm.max_map_count\" = 262144;"), "{worker}");
    assert!(worker.contains("../modules/nixos/worker.nix"), "{worker}");
}
