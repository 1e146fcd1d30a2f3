//! What a review says of the steps in `tests/golden/review/`: from a tree that
//! was rendered from `base.toml` to the same with the replacements of a case.
//! `NIXGEN_BLESS=1` rewrites what is expected.

use std::fs;

use crate::support::{Sandbox, blessing, read, repository};

const BASE: &str = "tests/golden/review/base.toml";

/// A step: its name, the class that it must have, and what is replaced.
type Case = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// At least one step for every class, and for every way to put data at risk.
const CASES: &[Case] = &[
    ("none", "none", &[("name = \"lab\"", "name = \"den\"")]),
    (
        "module-moved",
        "none",
        &[(
            "[hosts.box.boot]",
            "[outputs.microvm-guest]\npath = \"modules/guest.nix\"\n\n[hosts.box.boot]",
        )],
    ),
    ("units", "switch", &[("name = \"lab\"", "name = \"lab\"\nformation = \"units\"")]),
    ("none-labels", "none", &[("labels = { gpu", "labels = { zone = \"a\", gpu")]),
    (
        "switch",
        "switch",
        &[(
            "[hosts.box.boot]",
            "[hosts.box.users.guest]\nssh_keys = [\"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExempleExampleExampleExampleExampleExampleE b\"]\n\n[hosts.box.boot]",
        )],
    ),
    ("service-restart", "service-restart", &[("uplink = \"enp1s0\"", "uplink = \"enp2s0\"")]),
    ("restart", "restart", &[("memory = \"2304MiB\"", "memory = \"3GiB\"")]),
    (
        "restart-of-a-host",
        "drain",
        &[(
            "root = { device = \"/dev/disk/by-label/nixos\" }",
            "root = { device = \"/dev/disk/by-label/other\" }",
        )],
    ),
    (
        "nixos-upgraded",
        "drain",
        &[(
            "nixos = \"25.11\"",
            "nixos = \"26.05\"\nstate_version = \"25.11\"\nkubernetes_nixpkgs = \"github:NixOS/nixpkgs/nixos-25.11\"",
        )],
    ),
    ("drain", "drain", &[("memory = \"16GiB\"", "memory = \"32GiB\"")]),
    (
        "worker-removed",
        "drain",
        &[("[vms.worker-2]\nrole = \"worker\"\nip = \"10.0.20.22\"\n", "")],
    ),
    ("vm-removed", "restart", &[("\n[vms.vault]", "\n[vms.safe]")]),
    (
        "router-gone",
        "service-restart",
        &[("uplink = \"enp1s0\"", "gateway = false\nuplink = \"enp1s0\"")],
    ),
    (
        "worker-added",
        "service-restart",
        &[("[vms.vault]", "[vms.worker-3]\nrole = \"worker\"\nip = \"10.0.20.23\"\n\n[vms.vault]")],
    ),
    ("vlan-renumbered", "service-restart", &[("id = 20", "id = 30")]),
    (
        "volume-shrunk",
        "data-risk",
        &[("containerd = { size = \"40GiB\" }", "containerd = { size = \"30GiB\" }")],
    ),
    (
        "volume-grown",
        "drain",
        &[("containerd = { size = \"40GiB\" }", "containerd = { size = \"50GiB\" }")],
    ),
    (
        "volume-reformatted",
        "data-risk",
        &[("containerd = { size = \"40GiB\" }", "containerd = { size = \"40GiB\", fs = \"xfs\" }")],
    ),
    ("volume-moved", "data-risk", &[("mount = \"/var/backup\"", "mount = \"/var/copies\"")]),
    ("volume-renamed", "data-risk", &[("backup = {", "copies = {")]),
    ("persisted-directory-dropped", "data-risk", &[("persist = [\"/var/log\"]\n", "")]),
    (
        "share-added",
        "restart",
        &[(
            "shares.media",
            "shares.books = { mount = \"/srv/books\", source = \"/srv/books\" }\nshares.media",
        )],
    ),
    (
        "share-made-read-only",
        "restart",
        &[("source = \"/srv/media\" }", "source = \"/srv/media\", read_only = true }")],
    ),
    (
        "share-removed",
        "data-risk",
        &[("shares.media = { mount = \"/srv/media\", source = \"/srv/media\" }\n", "")],
    ),
    ("host-renamed", "drain", &[("[hosts.box]\n", "[hosts.box]\nhost_name = \"tower\"\n")]),
    (
        "secrets-shared",
        "drain",
        &[("name = \"lab\"", "name = \"lab\"\nsecrets = \"sops\"\nhost_decrypts = true")],
    ),
    ("etcd-member-removed", "data-risk", &[("[vms.cp-3]", "[vms.cp-4]")]),
    (
        "etcd-quorum-lost",
        "data-risk",
        &[("[vms.cp-2]", "[vms.cp-5]"), ("[vms.cp-3]", "[vms.cp-4]")],
    ),
];

const FORMATS: &[&str] = &["unified", "stat", "options", "json", "markdown", "html"];

fn stepped(case: &Case) -> Sandbox {
    let sandbox = Sandbox::with_config(&read(BASE));
    sandbox.expect(0, &["render", "-q", "--yes"]);
    for (from, to) in case.2 {
        sandbox.edit("cluster.toml", from, to);
    }
    sandbox
}

fn plan(sandbox: &Sandbox) -> serde_json::Value {
    let printed = sandbox
        .expect(
            1,
            &[
                "diff",
                "--allow",
                "data-risk",
                "--allow",
                "missing-module",
                "--allow",
                "lost-gateway",
                "--allow",
                "missing-output",
                "--format",
                "json",
            ],
        )
        .stdout;
    serde_json::from_str(&printed).expect("a JSON document")
}

#[test]
fn steps_have_their_options_and_their_impact() {
    let mut different = Vec::new();
    for case in CASES {
        let sandbox = stepped(case);
        let shown = sandbox
            .expect(
                1,
                &["diff", "--allow", "data-risk", "--allow", "lost-gateway", "--format", "options"],
            )
            .stdout;
        assert_eq!(plan(&sandbox)["impact"], case.1, "{}\n{shown}", case.0);
        let golden = format!("tests/golden/review/{}.txt", case.0);
        if blessing() {
            fs::write(repository().join(&golden), &shown).expect("written");
        } else if fs::read_to_string(repository().join(&golden)).unwrap_or_default() != shown {
            different.push(format!("{golden}:\n{shown}"));
        }
    }
    assert!(different.is_empty(), "rewrite with NIXGEN_BLESS=1:\n{}", different.join("\n"));
    let classes = ["none", "switch", "service-restart", "restart", "drain", "data-risk"];
    assert!(classes.iter().all(|class| CASES.iter().any(|case| case.1 == *class)));
}

#[test]
fn a_router_that_moves_is_told_on_both_hosts() {
    let step = |file: &str| read(&format!("tests/golden/steps/moved-gateway/{file}.toml"));
    let sandbox = Sandbox::with_config(&step("before"));
    sandbox.expect(0, &["render", "-q", "--yes"]);
    sandbox.write("cluster.toml", &step("after"));
    let said = sandbox.expect(1, &["diff", "--format", "options"]).stdout;
    let impact = said.split("Impact\n").nth(1).expect("an impact");
    let told: Vec<&str> = impact.lines().take(2).map(str::trim).collect();
    assert_eq!(
        told,
        [
            "homelab  systemd-networkd restarts: the VLANs' router moves to another host",
            "other    systemd-networkd restarts: it becomes the VLANs' router",
        ]
    );
}

#[test]
fn another_address_of_a_node_on_another_vlan_is_no_new_node() {
    let base = read(BASE).replace(
        "[hosts.box]",
        "[network.vlans.storage]\nid = 30\nsubnet = \"10.0.30.0/24\"\n\n[hosts.box]\nvlan = \"services\"",
    );
    let base = base.replace("ip = \"10.0.20", "vlan = \"services\"\nip = \"10.0.20");
    let sandbox = Sandbox::with_config(&base);
    sandbox.expect(0, &["render", "-q", "--yes"]);
    sandbox.edit("cluster.toml", "\"10.0.20.5\" }", "\"10.0.20.5\", storage = \"10.0.30.5\" }");
    assert_eq!(plan(&sandbox)["impact"], "service-restart");
    sandbox.edit("cluster.toml", "services = \"10.0.20.5\"", "services = \"10.0.20.6\"");
    assert_eq!(plan(&sandbox)["impact"], "drain");
}

#[test]
fn a_module_that_many_import_changes_each_of_them() {
    let sandbox = Sandbox::with_config(&read(BASE));
    sandbox.expect(0, &["render", "-q", "--yes"]);
    sandbox.edit("modules/nixos/microvm-guest.nix", "mkDefault true", "mkDefault false");
    let plan = plan(&sandbox);
    let names: Vec<&str> = plan["nodes"]
        .as_array()
        .expect("nodes")
        .iter()
        .map(|node| node["name"].as_str().expect("a name"))
        .collect();
    assert_eq!(names, ["vault", "cp-1", "cp-2", "cp-3", "worker-1", "worker-2"]);
    let option = &plan["nodes"][1]["options"][0];
    assert_eq!(option["path"], "services.openssh.enable");
    assert_eq!(
        (&option["old"], &option["new"]),
        (&"lib.mkDefault false".into(), &"lib.mkDefault true".into())
    );
}

#[test]
fn a_machine_whose_name_nix_quotes_is_the_same_before_and_after() {
    let sandbox = Sandbox::with_config(&read(BASE).replace("vms.worker-2", "vms.2nd"));
    sandbox.expect(0, &["render", "-q", "--yes"]);
    sandbox.edit("cluster.toml", "ip = \"10.0.20.22\"", "ip = \"10.0.20.22\"\nautostart = false");
    let plan = plan(&sandbox);
    let [node] = &plan["nodes"].as_array().expect("nodes")[..] else { panic!("{plan:#}") };
    assert_eq!((&node["name"], &node["action"]), (&"2nd".into(), &"change".into()));
    assert_eq!(node["options"][0]["path"], "data.autostart");
}

#[test]
fn the_schema_of_the_plan_is_the_one_that_is_published() {
    let sandbox = Sandbox::new();
    let schema = sandbox.expect(0, &["schema", "plan"]).stdout;
    let path = "docs/plan.schema.json";
    if blessing() {
        fs::write(repository().join(path), &schema).expect("written");
    }
    assert!(read(path) == schema, "{path} is old: NIXGEN_BLESS=1 rewrites it");
}

#[test]
fn nothing_that_is_rendered_is_taken_for_a_secret() {
    for config in ["cluster.toml", "tests/golden/ok/ha.toml", BASE] {
        let plan = plan(&Sandbox::with_config(&read(config)));
        for file in plan["files"].as_array().expect("files") {
            assert_eq!(file["redacted"], false, "{config}: {}", file["path"]);
        }
    }
}

/// Texts that a person could have put into files that are nixgen's.
const SECRETS: [&str; 6] =
    ["hunter2a", "hunter2b", "hunter2c", "hunter2d", "hunter2e", "abcdef.0123456789abcdef"];

/// Puts them into files of every kind.
fn leak(sandbox: &Sandbox) {
    let [password, block, secret, shell, yaml, page] = SECRETS;
    sandbox.edit(
        "vms/vault.nix",
        "networking.hostName",
        &format!(
            "users.users.root.hashedPassword = \"{password}\";\n  services.vpn.key = \"-----BEGIN KEY-----\\n{block}\\n-----END KEY-----\";\n  sops.secrets = {{ x = ''\n    {secret}\n  ''; }};\n  networking.hostName"
        ),
    );
    sandbox.edit("bootstrap/10-init.sh", "set -euo", &format!("API_TOKEN={shell}\nset -euo"));
    sandbox.edit("k8s/flannel.yaml", "apiVersion", &format!("password: {yaml}\napiVersion"));
    sandbox.edit("docs/cluster.md", "# ", &format!("kubeadm join --token {page}\n\n# "));
}

/// Shows that a run says none of them.
fn assert_silent(sandbox: &Sandbox, args: &[&str]) -> String {
    let summary = sandbox.at("summary.md");
    let _ = fs::remove_file(&summary);
    let ran = sandbox.command(args).env("GITHUB_STEP_SUMMARY", &summary).output().expect("it ran");
    let said = [ran.stdout, ran.stderr, fs::read(&summary).unwrap_or_default()];
    let said = said.map(|text| String::from_utf8(text).expect("a text")).concat();
    for secret in SECRETS {
        assert!(!said.contains(secret), "{args:?} shows {secret}:\n{said}");
    }
    said
}

#[test]
fn what_may_be_a_secret_is_in_no_format() {
    let sandbox = Sandbox::with_config(&read(BASE));
    sandbox.expect(0, &["render", "-q", "--yes"]);
    leak(&sandbox);
    for format in FORMATS {
        let said = assert_silent(&sandbox, &["diff", "--format", format]);
        assert!(said.contains("***") || *format == "stat", "{format}");
    }
    for format in ["human", "json", "github", "sarif"] {
        let said = assert_silent(&sandbox, &["check", "--format", format]);
        assert!(said.contains("vms/vault.nix"), "{format}: {said}");
    }
    assert_silent(&sandbox, &["render", "--dry-run"]);
    assert_silent(&sandbox, &["list"]);
}

#[test]
fn what_may_be_a_secret_in_a_file_that_was_ejected_is_in_no_format() {
    let sandbox = Sandbox::with_config(&read(BASE));
    sandbox.expect(0, &["render", "-q", "--yes"]);
    let ejected = ["vms/vault.nix", "bootstrap/10-init.sh", "k8s/flannel.yaml", "docs/cluster.md"];
    sandbox.expect(0, &[&["eject", "--yes"], &ejected[..]].concat());
    leak(&sandbox);
    // nixgen would change each of them too.
    sandbox.edit("cluster.toml", "memory = \"2304MiB\"", "memory = \"3GiB\"");
    sandbox.edit("cluster.toml", "name = \"lab\"", "name = \"den\"");
    for format in FORMATS {
        let said = assert_silent(&sandbox, &["diff", "--allow", "warnings", "--format", format]);
        // The others do not show what a person's file says.
        assert!(said.contains("***") || ["stat", "options"].contains(format), "{format}: {said}");
    }
    for format in ["human", "json", "github", "sarif"] {
        assert_silent(&sandbox, &["check", "--format", format]);
    }
    assert_silent(&sandbox, &[&["eject", "--merge"], &ejected[..]].concat());
}
