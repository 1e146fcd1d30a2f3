//! The runbook runs as it is printed: every program that its commands start on a
//! machine of the cluster is there, by what NixOS always has or by the packages that
//! the evaluated machine is given.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::read;

/// Of every NixOS, and of file systems that are mounted.
const ALWAYS: &[&str] = &[
    "bash",
    "cat",
    "chmod",
    "install",
    "mkdir",
    "reboot",
    "resize2fs",
    "rm",
    "runuser",
    "systemctl",
    "tar",
];
/// What else a machine needs for a program.
const PACKAGES: &[(&str, &str)] = &[
    ("ip", "iproute2"),
    ("kubeadm", "kubernetes"),
    ("kubectl", "kubernetes"),
    ("qemu-img", "qemu-utils"),
];

/// The commands of a page, each with the machine that it runs on; none is the reader's.
fn commands(page: &str) -> Vec<(Option<String>, String)> {
    let mut found = Vec::new();
    for block in page.split("```bash\n").skip(1).filter_map(|rest| rest.split("```").next()) {
        let mut place = None;
        for line in block.lines().map(str::trim) {
            if let Some(comment) = line.strip_prefix("# on ") {
                let name = comment.split([',', ' ']).next().unwrap_or_default();
                place = Some(name.to_owned()).filter(|_| comment.contains("as root"));
            } else if let Some((_, remote)) = line.split_once("ssh ") {
                place = None;
                let (machine, rest) = remote.split_once(' ').expect("a command");
                let command = match rest.split_once('\'') {
                    Some((_, quoted)) => quoted.split('\'').next().unwrap_or_default(),
                    None => rest,
                };
                let machine = machine.trim_matches('"').to_owned();
                let parts = command.split(" && ");
                found.extend(parts.map(|part| (Some(machine.clone()), part.to_owned())));
            } else if !line.is_empty() && !line.starts_with('#') {
                found.push((place.clone(), line.to_owned()));
            }
        }
    }
    found
}

/// The programs that a command starts, one by the other.
fn programs(command: &str) -> Vec<&str> {
    let mut words = command.split(' ').filter(|word| *word != "sudo");
    match words.next().expect("a word") {
        "runuser" => vec!["runuser", words.skip_while(|word| *word != "--").nth(1).expect("one")],
        program => vec![program],
    }
}

#[test]
fn every_program_of_the_runbook_is_on_its_machine() {
    let page = read("tests/golden/trees/example/docs/cluster.md");
    let expected: Value =
        serde_json::from_str(&read("flake-fixtures/hybrid/expected.json")).expect("JSON");
    let packages = |machine: &str| -> BTreeSet<&str> {
        let key =
            if machine == "homelab" { machine.to_owned() } else { format!("homelab/{machine}") };
        let packages = expected["machines"][&key]["packages"].as_array();
        packages.unwrap_or_else(|| panic!("{machine}")).iter().filter_map(Value::as_str).collect()
    };
    let mut seen = BTreeSet::new();
    for (machine, command) in commands(&page) {
        let Some(machine) = machine else { continue };
        // In a loop it is each of the nodes, and the host of any VM is this one.
        let machines = match &*machine {
            "$node" => vec!["k8s-master", "k8s-worker-1", "k8s-worker-2", "homelab"],
            "the" => vec!["homelab"],
            name => vec![name],
        };
        for program in programs(&command) {
            seen.insert(program.to_owned());
            if ALWAYS.contains(&program) {
                continue;
            }
            let package = PACKAGES.iter().find(|(name, _)| *name == program);
            let (_, package) =
                package.unwrap_or_else(|| panic!("nobody knows {program}: {command}"));
            for machine in &machines {
                assert!(
                    packages(machine).contains(package),
                    "{machine} has no {program}: {command}"
                );
            }
        }
    }
    for (program, _) in PACKAGES {
        assert!(seen.contains(*program), "the page does not use {program}: {seen:?}");
    }
}
