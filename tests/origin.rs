//! Where lines come from: `nixgen explain FILE:LINE`.

use std::collections::{BTreeMap, BTreeSet};

use crate::support;
use nixgen::disk::{Hold, Root, apply, compare};
use nixgen::input::{self, Document};
use nixgen::origin::{self, KeyPath, Part, Place};
use nixgen::outputs;
use nixgen::pipeline::{Files, Pipeline, build, read};
use nixgen::render::overrides::Overrides;
use nixgen::review::Plan;
use nixgen::source::Source;

/// Another value for every value of the example.
const CHANGES: &[(&str, &str)] = &[
    ("cluster.name", "\"other\""),
    ("cluster.nixos", "\"25.11\""),
    ("cluster.kubernetes", "\"1.34\""),
    ("network.dns[0]", "\"8.8.8.8\""),
    ("network.dns[1]", "\"8.8.4.4\""),
    ("network.wan.subnet", "\"192.168.0.0/16\""),
    ("network.wan.gateway", "\"192.168.1.254\""),
    ("network.vlans.management.id", "11"),
    ("network.vlans.management.subnet", "\"10.0.8.0/22\""),
    ("network.vlans.services.id", "2000"),
    ("network.vlans.services.subnet", "\"10.0.16.0/20\""),
    ("hosts.homelab.role", "\"none\""),
    ("hosts.homelab.uplink", "\"eno2\""),
    ("hosts.homelab.wan_address", "\"192.168.1.77\""),
    ("hosts.homelab.vlan", "\"management\""),
    ("hosts.homelab.addresses.management", "\"10.0.10.77\""),
    ("hosts.homelab.addresses.services", "\"10.0.20.77\""),
    ("hosts.homelab.labels.gpu", "\"radeon\""),
    ("hosts.homelab.labels.node-type", "\"metal\""),
    ("hosts.homelab.taints[0]", "\"gpu=amd:NoExecute\""),
    ("hosts.homelab.gpu.model", "\"gfx1102\""),
    ("hosts.homelab.gpu.hsa_override", "\"11.0.0\""),
    ("hosts.homelab.users.admin.admin", "false"),
    (
        "hosts.homelab.users.admin.ssh_keys[0]",
        "\"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampleE root@desk\"",
    ),
    ("hosts.homelab.boot.loader", "\"grub\""),
    ("hosts.homelab.boot.root.device", "\"/dev/disk/by-label/root\""),
    ("hosts.homelab.boot.root.fs", "\"btrfs\""),
    ("hosts.homelab.boot.esp.device", "\"/dev/disk/by-label/esp\""),
    ("vms.k8s-master.role", "\"worker\""),
    ("vms.k8s-master.vlan", "\"management\""),
    ("vms.k8s-master.ip", "\"10.0.20.99\""),
    ("vms.k8s-master.vcpu", "16"),
    ("vms.k8s-master.memory", "\"12GiB\""),
    ("vms.k8s-master.volumes.kubelet.size", "\"20GiB\""),
    ("vms.k8s-master.volumes.containerd.size", "\"60GiB\""),
    ("vms.k8s-master.volumes.etcd.size", "\"16GiB\""),
    ("vms.k8s-master.volumes.etcd.format", "\"raw\""),
    ("vms.k8s-master.volumes.etcd.fs", "\"xfs\""),
    ("vms.k8s-worker-1.role", "\"none\""),
    ("vms.k8s-worker-1.vlan", "\"management\""),
    ("vms.k8s-worker-1.ip", "\"10.0.20.98\""),
    ("vms.k8s-worker-1.vcpu", "2"),
    ("vms.k8s-worker-1.memory", "\"32GiB\""),
    ("vms.k8s-worker-2.role", "\"control-plane\""),
    ("vms.k8s-worker-2.vlan", "\"management\""),
    ("vms.k8s-worker-2.ip", "\"10.0.20.97\""),
    ("vms.k8s-worker-2.vcpu", "1"),
    ("vms.k8s-worker-2.memory", "\"6GiB\""),
    ("vms.vault.vlan", "\"services\""),
    ("vms.vault.ip", "\"10.0.10.96\""),
    ("vms.vault.vcpu", "3"),
    ("vms.vault.memory", "\"3GiB\""),
    ("vms.vault.ports.api", "8300"),
    ("vms.vault.storage.mount", "\"/srv/vault\""),
    ("vms.jenkins.vlan", "\"services\""),
    ("vms.jenkins.ip", "\"10.0.10.95\""),
    ("vms.jenkins.memory", "\"6GiB\""),
    ("vms.jenkins.ports.web", "80"),
    ("vms.jenkins.storage.mount", "\"/srv/jenkins\""),
    ("vms.registry.vlan", "\"management\""),
    ("vms.registry.ip", "\"10.0.20.94\""),
    ("vms.registry.ports.registry", "443"),
    ("vms.registry.storage.mount", "\"/srv/registry\""),
    ("workloads.ollama.image", "\"docker.io/ollama/ollama:0.40.0\""),
    ("workloads.ollama.node_selector.gpu", "\"none\""),
    ("workloads.ollama.node_selector.node-type", "\"vm\""),
    ("workloads.ollama.node_port", "31435"),
    ("workloads.ollama.memory", "\"8GiB\""),
    ("outputs.flake.render", "false"),
];

fn example() -> Source {
    Source::new("cluster.toml", support::read("cluster.toml"))
}

fn pipeline() -> Pipeline {
    let cluster = read(&example(), &mut Vec::new()).cluster.expect("a cluster");
    Pipeline::new(&cluster, &Overrides::default()).expect("the templates compile")
}

fn document(source: &Source) -> Document<'_> {
    input::parse(source, &mut Vec::new()).expect("TOML")
}

fn values(document: &Document<'_>) -> Vec<Place> {
    let mut places = origin::places(document);
    places.retain(|place| place.part == Part::Value);
    places
}

/// What is rendered, whatever the rules say. Without a control plane there is
/// no cluster.
fn rendered(source: &Source) -> Files {
    let Some(cluster) = read(source, &mut Vec::new()).cluster else { return Files::new() };
    let ready = build(&cluster, None).expect("no bug");
    ready.files().iter().map(|file| (file.path().to_owned(), file.text().to_owned())).collect()
}

/// The lines (from 1) that a file has and an older one has nowhere. Where lines
/// of Nix are broken is no more than its layout.
fn new_lines(path: &str, old: &str, new: &str) -> Vec<usize> {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let all = words(old);
    let old: BTreeSet<&str> = old.lines().collect();
    let is_old =
        |line: &str| old.contains(line) || path.ends_with(".nix") && all.contains(&words(line));
    new.lines().zip(1..).filter(|(line, _)| !is_old(line)).map(|(_, number)| number).collect()
}

fn explained(line: &str) -> String {
    support::Sandbox::with_example().expect(0, &["explain", line]).stdout
}

/// The number (from 1) of the first line of a text that has another in it.
fn number(text: &str, part: &str) -> usize {
    text.lines().position(|line| line.contains(part)).expect("it is there") + 1
}

#[test]
fn a_line_is_explained() {
    let config = support::read("cluster.toml");
    let vm = &rendered(&example())["vms/k8s-master.nix"];
    let (mem, name) = (number(vm, "mem = 8192;"), number(vm, "hostName"));
    let template = number(&support::read("templates/vms/vm.nix.tera"), "mem = {{ mem }};");
    let table = number(&config, "[vms.k8s-master]");
    let below: String = config.split_inclusive('\n').skip(table).collect();
    let memory = table + number(&below, "memory = ");
    assert_eq!(
        explained(&format!("vms/k8s-master.nix:{mem}")),
        format!(
            "vms/k8s-master.nix:{mem}\n    mem = 8192;\n\
             made by\n  vms/vm.nix.tera:{template}  mem = {{{{ mem }}}};\n\
             from\n  cluster.toml:{memory}  vms.k8s-master.memory = \"8GiB\"\n"
        )
    );
    let named = explained(&format!("vms/k8s-master.nix:{name}"));
    assert!(named.contains(&format!("cluster.toml:{table}  the name k8s-master\n")), "{named}");
    let vm = &rendered(&example())["vms/registry.nix"];
    let mem = explained(&format!("vms/registry.nix:{}", number(vm, "mem = 1024;")));
    let default = "and what is left out\n  vms.registry.memory  Memory; 4 GiB for nodes and 1 GiB for others by default.\n";
    assert!(mem.contains(default), "{mem}");
    let header = explained("vms/k8s-master.nix:1");
    assert!(header.contains("every file has this header"), "{header}");
}

#[test]
fn no_line_is_from_a_key_that_changes_its_layout_alone() {
    let source = example();
    let formatter =
        Place { path: KeyPath::of(&["cluster", "formatter"]), span: None, part: Part::Default };
    let files = rendered(&source);
    let mut lines = origin::lines_of(&document(&source), &formatter, &files, &pipeline());
    lines.retain(|_, lines| !lines.is_empty());
    let named = number(&files["flake.nix"], "nixfmt");
    assert_eq!(lines, BTreeMap::from([("flake.nix".to_owned(), BTreeSet::from([named]))]));
}

#[test]
fn what_cannot_be_explained_is_a_wrong_usage() {
    let sandbox = support::Sandbox::with_example();
    for wrong in ["vms/nobody.nix:1", "vms/vault.nix:0", "vms/vault.nix:999", "NG9999"] {
        let said = sandbox.expect(2, &["explain", wrong]);
        assert!(said.stdout.is_empty() && said.stderr.starts_with("error: "), "{wrong}");
    }
}

#[test]
fn a_machine_among_many_is_explained_without_the_others() {
    let sandbox = support::Sandbox::with_config(&support::generated::cluster(60));
    let said = sandbox.expect(0, &["explain", "lib/domains/vms.nix:1500"]).stdout;
    assert!(said.contains("\nfrom\n  cluster.toml:"), "{said}");
}

#[test]
fn every_value_of_the_example_is_changed() {
    let source = example();
    let paths: Vec<String> =
        values(&document(&source)).iter().map(|place| place.path.to_string()).collect();
    let changed: Vec<&str> = CHANGES.iter().map(|(path, _)| *path).collect();
    assert_eq!(paths, changed);
}

#[test]
fn every_line_that_changes_with_a_value_is_traced_to_it() {
    let source = example();
    let before = rendered(&source);
    let pipeline = pipeline();
    let places = values(&document(&source));
    let mut lost = Vec::new();
    let mut traced = 0;
    for (place, (path, other)) in places.iter().zip(CHANGES) {
        let mut text = source.text().to_owned();
        text.replace_range(place.span.clone().expect("it is written"), other);
        let changed = Source::new("cluster.toml", text);
        let document = document(&changed);
        let place = values(&document).into_iter().find(|place| place.path.to_string() == *path);
        let place = place.expect("still there");
        let mut files = rendered(&changed);
        files.retain(|path, text| before.get(path) != Some(text));
        let lines = origin::lines_of(&document, &place, &files, &pipeline);
        for (file, text) in &files {
            // With a second control plane the first one gets a file to join with:
            // that it is there at all is what comes from the value.
            if *path == "vms.k8s-worker-2.role" && !before.contains_key(file) {
                continue;
            }
            let old = before.get(file).map_or("", String::as_str);
            for line in new_lines(file, old, text) {
                traced += 1;
                if !lines.get(file).is_some_and(|lines| lines.contains(&line)) {
                    let line = text.lines().nth(line - 1).unwrap_or_default();
                    lost.push(format!("{path}: {file}: {line}"));
                }
            }
        }
    }
    assert!(lost.is_empty(), "{} of {traced} lines:\n{}", lost.len(), lost.join("\n"));
}

#[test]
fn every_option_that_changes_with_a_value_is_traced_to_it() {
    let tree = tempfile::tempdir().expect("a folder");
    let root = Root::new(tree.path());
    let hold = Hold::to_write(&root, &mut |_| ()).expect("free");
    let cluster = read(&example(), &mut Vec::new()).cluster.expect("a cluster");
    let ready = build(&cluster, None).expect("no bug");
    apply(&compare(&ready, &root).expect("readable"), hold, &mut |_| ()).expect("written");
    let pipeline = pipeline();
    let source = example();
    let mut lost = Vec::new();
    let mut traced = 0;
    for (place, (path, other)) in values(&document(&source)).iter().zip(CHANGES) {
        let mut text = source.text().to_owned();
        text.replace_range(place.span.clone().expect("it is written"), other);
        let edited = Source::new("cluster.toml", text);
        let Some(cluster) = read(&edited, &mut Vec::new()).cluster else { continue };
        let ready = build(&cluster, None).expect("no bug");
        let changes = compare(&ready, &root).expect("readable");
        let mut plan = Plan::new(&edited, &cluster, &changes);
        plan.trace(&edited, &cluster, &document(&edited), &pipeline);
        assert_eq!(plan.untraced, 0);
        for node in &plan.nodes {
            for option in &node.options {
                traced += 1;
                if !option.keys.iter().any(|key| key.path == *path && key.line.is_some()) {
                    lost.push(format!(
                        "{path}: {}: {} from {:?}",
                        node.name, option.path, option.keys
                    ));
                }
            }
        }
    }
    assert!(lost.is_empty(), "{} of {traced} options:\n{}", lost.len(), lost.join("\n"));
}

#[test]
fn every_line_of_the_example_has_its_template() {
    let source = example();
    let cluster = read(&source, &mut Vec::new()).cluster.expect("a cluster");
    let files = rendered(&source);
    let made = pipeline().render(outputs::plan(&cluster)).expect("no bug");
    for made in made {
        let text = &files[made.path.inside()];
        let lines = made.template_lines(text).expect("only the layout differs");
        for (at, (line, by)) in text.lines().zip(lines).enumerate() {
            let header = at < 4 && by.is_empty();
            assert!(header || line.is_empty() || !by.is_empty(), "{}: {line}", made.path);
        }
    }
}
