//! What nixgen renders, evaluated by the real Nix: `flake-fixtures/README.md`.
//!
//! `NIXGEN_BLESS=1` rewrites the expectations. `NIXGEN_NIXPKGS` and
//! `NIXGEN_MICROVM`, paths of the real repositories, take the stand-ins' place.

use std::env::{self, VarError};
use std::fs;
use std::path::Path;

use crate::support::{Sandbox, blessing, read, tool};
use serde_json::{Value, json};
use similar::TextDiff;
use walkdir::WalkDir;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/flake-fixtures");

#[test]
fn hybrid() {
    matches_expectation("hybrid", "1.36.2");
}

#[test]
fn ha() {
    matches_expectation("ha", "1.35.0");
}

#[test]
fn minimal() {
    matches_expectation("minimal", "1.33.3");
}

#[test]
fn cloud_hypervisor() {
    matches_expectation("cloud-hypervisor", "1.36.2");
}

#[test]
fn existing() {
    matches_expectation("existing", "1.36.2");
}

#[test]
fn own_nix() {
    matches_expectation("own-nix", "1.34.2");
}

#[test]
fn template() {
    matches_expectation("template", "1.36.2");
}

#[test]
fn nftables() {
    matches_expectation("nftables", "1.31.6");
}

/// What the fixtures expect of their machines is held to this, whoever blesses it.
#[test]
fn no_node_opens_what_only_nodes_are_to_reach() {
    for fixture in ["cloud-hypervisor", "ha", "hybrid", "minimal", "nftables", "own-nix"] {
        let expected = read(&format!("flake-fixtures/{fixture}/expected.json"));
        let expected: Value = serde_json::from_str(&expected).expect("JSON");
        let machines = expected["machines"].as_object().expect("machines");
        let nodes: Vec<(&String, &Value)> =
            machines.iter().filter(|(_, machine)| machine["kubelet"].is_object()).collect();
        let ips: Vec<&str> = nodes.iter().map(|(_, node)| node_ip(node)).collect();
        for (name, node) in nodes {
            opens_to(&node["network"], &ips, &format!("{fixture}: {name}"));
        }
    }
}

fn node_ip(node: &Value) -> &str {
    let arguments = node["kubelet"]["environment"]["KUBELET_EXTRA_ARGS"].as_str().expect("text");
    let ip = arguments.split_whitespace().find_map(|word| word.strip_prefix("--node-ip="));
    ip.expect("the node's address")
}

/// The kubelet's port and VXLAN's are open to these nodes alone, and SSH is not to pods.
fn opens_to(network: &Value, nodes: &[&str], name: &str) {
    let firewall = &network["firewall"];
    assert_eq!(firewall["trustedInterfaces"], json!(["lo"]), "{name} trusts pods");
    let open = ["allowedTCPPorts", "allowedUDPPorts"].map(|key| firewall[key].as_array());
    for port in open.into_iter().flatten().flatten() {
        let for_nodes = [2379, 2380, 8472, 10250, 10257, 10259].map(Value::from);
        assert!(!for_nodes.contains(port), "{name} opens {port} to everyone");
    }
    let pods = &network["nftables"]["tables"]["cluster-pods"]["content"];
    let lists = [&firewall["extraCommands"], &firewall["extraInputRules"], pods];
    let rules: Vec<&str> = lists
        .iter()
        .filter_map(|list| list.as_array())
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let find = |words: &[&str]| {
        let is_it = |rule: &&&str| words.iter().all(|word| rule.contains(word));
        rules.iter().find(is_it).unwrap_or_else(|| panic!("{name} has no rule with {words:?}"))
    };
    for rule in [find(&["tcp", "dport 10250"]), find(&["udp", "dport 8472"])] {
        assert!(rule.contains("-j cluster-nodes") || rule.contains("ip saddr {"), "{rule}");
        assert!(rule.contains("! -i ") || rule.contains("iifname != "), "{rule}");
    }
    for ip in nodes {
        find(&[ip]);
    }
    for interface in ["cni0", "flannel.1"] {
        find(&[interface, "22"]);
    }
}

/// Mistakes that nixgen could make: the file of the tree, what is in it, what is
/// put there instead, and what the evaluation has to say to that.
const MISTAKES: &[(&str, &str, &str, &str)] = &[
    // Options that do not exist, at every depth.
    (
        "hosts/box.nix",
        "services.openssh",
        "services.opensshd",
        "The option `services.opensshd' does not exist. It is defined in {tree}/hosts/box.nix.",
    ),
    (
        "hosts/box.nix",
        "umask=0077\" ];",
        "umask=0077\" ]; fsck = true;",
        "`fileSystems./boot.fsck'",
    ),
    ("vms/node.nix", "vcpu =", "vcpus =", "vcpus' does not exist"),
    ("vms/node.nix", "mac =", "macAddress =", "interfaces.0.macAddress' does not exist"),
    (
        "modules/nixos/cluster-network.nix",
        "linkConfig.RequiredForOnline",
        "linkConfig.RequiredOnline",
        "linkConfig.RequiredOnline' does not exist",
    ),
    // Values of another type.
    ("vms/node.nix", "vcpu = 2;", "vcpu = \"2\";", "vcpu' is not of type int above 0: \"2\""),
    (
        "modules/nixos/k8s-kubeadm-base.nix",
        "allowedTCPPorts = [ 10250 ];",
        "allowedTCPPorts = 10250;",
        "allowedTCPPorts' is not of type list of (int from 0 to 65535): 10250",
    ),
    (
        "modules/nixos/cluster-network.nix",
        "PVID = vlan.id;",
        "PVID = toString vlan.id;",
        "PVID' is not of type null or int from 0 to 4094: \"5\"",
    ),
    (
        "modules/nixos/k8s-kubeadm-base.nix",
        "[ \"multi-user.target\" ]",
        "[ \"multi-user\" ]",
        "`microvm.vms.node.config.systemd.services.kubelet.wantedBy.0' is not of type",
    ),
    ("modules/nixos/k8s-kubeadm-base.nix", "\"always\"", "\"forever\"", "section [Service]"),
    // Names that packages and the library do not have.
    (
        "modules/nixos/k8s-kubeadm-base.nix",
        "pkgs.socat",
        "pkgs.socat2",
        "attribute 'socat2' missing",
    ),
    ("lib/adapters/microvms.nix", "lib.getExe'", "lib.getProgram", "'getProgram' missing"),
    (
        "lib/adapters/microvms.nix",
        "specialArgs = specialArgs // {\n        inherit data;\n      };",
        "inherit specialArgs;",
        "an argument `data' that nobody gives",
    ),
    // Definitions that do not go together, or that are not there.
    (
        "vms/node.nix",
        "networking.hostName = \"node\";",
        "networking.hostName = \"node\"; system.stateVersion = \"24.11\";",
        "stateVersion' has conflicting values in",
    ),
    (
        "hosts/box.nix",
        "system.stateVersion = \"25.05\";",
        "",
        "`system.stateVersion' is used but nothing",
    ),
    // What NixOS, microvm.nix, systemd-tmpfiles and the rendered code assert.
    (
        "modules/nixos/k8s-kubeadm-base.nix",
        "kubernetes.version == \"1.33\"",
        "kubernetes.version == \"1.32\"",
        "the package is 1.33.3",
    ),
    ("vms/node.nix", "mem = 4096;", "mem = 2048;", "QEMU hangs with exactly 2 GiB"),
    ("hosts/box.nix", "systemd-boot.enable = lib.mkDefault true;", "", "grub has no device"),
    (
        "lib/adapters/microvms.nix",
        "tag = \"kubernetes\";",
        "tag = \"ssh-host-keys\";",
        "more than once",
    ),
    (
        "modules/nixos/microvm-storage.nix",
        "\"/var/lib/microvms/${name}/ssh\"",
        "\"/var/lib/microvms/${name}/keys/ssh\"",
        "systemd-tmpfiles refuses the way to /var/lib/microvms/node/keys/ssh",
    ),
];

#[test]
fn mistakes_are_caught() {
    let tree = render("minimal");
    let evaluate = || evaluate(tree.path(), "1.33.3", &standins()).and_then(faultless);
    if let Err(message) = evaluate() {
        panic!("before any mistake:\n{message}");
    }
    for &(file, right, wrong, expected) in MISTAKES {
        let before = tree.read(file);
        tree.edit(file, right, wrong);
        let expected = expected.replace("{tree}", &tree.path().display().to_string());
        match evaluate() {
            Ok(_) => panic!("{file}: nobody noticed `{wrong}`"),
            Err(message) => assert!(
                message.contains(&expected),
                "{file}: `{wrong}` gave\n{message}\nrather than\n{expected}"
            ),
        }
        tree.write(file, &before);
    }
}

#[test]
fn a_microvm_nix_that_is_too_old_is_named() {
    let tree = render("cloud-hypervisor");
    for file in ["modules/nixos/microvm-guest.nix", "lib/adapters/microvms.nix"] {
        tree.edit(file, "options.microvm ? machineId", "options.microvm ? idOfTheFuture");
    }
    let message = evaluate(tree.path(), "1.36.2", &standins()).and_then(faultless);
    let message = message.expect_err("an option that is not there");
    assert!(message.contains("needs a microvm.nix of 2026-03-08 or later"), "{message}");
}

#[test]
fn a_wrong_kubernetes_is_caught() {
    let tree = render("minimal");
    let message = evaluate(tree.path(), "1.34.0", &standins()).and_then(faultless);
    let message = message.expect_err("a package of another minor");
    assert!(message.contains("asks for Kubernetes 1.33, the package is 1.34.0"), "{message}");
}

/// The report on a flake of which nobody expects anything yet.
pub fn report(tree: &Path, kubernetes: &str) -> Value {
    let report = evaluate(tree, kubernetes, &standins()).and_then(faultless);
    report.unwrap_or_else(|message| panic!("{message}"))
}

/// Renders a fixture, evaluates it and compares what the evaluator reports.
fn matches_expectation(name: &str, kubernetes: &str) {
    let tree = render(name);
    let repositories = real();
    let report = evaluate(tree.path(), kubernetes, repositories.as_ref().unwrap_or(&standins()))
        .and_then(faultless)
        .unwrap_or_else(|message| panic!("{name}:\n{message}"));
    let report = pretty(&report, 0) + "\n";

    let path = Path::new(ROOT).join(name).join("expected.json");
    if repositories.is_none() && blessing() {
        fs::write(&path, report).expect("a writable checkout");
        return;
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    if repositories.is_some() {
        // Real modules do more than nixgen asks of them, and none of it less.
        let mut missing = Vec::new();
        let parse = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
        contains(&parse(&report), &parse(&expected), name, &mut missing);
        assert!(missing.is_empty(), "the real modules differ:\n{}", missing.join("\n"));
    } else if report != expected {
        let diff = TextDiff::from_lines(&expected, &report);
        let diff = diff.unified_diff().header("expected", "evaluated").to_string();
        panic!("{name} evaluates to something else; if it should, set NIXGEN_BLESS=1:\n{diff}");
    }
}

/// A fixture as it is.
pub fn copy(name: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    let folder = Path::new(ROOT).join(name);
    for entry in WalkDir::new(&folder).follow_links(true) {
        let entry = entry.expect("a readable fixture");
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(&folder).expect("below the folder");
            let text = fs::read_to_string(entry.path()).expect("text");
            sandbox.write(path.to_str().expect("text"), &text);
        }
    }
    sandbox
}

/// A fixture with what nixgen renders into it, without a word.
pub fn render(name: &str) -> Sandbox {
    let sandbox = copy(name);
    // Releases of before are rendered as long as nixgen knows them.
    let args = ["render", "--yes", "--quiet", "--allow", "ended-release"];
    let ran = sandbox.expect(0, &args);
    assert_eq!(ran.stderr, "", "{name}");
    sandbox
}

/// Where nixpkgs and microvm.nix are, and what evaluating them takes.
struct Repositories {
    nixpkgs: String,
    microvm: String,
    options: &'static [&'static str],
}

fn standins() -> Repositories {
    Repositories {
        nixpkgs: format!("{ROOT}/nixpkgs"),
        microvm: format!("{ROOT}/microvm"),
        // Nothing has to be there but Nix.
        options: &["--store", "dummy://"],
    }
}

fn real() -> Option<Repositories> {
    match (env::var("NIXGEN_NIXPKGS"), env::var("NIXGEN_MICROVM")) {
        (Ok(nixpkgs), Ok(microvm)) => Some(Repositories {
            nixpkgs,
            microvm,
            // Real packages import files that the evaluation itself puts into the store.
            options: &["--read-write-mode"],
        }),
        (Err(VarError::NotPresent), Err(VarError::NotPresent)) => None,
        _ => panic!("NIXGEN_NIXPKGS and NIXGEN_MICROVM go together"),
    }
}

/// The report on a tree's machines, or what Nix says instead.
fn evaluate(tree: &Path, kubernetes: &str, from: &Repositories) -> Result<Value, String> {
    let eval = format!("{ROOT}/eval.nix");
    let mut arguments = vec!["--eval", "--strict", "--json", &eval];
    arguments.extend(from.options);
    for (name, value) in [
        ("tree", tree.to_str().expect("text")),
        ("kubernetes", kubernetes),
        ("nixpkgs", &from.nixpkgs),
        ("microvm", &from.microvm),
    ] {
        arguments.extend(["--argstr", name, value]);
    }
    let output = tool("nix-instantiate", "nix-bin", &arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    // Real modules have warnings of this kind, too, which no report can list.
    if output.status.success() && !said.contains("evaluation warning:") {
        Ok(serde_json::from_slice(&output.stdout).expect("JSON"))
    } else {
        Err(said)
    }
}

/// A report without failing assertions and warnings, or what they say.
fn faultless(report: Value) -> Result<Value, String> {
    let machines = report["machines"].as_object().into_iter().flatten();
    let faults: Vec<String> = machines
        .flat_map(|(name, machine)| {
            let lists = ["failing", "warnings"].map(|key| machine[key].as_array());
            lists.into_iter().flatten().flatten().map(move |fault| format!("{name}: {fault}"))
        })
        .collect();
    if faults.is_empty() { Ok(report) } else { Err(faults.join("\n")) }
}

/// JSON with a line for whatever fits into one.
fn pretty(value: &Value, depth: usize) -> String {
    let line = value.to_string();
    if depth > 0 && 2 * depth + line.len() <= 100 {
        return line;
    }
    let inner = "  ".repeat(depth + 1);
    let (items, [open, close]): (Vec<String>, _) = match value {
        Value::Object(map) => {
            let item = |(key, value)| format!("{inner}\"{key}\": {}", pretty(value, depth + 1));
            (map.iter().map(item).collect(), ['{', '}'])
        }
        Value::Array(list) => {
            let item = |value| format!("{inner}{}", pretty(value, depth + 1));
            (list.iter().map(item).collect(), ['[', ']'])
        }
        _ => return line,
    };
    format!("{open}\n{}\n{}{close}", items.join(",\n"), "  ".repeat(depth))
}

/// Whether everything expected is there: all of an object's keys, and of a list
/// all elements in any order. What is not goes into `missing`.
fn contains(actual: &Value, expected: &Value, at: &str, missing: &mut Vec<String>) {
    match (actual, expected) {
        (Value::Object(actual), Value::Object(expected)) => {
            for (key, expected) in expected {
                let actual = actual.get(key).unwrap_or(&Value::Null);
                contains(actual, expected, &format!("{at}.{key}"), missing);
            }
        }
        (Value::Array(actual), Value::Array(expected)) => {
            let found = |wanted: &Value| {
                actual.iter().any(|element| {
                    let mut missing = Vec::new();
                    contains(element, wanted, at, &mut missing);
                    missing.is_empty()
                })
            };
            let absent = expected.iter().filter(|wanted| !found(wanted));
            missing.extend(absent.map(|wanted| format!("{at}: no element {wanted}")));
        }
        _ if actual == expected => {}
        _ => missing.push(format!("{at}: {actual} instead of {expected}")),
    }
}
