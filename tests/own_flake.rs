//! nixgen's own flake, and what it brings to flakes of users': evaluated by the
//! real Nix with stand-ins (`flake-fixtures/own.nix`). What Nix would build is not.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{Ran, Sandbox, blessing, read, repository, tool};
use serde_json::Value;
use walkdir::WalkDir;

const NIXGEN: &str = env!("CARGO_BIN_EXE_nixgen");
/// What stands for it where nothing is built.
const BUILT: &str = "/nix/store/00000000000000000000000000000000-nixgen/bin/nixgen";
const SYSTEMS: [&str; 4] = ["aarch64-darwin", "aarch64-linux", "x86_64-darwin", "x86_64-linux"];

/// The flake that `docs/nix.md` shows.
fn shown() -> String {
    let page = read("docs/nix.md");
    let block = page.split("```nix\n").nth(1).and_then(|rest| rest.split("```").next());
    block.expect("a flake").to_owned()
}

/// The report on the flake, and on that of a user's in a folder.
fn report(user: &Sandbox) -> Value {
    let eval = repository().join("flake-fixtures/own.nix");
    let file = user.at("flake.nix");
    let text = |path: &Path| path.to_str().expect("text").to_owned();
    let (eval, user, repository) = (text(&eval), text(&file), text(repository()));
    let args = ["--eval", "--strict", "--json", "--store", "dummy://", &eval];
    let named = ["--argstr", "repository", &repository, "--argstr", "user", &user];
    let output = tool("nix-instantiate", "nix-bin", &[&args[..], &named[..]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// The template's cluster, rendered, with the flake of the page.
fn user() -> Sandbox {
    let text = read("nix/template/cluster.toml");
    assert!(text.contains("flake = { render = true }"));
    let sandbox = Sandbox::with_config(&text.replace("flake = { render = true }", ""));
    sandbox.expect(0, &["render", "--quiet", "--yes"]);
    sandbox.write("flake.nix", &shown());
    sandbox
}

fn names(set: &Value) -> Vec<&str> {
    set.as_object().expect("a set").keys().map(String::as_str).collect()
}

#[test]
fn it_has_all_that_a_flake_has() {
    let report = report(&user());
    let own = &report["own"];
    assert_eq!(
        names(own),
        ["apps", "checks", "devShells", "formatter", "packages", "shortRev", "templates"]
    );
    for output in ["apps", "checks", "devShells", "formatter", "packages"] {
        assert_eq!(names(&own[output]), SYSTEMS, "{output}");
    }
    for system in SYSTEMS {
        let package = &own["packages"][system]["nixgen"];
        assert_eq!(package["version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(package["env"]["NIXGEN_COMMIT"], "abc1234");
        assert_eq!(package["meta"]["mainProgram"], "nixgen");
        assert_eq!(own["packages"][system]["default"], *package);
        assert_eq!(own["checks"][system]["nixgen"], *package);
        assert_eq!(own["apps"][system]["default"]["program"], BUILT);
    }
    assert_eq!(report["overlaid"]["nixgen"], own["packages"]["x86_64-linux"]["nixgen"]);
    let template = own["templates"]["default"]["path"].as_str().expect("a path");
    assert!(Path::new(template).join("cluster.toml").is_file(), "{template}");
    let shell = own["devShells"]["x86_64-linux"]["default"]["packages"].to_string();
    for program in ["shellcheck", "strace", "just", "pre-commit", "jq", "actionlint"] {
        assert!(shell.contains(&format!("-{program}\"")), "{program}: {shell}");
    }
}

/// The files and folders that the source has texts from, by the first part of them
/// that is a path.
pub fn compiled_in() -> BTreeSet<String> {
    let is_path = |text: &&str| text.contains(['/', '.']);
    let mut found = BTreeSet::new();
    for entry in WalkDir::new(repository().join("src")) {
        let entry = entry.expect("readable");
        let text = fs::read_to_string(entry.path()).unwrap_or_default();
        for place in text.split("include_str!(").skip(1) {
            let path = place.split('"').skip(1).step_by(2).find(is_path).expect("a path");
            // What lies beside the source is there with it.
            if path.starts_with(['.', '/']) {
                found.insert(path.trim_start_matches("../").trim_matches('/').to_owned());
            }
        }
    }
    found
}

#[test]
fn the_package_has_what_is_compiled() {
    let report = report(&user());
    let given = &report["own"]["packages"]["x86_64-linux"]["nixgen"]["src"];
    let given: Vec<String> = serde_json::from_value(given.clone()).expect("paths");
    for path in &given {
        assert!(Path::new(path).exists(), "{path}");
    }
    let mut used = compiled_in();
    assert!(used.contains("cluster.toml") && used.contains("templates"), "{used:?}");
    used.extend(["Cargo.lock", "Cargo.toml", "build.rs", "src", "tests"].map(str::to_owned));
    for path in used {
        let path = repository().join(path).display().to_string();
        assert!(given.contains(&path), "{path} is left out");
    }
}

#[test]
fn a_flake_of_a_users_own_renders_and_checks() {
    let user = user();
    let report = report(&user);
    let flake = &report["user"]["x86_64-linux"];
    assert_eq!(flake["apps"]["nixgen"]["program"], BUILT);
    let run = |script: &Value, arguments: &[&str]| {
        let script = script.as_str().expect("a script");
        assert!(script.contains(BUILT), "{script}");
        let mut command = Command::new("bash");
        command.args(["-euc", &script.replace(BUILT, NIXGEN), "script"]).args(arguments);
        // As in the sandbox of a build.
        command.current_dir(user.path()).env("out", user.at("out"));
        Ran::of(command.env("SOURCE_DATE_EPOCH", "315532800").output().expect("bash runs"))
    };
    let render = &flake["apps"]["render"]["program"];
    let check = &flake["checks"]["nixgen"]["script"];
    assert_eq!(run(check, &[]).status, 0);
    assert!(user.at("out").exists());
    user.edit("cluster.toml", "vcpu = 4", "vcpu = 8");
    let failed = run(check, &[]);
    assert!(failed.status == 1 && failed.stdout.contains("stale"), "{failed:?}");
    assert_eq!(run(render, &["--yes", "--quiet"]).status, 0);
    assert_eq!(run(check, &[]).status, 0);
    for script in [render, check] {
        let script = script.as_str().expect("a script");
        assert!(script.contains(" --allow other-version"), "{script}");
    }
}

#[test]
fn the_hooks_are_those_of_pre_commit() {
    let report = report(&user());
    let hooks = report["user"]["x86_64-linux"]["devShells"]["default"]["hooks"].clone();
    let theirs: Value = serde_norway::from_str(&read(".pre-commit-hooks.yaml")).expect("YAML");
    let theirs = theirs.as_array().expect("hooks");
    assert_eq!(names(&hooks).len(), theirs.len());
    for their in theirs {
        let hook = &hooks[their["id"].as_str().expect("an id")];
        for key in ["name", "description", "always_run", "pass_filenames"] {
            assert_eq!(hook[key], their[key], "{key}");
        }
        let entry = hook["entry"].as_str().expect("a command").replace(BUILT, "nixgen");
        assert_eq!(their["entry"], entry);
        assert_eq!(hook["enable"], their["id"] == "nixgen-check");
    }
}

#[test]
fn its_nix_is_laid_out() {
    let laid_out = |text: &str| nixfmt_rs::format(text).expect("it formats");
    for file in [
        "flake.nix",
        "flake-fixtures/own.nix",
        "nix/flake-module.nix",
        "nix/git-hooks.nix",
        "nix/package.nix",
    ] {
        let text = read(file);
        if blessing() {
            fs::write(repository().join(file), laid_out(&text)).expect("a writable checkout");
        } else {
            assert!(text == laid_out(&text), "{file}: set NIXGEN_BLESS=1");
        }
    }
    let shown = shown();
    assert_eq!(shown, laid_out(&shown), "docs/nix.md");
}
