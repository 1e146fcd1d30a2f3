//! The runbook runs as it is printed: every program that its commands start on a
//! machine of the cluster is there, by what NixOS always has or by the packages that
//! the evaluated machine is given.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::flake_fixtures;
use crate::support::{Sandbox, read, repository, tool};

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

/// The evaluated machines that a command is for.
fn machines<'e>(expected: &'e Value, place: &str) -> Vec<(&'e str, BTreeSet<&'e str>)> {
    let all = expected["machines"].as_object().expect("machines");
    // The same machine again, built by itself, is a text.
    let all = all.iter().filter(|(_, machine)| machine.is_object()).map(|(path, machine)| {
        let packages = machine["packages"].as_array().into_iter().flatten();
        (path.as_str(), packages.filter_map(Value::as_str).collect::<BTreeSet<_>>())
    });
    all.filter(|(path, packages)| match place {
        // In a loop it is each of the nodes; a name in capitals is one of them.
        "$node" | "SURVIVOR" | "DEAD" => packages.contains("kubernetes"),
        // "the host that carries it"
        "the" => !path.contains('/'),
        name => {
            let host_name = &expected["machines"][*path]["hostName"];
            path.rsplit('/').next() == Some(name) || host_name == name
        }
    })
    .collect()
}

#[test]
fn every_program_of_a_runbook_is_on_its_machine() {
    let mut seen = BTreeSet::new();
    for fixture in ["hybrid", "minimal", "ha", "cloud-hypervisor", "nftables", "own-nix"] {
        let tree = flake_fixtures::render(fixture);
        let expected: Value =
            serde_json::from_str(&read(&format!("flake-fixtures/{fixture}/expected.json")))
                .expect("JSON");
        for (place, command) in commands(&tree.read("docs/cluster.md")) {
            let Some(place) = place else { continue };
            let machines = machines(&expected, &place);
            assert!(!machines.is_empty(), "{fixture}: {place}: {command}");
            for program in programs(&command) {
                seen.insert(program.to_owned());
                if ALWAYS.contains(&program) {
                    continue;
                }
                let package = PACKAGES.iter().find(|(name, _)| *name == program);
                let (_, package) =
                    package.unwrap_or_else(|| panic!("nobody knows {program}: {command}"));
                for (machine, packages) in &machines {
                    assert!(
                        packages.contains(package),
                        "{fixture}: {machine} has no {program}: {command}"
                    );
                }
            }
        }
    }
    for (program, _) in PACKAGES {
        assert!(seen.contains(*program), "no page uses {program}: {seen:?}");
    }
}

/// What nodes join with is encrypted for them, or copied by a person.
#[test]
fn a_secret_manager_takes_the_place_of_copying() {
    let page = |fixture: &str| flake_fixtures::render(fixture).read("docs/cluster.md");
    let copies = "install -D -m 0600 /dev/stdin /run/secrets/k8s/joinToken";
    for (fixture, decrypt, names, encrypts) in [
        (
            "ha",
            // The hosts, for their MicroVMs.
            "rack-a rack-b",
            "joinToken caCertHash certificateKey encryptionConfig",
            "agenix -e \"secrets/k8s/$name.age\"",
        ),
        (
            "cloud-hypervisor",
            "gpu-worker",
            "joinToken caCertHash",
            "sops encrypt --filename-override \"secrets/k8s/$name\" --output \"secrets/k8s/$name\"",
        ),
    ] {
        let page = page(fixture);
        assert!(page.contains(&format!("for name in {names}; do\n")), "{fixture}: {page}");
        let keys = format!("for node in {decrypt}; do\n  ssh \"$node\" 'cat /persistent/ssh/");
        assert!(page.contains(&keys), "{fixture}: {page}");
        assert!(page.contains(encrypts) && !page.contains(copies), "{fixture}: {page}");
    }
    let by_hand = page("hybrid");
    assert!(by_hand.contains(copies) && !by_hand.contains("mkdir -p secrets/k8s"), "{by_hand}");
}

/// The page is rendered before the step that leads to what it is rendered for.
#[test]
fn a_page_tells_the_step_that_leads_to_it() {
    let text = read("cluster.toml");
    for (from, to) in [
        (
            "kubernetes = \"1.36\"",
            "kubernetes = \"1.37\"\nkubernetes_nixpkgs = \"github:NixOS/nixpkgs/nixos-unstable\"",
        ),
        ("nixos = \"26.05\"", "nixos = \"26.11\""),
    ] {
        assert!(text.contains(from), "{from}");
        let pages = [text.clone(), text.replacen(from, to, 1)].map(|config| {
            let sandbox = Sandbox::with_config(&config);
            sandbox.expect(0, &["render", "-q"]);
            sandbox.read("docs/cluster.md")
        });
        let [before, after] = pages.map(|page| {
            let steps = page.split("\n### ").filter(|chapter| chapter.starts_with("Upgrade "));
            steps.flat_map(commands).collect::<Vec<_>>()
        });
        assert!(before.len() > 10, "{before:#?}");
        assert_eq!(before, after, "after {from}");
    }
}

/// The NixOS test that nobody here can run takes what is rendered as it is.
#[test]
fn the_nixos_test_runs_chapters_that_are_there() {
    let tree = flake_fixtures::render("nixos-test");
    let eval = repository().join("flake-fixtures/nixos-test/eval.nix");
    let (eval, path) = (eval.to_str().expect("text"), tree.path().to_str().expect("text"));
    let options = ["--eval", "--strict", "--json", "--store", "dummy://", eval];
    let output =
        tool("nix-instantiate", "nix-bin", &[&options[..], &["--argstr", "tree", path]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let test: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(test["interfaces"], json!({ "enp1s0": { "vlan": 1, "assignIP": false } }));
    assert_eq!(test["modules"], 4);

    let page = tree.read("docs/cluster.md");
    let script = test["testScript"].as_str().expect("text");
    let quoted = script.split('"').skip(1).step_by(2);
    let chapters: Vec<_> =
        quoted.filter(|text| page.contains(&format!("\n### {text}\n"))).collect();
    assert_eq!(chapters.len(), 12, "{chapters:?} of {script}");
    let line = |name: &str| page.contains(&format!("\nHost {name}\n"));
    assert!(script.contains("GUESTS = [\"k8s-master\",\"k8s-worker-1\"]") && line("k8s-master"));
}
