//! How every file stands: the same answer wherever the tree is.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use crate::support::{self, Sandbox, read};
use nixgen::disk::State;
use nixgen::nix::essence;
use nixgen::source::Source;
use serde_json::Value;

/// What becomes of a Nix text.
type Format = fn(String) -> String;

/// What becomes of a file.
type Make = Box<dyn Fn(&str, String) -> String>;

/// The smallest tree in which a file stands so, and that file.
fn fixture(state: State) -> (Sandbox, &'static str) {
    let sandbox = Sandbox::with_config(&read("tests/golden/ok/minimal.toml"));
    if state == State::Foreign {
        sandbox.write("vms/cp.nix", "{ mine = true; }\n");
        return (sandbox, "vms/cp.nix");
    }
    sandbox.expect(0, &["render", "-q"]);
    let edit = || sandbox.edit("vms/worker.nix", "vcpu = 2", "vcpu = 3");
    let eject = || drop(sandbox.expect(0, &["eject", "vms/worker.nix"]));
    let remove = || sandbox.edit("cluster.toml", "[vms.worker]", "[vms.helper]");
    let change =
        || sandbox.edit("cluster.toml", "role = \"worker\"", "role = \"worker\"\nvcpu = 4");
    match state {
        State::Clean | State::Foreign => {}
        State::Ejected => eject(),
        State::EjectedStale => {
            eject();
            change();
        }
        State::EjectedConflict => {
            eject();
            edit();
            change();
            sandbox.expect(1, &["eject", "--merge", "vms/worker.nix"]);
        }
        State::EjectedOrphan => {
            eject();
            remove();
        }
        State::Stale => change(),
        State::Edited => edit(),
        State::EditedStale => {
            edit();
            change();
        }
        State::Missing => fs::remove_file(sandbox.at("vms/worker.nix")).expect("removed"),
        State::Orphan => remove(),
        State::EditedOrphan => {
            edit();
            remove();
        }
    }
    (sandbox, "vms/worker.nix")
}

/// Every file with its state, as `list` tells it.
fn list(sandbox: &Sandbox) -> Vec<(String, String)> {
    let json: Value =
        serde_json::from_str(&sandbox.expect(0, &["list", "--format", "json"]).stdout)
            .expect("JSON");
    assert_eq!(json["format_version"], 1);
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let files = json["files"].as_array().expect("files").iter();
    files.map(|file| (text(&file["path"]), text(&file["state"]))).collect()
}

/// The same files in a folder of their own, each as `change` makes it.
fn copy(sandbox: &Sandbox, change: impl Fn(&str, String) -> String) -> Sandbox {
    let copy = Sandbox::new();
    for (path, content) in sandbox.tree() {
        copy.write(&path, &change(&path, String::from_utf8(content).expect("text")));
    }
    copy
}

/// Whether git did as it was told.
fn git(sandbox: &Sandbox, args: &[&str]) -> bool {
    let identity = ["-c", "user.name=n", "-c", "user.email=n@n"];
    let output = Command::new("git").args(identity).args(args).current_dir(sandbox.path()).output();
    output.expect("git runs").status.success()
}

// Both leave a file alone that is not valid Nix, as one with conflicts is.

fn alejandra(text: String) -> String {
    alejandra::format::in_memory(String::new(), text).1
}

fn nixfmt(text: &str) -> String {
    nixfmt_rs::format(text).unwrap_or_else(|_| text.to_owned())
}

#[test]
fn every_state_is_told_in_a_fresh_copy_whatever_formatter_ran_over_it() {
    for &state in State::ALL {
        let (sandbox, path) = fixture(state);
        let told = list(&sandbox);
        assert!(told.contains(&(path.to_owned(), state.word().to_owned())), "{told:?}");
        let nix = |path: &str| path.ends_with(".nix");
        let copies: [(&str, Make); 4] = [
            ("fresh", Box::new(|_, text| text)),
            ("nixfmt", Box::new(move |path, text| if nix(path) { nixfmt(&text) } else { text })),
            (
                "alejandra",
                Box::new(move |path, text| if nix(path) { alejandra(text) } else { text }),
            ),
            ("CRLF", Box::new(|_, text| text.replace('\n', "\r\n"))),
        ];
        for (name, change) in copies {
            assert_eq!(list(&copy(&sandbox, change)), told, "{name}, {}", state.word());
        }
        let lines = sandbox.expect(0, &["list", "--state", state.word()]).stdout;
        assert!(lines.contains(&format!("{:<14} {path}\n", state.word())), "{lines}");
        let word = |line: &'_ str| line.split(' ').next().unwrap_or_default().to_owned();
        let states: BTreeSet<String> = lines.lines().map(word).collect();
        assert_eq!(states.len(), 1, "{lines}");
    }
}

#[test]
fn a_clone_tells_the_same() {
    for &state in State::ALL {
        let (sandbox, _) = fixture(state);
        let told = list(&sandbox);
        let clone = Sandbox::new();
        assert!(git(&sandbox, &["init", "-q", "-b", "main"]) && git(&sandbox, &["add", "."]));
        assert!(git(&sandbox, &["commit", "-qm", "all"]));
        let from = sandbox.path().to_str().expect("text");
        assert!(git(&clone, &["-c", "core.autocrlf=true", "clone", "-q", from, "."]));
        assert!(clone.read("cluster.toml").contains("\r\n"));
        assert_eq!(list(&clone), told, "{}", state.word());
        fs::remove_dir_all(clone.at(".git")).expect("removed");
        assert_eq!(list(&clone), told, "{}", state.word());
    }
}

#[test]
fn no_formatter_makes_an_edit_of_a_rendered_file() {
    let formatters: [Format; 4] = [
        alejandra,
        |text| nixfmt(&text),
        |text| nixfmt(&alejandra(text)),
        |text| alejandra(nixfmt(&text)),
    ];
    for entry in fs::read_dir(support::repository().join("tests/golden/ok")).expect("a folder") {
        let path = entry.expect("readable").path();
        let source = Source::new("cluster.toml", fs::read_to_string(&path).expect("text"));
        let cluster = nixgen::pipeline::read(&source, &mut Vec::new()).cluster.expect("a cluster");
        let ready = nixgen::pipeline::build(&cluster, None).expect("no bug");
        for file in ready.files().iter().filter(|file| file.path().ends_with(".nix")) {
            let rendered = essence(file.text());
            for format in formatters {
                let formatted = format(file.text().to_owned());
                assert!(rendered == essence(&formatted), "{}: {}", path.display(), file.path());
            }
        }
    }
}

/// A tree in the middle of a merge: one branch changed the memory of a VM, and
/// the other what `edit` does to the same machine.
fn merging(edit: impl Fn(&Sandbox)) -> Sandbox {
    let sandbox = Sandbox::with_config(&read("tests/golden/ok/minimal.toml"));
    sandbox.expect(0, &["render", "-q"]);
    assert!(git(&sandbox, &["init", "-q", "-b", "main"]) && git(&sandbox, &["add", "."]));
    assert!(git(&sandbox, &["commit", "-qm", "base"]) && git(&sandbox, &["branch", "other"]));
    let memory = "memory = \"8GiB\"";
    let grown = "memory = \"16GiB\"";
    sandbox.edit("cluster.toml", memory, grown);
    sandbox.expect(0, &["render", "-q"]);
    assert!(
        git(&sandbox, &["commit", "-qam", "memory"]) && git(&sandbox, &["checkout", "-q", "other"])
    );
    edit(&sandbox);
    assert!(git(&sandbox, &["commit", "-qam", "edit"]));
    assert!(!git(&sandbox, &["merge", "-q", "main"]), "the lock conflicts");
    assert!(sandbox.read("nixgen.lock").contains("<<<<<<<"));
    sandbox
}

#[test]
fn conflicts_of_a_merge_are_resolved_by_rendering() {
    let sandbox = merging(|sandbox| {
        sandbox.edit("cluster.toml", "role = \"worker\"", "role = \"worker\"\nvcpu = 4");
        sandbox.expect(0, &["render", "-q"]);
    });
    let checked = sandbox.run(&["check"]);
    assert!(checked.stderr.contains("nixgen.lock has conflicts of a merge"), "{checked:?}");
    assert_eq!(checked.status, 1);
    // nixgen wrote both sides of it, as git and the lock know.
    assert!(sandbox.read("docs/cluster.md").contains("<<<<<<<"));
    assert!(checked.stdout.contains("stale          docs/cluster.md\n"), "{checked:?}");
    sandbox.expect(0, &["render"]);
    for path in ["nixgen.lock", "docs/cluster.md"] {
        assert!(!sandbox.read(path).contains("<<<<<<<"));
    }
    sandbox.expect(0, &["check"]);
    assert!(!sandbox.at("docs/cluster.md.orig").exists());
}

#[test]
fn conflicts_with_an_edit_of_a_person_are_left_to_them() {
    let sandbox = merging(|sandbox| {
        sandbox.edit("cluster.toml", "role = \"worker\"", "role = \"worker\"\nvcpu = 4");
        sandbox.expect(0, &["render", "-q"]);
        sandbox.edit("docs/cluster.md", "4 vCPU", "4 (mine) vCPU");
    });
    let text = sandbox.read("docs/cluster.md");
    assert!(text.contains("<<<<<<<"), "{text}");
    let refused = sandbox.expect(5, &["render"]).stderr;
    assert!(refused.contains("docs/cluster.md has conflicts of a merge\n"), "{refused}");
    assert!(refused.contains("    git checkout --ours docs/cluster.md\n"), "{refused}");
    assert_eq!(sandbox.read("docs/cluster.md"), text);
    assert!(git(&sandbox, &["checkout", "--theirs", "docs/cluster.md"]), "main's, of nixgen");
    sandbox.expect(0, &["render"]);
    sandbox.expect(0, &["check"]);
}

#[test]
fn line_ends_stay_as_they_are_where_a_file_is_replaced() {
    let (sandbox, path) = fixture(State::Stale);
    let windows = copy(&sandbox, |_, text| text.replace('\n', "\r\n"));
    let shown = windows.expect(1, &["diff"]).stdout;
    let lines = |mark: char| shown.lines().filter(|line| line.starts_with(mark)).count();
    assert_eq!(lines('+') - lines('-'), 0, "{shown}");
    assert!(lines('+') < 10, "only what differs: {shown}");
    assert!(git(&windows, &["init", "-q"]));
    windows.write("d.patch", &shown);
    assert!(git(&windows, &["apply", "--check", "d.patch"]), "{shown}");
    windows.expect(0, &["render"]);
    let text = windows.read(path);
    assert!(text.contains("vcpu = 4;\r\n"), "{text}");
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    windows.expect(0, &["check"]);
}

#[test]
fn a_lock_that_was_not_committed_fails_the_check() {
    let sandbox = Sandbox::with_config(&read("tests/golden/ok/minimal.toml"));
    sandbox.expect(0, &["render", "-q"]);
    let lock = sandbox.read("nixgen.lock");
    sandbox.edit("cluster.toml", "memory = \"8GiB\"", "memory = \"16GiB\"");
    sandbox.expect(0, &["render", "-q"]);
    sandbox.write("nixgen.lock", &lock);
    assert_eq!(sandbox.expect(1, &["check"]).stdout, "stale          nixgen.lock\n");
    fs::remove_file(sandbox.at("nixgen.lock")).expect("removed");
    sandbox.expect(1, &["check"]);
    sandbox.expect(0, &["render", "-q"]);
    sandbox.expect(0, &["check"]);
}

#[test]
fn the_lock_remembers_the_first_control_plane_when_the_data_files_are_gone() {
    let sandbox =
        Sandbox::with_config(&read("tests/golden/steps/first-control-plane-by-name/before.toml"));
    sandbox.expect(0, &["render", "-q"]);
    std::fs::remove_dir_all(sandbox.at("lib/domains")).expect("removed");
    let after = read("tests/golden/steps/first-control-plane-by-name/after.toml");
    sandbox.write("cluster.toml", &after);
    let refused = sandbox.expect(3, &["diff", "-q"]);
    assert!(refused.stderr.contains("NG0915"), "{}", refused.stderr);
}

#[test]
fn a_flake_of_the_users_has_to_take_kubernetes_from_its_own_nixpkgs() {
    let minimal = read("tests/golden/ok/minimal.toml");
    let key = "[cluster]\nkubernetes_nixpkgs = \"github:NixOS/nixpkgs/abc\"";
    let sandbox = Sandbox::with_config(&minimal.replacen("[cluster]", key, 1));
    sandbox.expect(0, &["render", "-q"]);
    for without in
        ["{ outputs = _: { }; }", "{ inputs.nixpkgs.url = \"github:NixOS/nixpkgs\"; }", "{"]
    {
        sandbox.write("flake.nix", without);
        let said = sandbox.expect(3, &["check"]).stderr;
        assert!(said.contains("error[NG0606]: `flake.nix` is yours"), "{without}: {said}");
        let line = "inputs.nixpkgs-kubernetes.url = \"github:NixOS/nixpkgs/abc\";";
        assert!(said.contains(line), "{said}");
    }
    sandbox.expect(0, &["check", "-q", "--allow", "missing-input"]);
    for with in [
        "{ inputs.k8s.url = \"github:NixOS/nixpkgs/abc\"; }",
        "{ inputs = { k8s = { url = \"github:NixOS/nixpkgs/abc\"; }; }; outputs = _: { }; }",
    ] {
        sandbox.write("flake.nix", with);
        sandbox.expect(0, &["check", "-q"]);
    }
}

#[test]
fn an_output_that_is_left_to_the_user_stays_and_is_missed() {
    let minimal = read("tests/golden/ok/minimal.toml");
    let sandbox = Sandbox::with_config(&format!("{minimal}\n[outputs]\nhosts.render = true\n"));
    sandbox.expect(0, &["render", "-q"]);
    sandbox.edit("cluster.toml", "hosts.render = true", "microvm-guest.render = false");
    sandbox.expect(0, &["render", "-q"]);
    let guest = sandbox.read("modules/nixos/microvm-guest.nix");
    assert!(guest.starts_with("# Ejected from nixgen"), "{guest}");
    assert!(!sandbox.read("nixgen.lock").contains("microvm-guest.nix"));
    sandbox.expect(0, &["check", "-q"]);

    fs::remove_file(sandbox.at("modules/nixos/microvm-guest.nix")).expect("removed");
    let said = sandbox.expect(3, &["check"]).stderr;
    assert!(
        said.contains("error[NG0605]: `modules/nixos/microvm-guest.nix` is imported"),
        "{said}"
    );
    sandbox.expect(0, &["check", "-q", "--allow", "missing-output"]);
}

#[test]
fn an_index_of_the_users_stays_whenever_it_came() {
    const INDEX: &str = "lib/domains/default.nix";
    const THEIRS: &str = "{ vms = import ./vms.nix; secrets.path = \"/run/secrets\"; }\n";

    let sandbox = Sandbox::with_config(&read("tests/golden/ok/minimal.toml"));
    sandbox.write(INDEX, THEIRS);
    for from_the_start in [true, false] {
        sandbox.expect(0, &["render", "-q", "--yes", "--force"]);
        sandbox.expect(0, &["check"]);
        sandbox.expect(2, &["adopt", "--yes", INDEX]);
        assert_eq!(sandbox.read(INDEX), THEIRS, "there from the start: {from_the_start}");
        assert!(!sandbox.read("nixgen.lock").contains(INDEX));
        assert!(list(&sandbox).iter().all(|(path, _)| path != INDEX));
        if from_the_start {
            fs::remove_file(sandbox.at(INDEX)).expect("there");
            sandbox.expect(1, &["check"]);
            sandbox.expect(0, &["render", "-q", "--yes"]);
            assert!(sandbox.read(INDEX).contains("hosts = import ./hosts.nix;"));
            sandbox.write(INDEX, THEIRS);
        }
    }
    // Between revisions, too: a new folder of the data moves no index of theirs.
    support::git::init(&sandbox);
    sandbox.edit(
        "cluster.toml",
        "[network]",
        "[outputs]\ndomains.path = \"lib/data\"\n\n[network]",
    );
    sandbox.write("lib/data/default.nix", THEIRS);
    let diff = sandbox.expect(1, &["diff", "--base", "main"]).stdout;
    assert!(diff.contains("lib/data/vms.nix") && !diff.contains("default.nix"), "{diff}");
    // One of nixgen's that was edited under its header is in the way, as any other.
    fs::remove_file(sandbox.at("lib/data/default.nix")).expect("there");
    sandbox.expect(0, &["render", "-q", "--yes"]);
    sandbox.edit("lib/data/default.nix", "vms =", "more = { };\n  vms =");
    sandbox.expect(5, &["render", "-q", "--yes"]);
}
