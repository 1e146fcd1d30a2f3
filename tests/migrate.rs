//! `docs/migrate.md`: its commands, run on a repository that was written by hand. Each
//! step can be deployed, changes what it is about alone, and can be taken back.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use serde_json::Value;

use crate::flake_fixtures::{copy, report};
use crate::support::git::{git, init};
use crate::support::{Sandbox, TODAY, read, tool};

const KUBERNETES: &str = "1.36.2";

/// A step of the guide.
struct Step {
    /// What its prose has the owner do before the commands.
    edit: fn(&Sandbox),
    /// The machines that it may change, and has to.
    changes: &'static [&'static str],
}

const STEPS: [Step; 8] = [
    Step { edit: |_| {}, changes: &[] },
    Step { edit: |tree| tree.write("cluster.toml", &read(CONFIG)), changes: &[] },
    Step { edit: read_the_data, changes: &["homelab/vault"] },
    Step { edit: move_a_first_vm, changes: &["homelab", "homelab/vault"] },
    Step {
        edit: |tree| tree.edit(VMS, "[ \"vault\" ]", "[ \"vault\" \"k8s-worker-1\" ]"),
        changes: &["homelab", "homelab/k8s-worker-1"],
    },
    Step {
        edit: |tree| tree.edit(VMS, "-1\" ]", "-1\" \"k8s-master\" ]"),
        changes: &["homelab", "homelab/k8s-master"],
    },
    Step {
        edit: |tree| {
            tree.edit(HOST, "./kubernetes.nix", "./cluster-network.nix");
            tree.edit(HOST, "./network.nix", "./k8s-worker-host.nix");
        },
        changes: &["homelab"],
    },
    Step { edit: |tree| tree.write(VMS, ONLY_NIXGENS), changes: &[] },
];

const CONFIG: &str = "flake-fixtures/by-hand/cluster.toml";
const VMS: &str = "lib/mk-microvms.nix";
const HOST: &str = "modules/nixos/host.nix";

fn read_the_data(tree: &Sandbox) {
    let guide = read("docs/migrate.md");
    let index = guide.split("```nix\n").nth(1).and_then(|rest| rest.split("```").next());
    tree.write("lib/data/default.nix", index.expect("the index in the guide"));
    for file in ["hosts", "network", "vms"] {
        fs::remove_file(tree.at(&format!("lib/data/{file}.nix"))).expect("removed");
    }
}

fn move_a_first_vm(tree: &Sandbox) {
    tree.edit(HOST, "./microvm-directories.nix", "./microvm-storage.nix");
    tree.edit(
        VMS,
        "  inherit (data.vms) definitions;\n",
        "  inherit (data.vms) definitions;\n  moved = [ \"vault\" ];\n  nixgen = import ./adapters/microvms.nix {\n    \
         inherit lib data;\n    modules = [ secretsModule ];\n    \
         filter = name: _: lib.elem name moved;\n  };\n",
    );
    let moved = "// nixgen.mkHostVms \"homelab\"";
    assert!(read("docs/migrate.md").contains(moved), "as the guide has it");
    tree.write(VMS, &(tree.read(VMS) + moved));
}

const ONLY_NIXGENS: &str = "{ lib, data }:
(import ./adapters/microvms.nix {
  inherit lib data;
  modules = [
    {
      microvm.shares = [
        {
          source = data.secrets.path;
          mountPoint = data.secrets.path;
          tag = \"secrets\";
          proto = \"virtiofs\";
        }
      ];
    }
  ];
}).mkHostVms \"homelab\"
";

/// The commands of each step.
fn commands() -> Vec<String> {
    let guide = read("docs/migrate.md");
    let steps = guide.split("\n## ").skip(1);
    let blocks = |step: &str| {
        let blocks = step.split("```sh\n").skip(1);
        blocks.map(|rest| rest.split("```").next().expect("a block").to_owned()).collect()
    };
    steps.map(blocks).collect()
}

/// Runs commands as the owner would, with a Colmena that deploys nothing.
fn run(tree: &Sandbox, programs: &Sandbox, commands: &str) {
    let nixgen = Path::new(env!("CARGO_BIN_EXE_nixgen")).parent().expect("a folder");
    let path = env::var("PATH").expect("a path");
    let path = format!("{}:{}:{path}", nixgen.display(), programs.path().display());
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", commands])
        .current_dir(tree.path())
        .env("PATH", path)
        .env("SOURCE_DATE_EPOCH", TODAY)
        .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_NAME"), "Ada")))
        .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_EMAIL"), "ada@example.org")))
        .output()
        .expect("bash runs");
    assert!(output.status.success(), "{commands}\n{}", String::from_utf8_lossy(&output.stderr));
}

/// What the justfile reads of the data, of each MicroVM.
fn read_by_just(tree: &Sandbox) -> Vec<String> {
    let justfile = tree.read("justfile");
    let expressions = justfile.lines().filter_map(|line| line.split("--expr '").nth(1));
    let expressions = expressions.map(|rest| rest.split('\'').next().expect("its end"));
    let mut values = Vec::new();
    for expression in expressions.filter(|expression| expression.contains("{{vm}}")) {
        for vm in ["k8s-master", "k8s-worker-1", "vault"] {
            let data = format!("import {}/lib/data", tree.path().display());
            let expression = expression.replace("{{vm}}", vm).replace("import ./lib/data", &data);
            let args = ["--eval", "--strict", "--store", "dummy://", "--expr", &expression];
            let output = tool("nix-instantiate", "nix-bin", &args);
            values.push(String::from_utf8(output.stdout).expect("text"));
        }
    }
    assert!(values.len() > 3 && values.iter().all(|value| value.len() > 2), "{values:?}");
    values
}

/// The machines that are not the same in two reports.
fn changed(before: &Value, after: &Value) -> Vec<String> {
    let [before, after] = [before, after].map(|it| it["machines"].as_object().expect("machines"));
    assert!(before.keys().eq(after.keys()), "the machines are the same ones");
    after.iter().filter(|(name, it)| before[*name] != **it).map(|(name, _)| name.clone()).collect()
}

#[test]
fn each_step_of_the_guide_is_deployed_and_taken_back() {
    let (tree, programs) = (copy("by-hand"), Sandbox::new());
    fs::remove_file(tree.at("cluster.toml")).expect("removed");
    tree.write(".gitattributes", "lib/data/*.nix filter=git-crypt diff=git-crypt\n");
    init(&tree);
    // A Nix that would ask the network for the flake's inputs is one that fails.
    for (program, does) in [("colmena", ""), ("nix", "exit 1\n")] {
        programs.write(program, &format!("#!/bin/sh\n{does}"));
        fs::set_permissions(programs.at(program), fs::Permissions::from_mode(0o755)).expect("set");
    }
    let evaluate = || report(tree.path(), KUBERNETES);
    let by_just = read_by_just(&tree);

    let commands = commands();
    assert_eq!(commands.len(), STEPS.len());
    let mut reports = vec![evaluate()];
    for (step, commands) in STEPS.iter().zip(&commands) {
        (step.edit)(&tree);
        run(&tree, &programs, commands);
        let report = evaluate();
        assert_eq!(changed(reports.last().expect("one"), &report), step.changes, "{commands}");
        reports.push(report);
    }
    assert_eq!(read_by_just(&tree), by_just, "what the justfile reads");
    let encrypted = git(&tree, &["check-attr", "filter", "lib/domains/vms.nix", "cluster.toml"]);
    assert!(encrypted.lines().all(|line| line.ends_with(" git-crypt")), "{encrypted}");

    // The first step commits nothing, and so is not taken back.
    for (back, before) in reports.iter().skip(1).rev().skip(1).enumerate() {
        git(&tree, &["revert", "--no-edit", &format!("HEAD~{}", 2 * back)]);
        assert_eq!(changed(before, &evaluate()), [""; 0], "{back} steps back");
    }
}
