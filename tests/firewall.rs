//! The rules that machines add to NixOS's firewalls, loaded by the programs that load
//! them there, into the kernel, in a network of their own: twice, as a reload does.

use crate::support::read;
use serde_json::Value;
use std::iter;
use std::process::Command;

/// What a fixture expects of a machine's network.
fn network(fixture: &str, machine: &str) -> Value {
    let expected = read(&format!("flake-fixtures/{fixture}/expected.json"));
    let expected: Value = serde_json::from_str(&expected).expect("JSON");
    expected["machines"][machine]["network"].clone()
}

fn text(lines: &Value) -> String {
    let lines: Vec<&str> =
        lines.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    lines.join("\n")
}

/// What a script prints in a network of its own.
fn alone(script: &str) -> String {
    let script = format!("set -euo pipefail\nPATH=$PATH:/usr/sbin\n{script}");
    let mut command = Command::new("unshare");
    command.args(["--net", "--map-root-user", "bash", "-c", &script]);
    let output = command.output().expect("unshare (util-linux) runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{script}");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn iptables_takes_the_rules_of_hosts_and_nodes_again_and_again() {
    for (fixture, machine, nodes) in [
        ("hybrid", "homelab", 4),
        ("hybrid", "homelab/k8s-master", 4),
        ("ha", "rack-a/control-plane-1", 5),
    ] {
        let rules = text(&network(fixture, machine)["firewall"]["extraCommands"]);
        // As NixOS begins: a chain that something refers to could not be made anew.
        let listed = alone(&format!(
            "chains='nixos-fw nixos-fw-accept nixos-fw-log-refuse'\n\
             for turn in first second; do\n\
             for chain in $chains; do iptables -F $chain || true; iptables -X $chain || true; done\n\
             for chain in $chains; do iptables -N $chain; done\n\
             {rules}\ndone 2>/dev/null\niptables -S"
        ));
        let count = |start: &str| listed.lines().filter(|line| line.starts_with(start)).count();
        assert_eq!(count("-A cluster-nodes -s "), nodes, "{machine}:\n{listed}");
        for rule in [
            "-p udp -m udp --dport 8472 -j cluster-nodes",
            "-p tcp -m tcp --dport 10250 -j cluster-nodes",
        ] {
            let limited =
                |line: &str| line.starts_with("-A nixos-fw ! -i ") && line.ends_with(rule);
            assert!(listed.lines().any(limited), "{machine}: {rule}:\n{listed}");
        }
        let first = listed.lines().find(|line| line.starts_with("-A nixos-fw ")).expect("rules");
        assert!(first.contains("--dports 22 -j nixos-fw-log-refuse"), "{machine}: {first}");
    }
}

#[test]
fn nft_takes_the_tables_of_hosts_and_nodes() {
    for machine in ["edge", "metal", "edge/cp-1"] {
        let network = network("nftables", machine);
        let table = |family: &str, name: &str, content: &str| {
            format!("table {family} {name} {{\n{content}\n}}\n")
        };
        let input = text(&network["firewall"]["extraInputRules"]);
        let nixos = table("inet", "nixos-fw", &format!("chain input-allow {{\n{input}\n}}"));
        let ours = network["nftables"]["tables"].as_object().expect("tables").iter();
        let ours = ours.map(|(name, own)| {
            table(own["family"].as_str().expect("one"), name, &text(&own["content"]))
        });
        let ruleset: String = iter::once(nixos).chain(ours).collect();
        let listed = alone(&format!("nft -f - <<'RULES'\n{ruleset}\nRULES\nnft list ruleset"));
        let is_node = machine != "edge";
        for rule in ["udp dport 8472 accept", "tcp dport 10250 accept", "tcp dport 22 drop"] {
            assert_eq!(listed.contains(rule), is_node, "{machine}: {rule}:\n{listed}");
        }
    }
}
