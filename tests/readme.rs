//! The examples of the README, and of the page that it leads to, are true.
//! `NIXGEN_BLESS=1` draws its picture anew.

use std::fmt::Write as _;
use std::fs;

use serde_json::{Value, json};

use crate::flake_fixtures;
use crate::support::{self, Sandbox, blessing, read, repository};

/// The fenced blocks of a language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let page = read(page);
    let fence = format!("```{language}\n");
    let starts = page.match_indices(&fence).map(|(at, _)| at + fence.len());
    starts.map(|start| page[start..].split("```").next().expect("a block").to_owned()).collect()
}

/// A line of a terminal as SVG, whose colours are classes of the picture's.
fn drawn(line: &str) -> String {
    let mut parts = line.split("\u{1b}[");
    let mut out = escaped(parts.next().unwrap_or_default());
    for part in parts {
        let (code, text) = part.split_once('m').expect("a colour");
        let class = match code {
            "0" => "",
            "1" => "bold",
            "2" => "faint",
            "31" => "red",
            "32" => "green",
            "33" => "yellow",
            "36" => "cyan",
            other => panic!("the picture has no colour {other}"),
        };
        let _ = write!(out, "<tspan class=\"{class}\">{}</tspan>", escaped(text));
    }
    out.replace("<tspan class=\"\"></tspan>", "").replace(" class=\"\"", "")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A terminal in which a command was given.
fn terminal(command: &str, output: &str) -> String {
    const TOP: usize = 28;
    const LINE: usize = 19;

    let prompt = format!("\u{1b}[32m$\u{1b}[0m \u{1b}[1m{command}\u{1b}[0m");
    let lines: Vec<&str> = [&*prompt].into_iter().chain(output.lines()).collect();
    let height = TOP + lines.len() * LINE;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 860 {height}\" width=\"860\" \
         height=\"{height}\" role=\"img\">\n<title>{command}</title>\n<style>\n\
         text {{ font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #dfe4ea; \
         white-space: pre; }}\n\
         .bold {{ font-weight: 600; }} .faint {{ fill: #98a2ae; }} .red {{ fill: #ff8a80; }} \
         .green {{ fill: #7bd88f; }} .yellow {{ fill: #eab06a; }} .cyan {{ fill: #7fd3e0; }}\n\
         </style>\n<rect width=\"860\" height=\"{height}\" rx=\"8\" fill=\"#14171c\"/>\n"
    );
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| !line.is_empty()) {
        let y = TOP + at * LINE;
        let _ =
            writeln!(svg, "<text x=\"16\" y=\"{y}\" xml:space=\"preserve\">{}</text>", drawn(line));
    }
    svg + "</svg>\n"
}

#[test]
fn the_picture_is_what_the_terminal_shows() {
    let sandbox = Sandbox::with_example();
    sandbox.expect(0, &["render", "-q"]);
    sandbox.edit("cluster.toml", "memory = \"16GiB\"", "memory = \"32GiB\"");
    let command = ["diff", "--format", "options"];
    let ran = sandbox.expect(1, &[&command[..], &["--color", "always"]].concat());
    let shown = format!("{}\n{}", ran.stdout, ran.stderr);
    let svg = terminal(&format!("nixgen {}", command.join(" ")), &shown);
    let path = repository().join("docs/terminal.svg");
    if blessing() {
        fs::write(&path, &svg).expect("written");
    }
    assert_eq!(svg, read("docs/terminal.svg"), "rewrite it with NIXGEN_BLESS=1");
    roxmltree::Document::parse(&svg).expect("well-formed");
    assert!(read("README.md").contains("](docs/terminal.svg)"));
}

#[test]
fn the_commands_exist() {
    let commands = blocks("README.md", "sh").concat();
    let render = commands.lines().find_map(|line| line.strip_prefix("cargo run --release -- "));
    let sandbox = Sandbox::with_example();
    sandbox.expect(0, &render.expect("the first command").split(' ').collect::<Vec<_>>());
    assert!(sandbox.at("example/flake.nix").exists());
    assert!(commands.contains("bash tests/run.sh"));
    assert!(support::repository().join("tests/run.sh").exists());
}

#[test]
fn a_cluster_takes_three_commands() {
    let commands = blocks("README.md", "sh");
    let commands: Vec<&str> = commands[0].lines().collect();
    let [init, render, switch] = commands[..] else { panic!("three commands: {commands:?}") };
    let sandbox = Sandbox::new();
    let words = |line: &'static str| line.split(' ').skip(1).collect::<Vec<_>>();
    assert_eq!((init, render), ("nixgen init", "nixgen render"));
    sandbox.expect(0, &words("nixgen init"));
    sandbox.edit("cluster.toml", "[cluster]\n", "[cluster]\nformation = \"units\"\n");
    sandbox.expect(0, &words("nixgen render --yes"));
    let host = switch.strip_prefix("sudo nixos-rebuild switch --flake .#").expect("a switch");
    let module = sandbox.read(&format!("hosts/{host}.nix"));
    assert!(module.contains("k8s-formation.nix"), "{module}");
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
    let [flake, _] = &blocks("docs/use.md", "nix")[..] else { panic!("a flake, and more") };
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
fn deploy_rs_takes_the_hosts_as_printed() {
    let [flake, deploy] = &blocks("docs/use.md", "nix")[..] else { panic!("two blocks") };
    let flake = flake
        .replacen(
            "inputs = {\n",
            "inputs = {\n    deploy-rs.url = \"github:serokell/deploy-rs\";\n",
            1,
        )
        .replacen("{ nixpkgs, microvm, ... }", "{ self, nixpkgs, microvm, deploy-rs, ... }", 1)
        .replacen("    in\n    {\n", &format!("    in\n    {{\n{deploy}"), 1);
    let sandbox = Sandbox::with_config(&read("cluster.toml"));
    sandbox.write("flake.nix", &flake);
    sandbox.edit("cluster.toml", "flake = { render = true }", "");
    sandbox.expect(0, &["render", "-q"]);
    let report = flake_fixtures::report(sandbox.path(), "1.36.2");
    let system = json!({ "user": "root", "path": "activates homelab" });
    let homelab =
        json!({ "hostname": "192.168.1.10", "sshUser": "admin", "profiles": { "system": system } });
    assert_eq!(report["deploy"], json!({ "homelab": homelab }));
}

#[test]
fn the_options_of_the_users_own_are_valid() {
    let own = blocks("docs/use.md", "toml").concat();
    let sandbox = Sandbox::with_config(&format!("{}\n{own}", read("cluster.toml")));
    sandbox.expect(0, &["render", "-q"]);
    let worker = sandbox.read("vms/k8s-worker-1.nix");
    assert!(worker.contains("boot.kernel.sysctl.\"vm.max_map_count\" = 262144;"), "{worker}");
    assert!(worker.contains("../modules/nixos/worker.nix"), "{worker}");
}
