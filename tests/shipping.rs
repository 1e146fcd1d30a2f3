//! How nixgen is released and installed: the scripts of the release's workflow and
//! of the action, run on a machine without GitHub, and what they have to agree on.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use crate::support::git::{commit, git, init};
use crate::support::{Ran, Sandbox, read, repository};
use serde_json::Value;

const VERSION: &str = env!("CARGO_PKG_VERSION");
const WORKFLOWS: [&str; 2] = [".github/workflows/ci.yml", ".github/workflows/release.yml"];
const TARGETS: [&str; 4] = [
    "aarch64-apple-darwin",
    "aarch64-unknown-linux-musl",
    "x86_64-apple-darwin",
    "x86_64-unknown-linux-musl",
];

fn yaml(path: &str) -> Value {
    serde_norway::from_str(&read(path)).expect("YAML")
}

/// Writes a program that a shell reads.
fn program(sandbox: &Sandbox, path: &str, script: &str) {
    sandbox.write(path, &format!("#!/bin/sh\n{script}\n"));
    fs::set_permissions(sandbox.at(path), fs::Permissions::from_mode(0o755)).expect("set");
}

/// A command of the shell's with no environment but a path that begins here.
fn bash(sandbox: &Sandbox, arguments: &[&str]) -> Command {
    let path = std::env::var("PATH").expect("a path");
    let mut command = Command::new("bash");
    command.args(arguments).current_dir(sandbox.path()).env_clear();
    command.env("PATH", format!("{}:{path}", sandbox.at("bin").display()));
    command.env("SOURCE_DATE_EPOCH", "1780272000").env("HOME", sandbox.path());
    command
}

fn ran(mut command: Command) -> Ran {
    Ran::of(command.output().expect("it runs"))
}

/// A commit that can be released as 1.2.3.
fn releasable() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("release/notes.sh", &read("release/notes.sh"));
    let version = format!("version = \"{VERSION}\"");
    sandbox.write("Cargo.toml", &read("Cargo.toml").replacen(&version, "version = \"1.2.3\"", 1));
    let named = format!("name = \"nixgen\"\n{version}");
    let lock = read("Cargo.lock").replacen(&named, "name = \"nixgen\"\nversion = \"1.2.3\"", 1);
    sandbox.write("Cargo.lock", &lock);
    sandbox.edit("Cargo.toml", "license", "repository = \"https://forge/ada/nixgen\"\nlicense");
    let log = "# Changelog\n\nWords.\n\n## 1.2.3, 2026-12-01\n\n### Added\n\n- More.\n\n## 1.2.2, 2026-11-01\n\n- Less.\n";
    sandbox.write("CHANGELOG.md", log);
    sandbox
}

fn notes(sandbox: &Sandbox, tag: &str) -> Ran {
    let mut command = bash(sandbox, &["release/notes.sh", tag]);
    command.env("GITHUB_SERVER_URL", "https://forge").env("GITHUB_REPOSITORY", "ada/nixgen");
    ran(command)
}

#[test]
fn only_what_agrees_is_released() {
    let told = notes(&releasable(), "v1.2.3");
    assert_eq!((told.status, told.stdout.trim()), (0, "### Added\n\n- More."), "{told:?}");
    for (file, from, to, why) in [
        ("Cargo.toml", "version = \"1.2.3\"", "version = \"1.2.4\"", "Cargo.toml is 1.2.4"),
        ("Cargo.lock", "version = \"1.2.3\"", "version = \"1.2.2\"", "cargo update --workspace"),
        ("Cargo.toml", "//forge/ada", "//forge/eve", "repository = \"https://forge/ada/nixgen\""),
        ("Cargo.toml", "//forge/ada", "//forge/eve", "and has \"https://forge/eve/nixgen\""),
        (
            "Cargo.toml",
            "repository",
            "homepage",
            "does not say where it is released from: write repository = \"https://forge/ada/nixgen\"",
        ),
        ("CHANGELOG.md", "Words.\n", "Words.\n\n## Unreleased\n", "begins with \"Unreleased\""),
        ("CHANGELOG.md", "## 1.2.3, 2026-12-01\n", "", "begins with \"1.2.2, 2026-11-01\""),
        ("CHANGELOG.md", "1.2.3, 2026-12-01", "1.2.3", "has to begin with \"1.2.3, DATE\""),
        ("CHANGELOG.md", "1.2.3, 2026", "1x2.3, 2026", "has to begin with \"1.2.3, DATE\""),
        ("CHANGELOG.md", "### Added\n\n- More.\n", "", "says nothing of it"),
    ] {
        let sandbox = releasable();
        sandbox.edit(file, from, to);
        let refused = notes(&sandbox, "v1.2.3");
        assert_eq!((refused.status, &*refused.stdout), (1, ""), "{file}: {to}");
        assert!(refused.stderr.contains(why), "{file}: {to}: {}", refused.stderr);
    }
    for tag in ["1.2.3", "v1.2.4", "v1.2.3-rc1", "v1.2", "$(touch pwned)"] {
        let sandbox = releasable();
        assert_eq!(notes(&sandbox, tag).status, 1, "{tag}");
        assert!(!sandbox.at("pwned").exists());
    }
}

#[test]
fn the_changelog_begins_with_what_comes_next() {
    let log = read("CHANGELOG.md");
    let first = log.lines().find_map(|line| line.strip_prefix("## ")).expect("a version");
    assert!(first == "Unreleased" || first.starts_with(&format!("{VERSION}, ")), "{first}");
}

/// What is released, of programs that do what this one does.
fn released() -> Sandbox {
    let sandbox = Sandbox::new();
    for target in TARGETS {
        let script = format!("exec '{}' \"$@\"", env!("CARGO_BIN_EXE_nixgen"));
        program(&sandbox, &format!("built/{target}/nixgen"), &script);
    }
    let script = repository().join("release/archives.sh");
    let (built, dist) = (sandbox.at("built"), sandbox.at("dist"));
    let paths = [&script, &built, &dist].map(|path| path.to_str().expect("text"));
    let packed = ran(bash(&sandbox, &paths));
    assert_eq!(packed.status, 0, "{packed:?}");
    sandbox
}

#[test]
fn an_archive_has_the_program_the_manual_and_the_completions() {
    let (first, again) = (released(), released());
    let names: Vec<String> = TARGETS.iter().map(|it| format!("nixgen-{it}.tar.gz")).collect();
    for name in names.iter().map(String::as_str).chain(["SHA256SUMS"]) {
        let bytes = |sandbox: &Sandbox| fs::read(sandbox.at(&format!("dist/{name}"))).expect(name);
        assert!(bytes(&first) == bytes(&again), "{name}");
    }
    let sums = ran(bash(&first, &["-c", "cd dist && sha256sum --check --strict SHA256SUMS"]));
    assert_eq!((sums.status, sums.stdout.lines().count()), (0, TARGETS.len()));
    // As `cargo binstall` looks for it.
    let manifest: toml::Table = read("Cargo.toml").parse().expect("TOML");
    let asked = &manifest["package"]["metadata"]["binstall"];
    let filled = |key: &str| {
        let text = asked[key].as_str().expect("text").replace("{ repo }", "https://forge");
        let text = text.replace("{ name }", "nixgen").replace("{ bin }", "nixgen");
        text.replace("{ version }", "1.2.3").replace("{ target }", TARGETS[0])
    };
    assert_eq!(filled("pkg-url"), format!("https://forge/releases/download/v1.2.3/{}", names[0]));
    let listed = ran(bash(&first, &["-c", &format!("tar -tzf dist/{}", names[0])]));
    let listed: BTreeSet<&str> = listed.stdout.lines().collect();
    assert!(listed.contains(&*filled("bin-dir")), "{listed:?}");
    let folder = format!("nixgen-{}", TARGETS[0]);
    for file in ["LICENSE", "CHANGELOG.md", "man/nixgen-render.1", "completions/_nixgen"] {
        assert!(listed.contains(&*format!("{folder}/{file}")), "{file}: {listed:?}");
    }
}

#[test]
fn every_script_knows_the_targets() {
    let matrix = &yaml(WORKFLOWS[1])["jobs"]["build"]["strategy"]["matrix"]["include"];
    let built: BTreeSet<&str> = matrix
        .as_array()
        .expect("targets")
        .iter()
        .map(|job| job["target"].as_str().expect("text"))
        .collect();
    assert_eq!(built, TARGETS.into());
    let install = read("pipeline/install.sh");
    for target in TARGETS {
        assert!(install.contains(&format!(" target={target} ;;")), "{target}");
    }
}

/// Runs the action's script with a stand-in for GitHub's own program, which has these
/// releases and attests only with what it is given.
fn install(sandbox: &Sandbox, releases: &Sandbox, attested: &str, env: &[(&str, &str)]) -> Ran {
    let gh = format!(
        "echo \"$*\" >>'{log}'\n\
         case $1 in\n\
         release) cp \"{dist}/$7\" . ;;\n\
         *) case \" $* \" in *' {attested} '*) ;; *) exit 1 ;; esac ;;\n\
         esac",
        log = sandbox.at("log").display(),
        dist = releases.at("dist").display(),
    );
    program(sandbox, "bin/gh", &gh);
    let script = repository().join("pipeline/install.sh");
    let mut command = bash(sandbox, &[script.to_str().expect("text")]);
    command
        .env("GITHUB_ACTION_PATH", repository())
        .env("GITHUB_OUTPUT", sandbox.at("outputs"))
        .env("NIXGEN_ROOT", sandbox.at("root"))
        .env("NIXGEN_REPOSITORY", "ada/nixgen")
        .env("NIXGEN_COMMIT", "0123456789abcdef0123456789abcdef01234567")
        .env("GH_TOKEN", "t0ken")
        .env("RUNNER_OS", "Linux")
        .env("RUNNER_ARCH", "X64")
        .envs(env.iter().copied());
    ran(command)
}

#[test]
fn the_action_installs_what_was_built_from_its_commit() {
    let releases = released();
    let digest = "--source-digest 0123456789abcdef0123456789abcdef01234567";
    let tag = "--source-ref refs/tags/v1.2.3";
    for (attested, env) in [
        (digest, vec![]),
        (digest, vec![("RUNNER_OS", "macOS"), ("RUNNER_ARCH", "ARM64")]),
        (tag, vec![("NIXGEN_COMMIT", "v1.2.3")]),
    ] {
        let sandbox = Sandbox::new();
        let installed = install(&sandbox, &releases, attested, &env);
        assert_eq!((installed.status, &*installed.stdout), (0, ""), "{installed:?}");
        assert_eq!(sandbox.read("outputs"), "installed=true\n");
        let version = Command::new(sandbox.at("root/bin/nixgen")).arg("-V").output();
        assert!(version.expect("it runs").status.success());
        let log = sandbox.read("log");
        let mut asked = log.lines();
        let download = format!("release download v{VERSION} --repo ada/nixgen --pattern nixgen-");
        assert!(asked.next().expect("a call").starts_with(&download), "{log}");
        let verify = asked.next().expect("a call");
        let workflow = "--signer-workflow ada/nixgen/.github/workflows/release.yml";
        for flag in ["--repo ada/nixgen", workflow, "--deny-self-hosted-runners"] {
            assert!(verify.contains(flag), "{flag}: {verify}");
        }
    }
}

#[test]
fn the_action_builds_what_nobody_attests() {
    let (releases, none) = (released(), Sandbox::new());
    none.write("no-path", "PATH=/nowhere");
    let nowhere = none.at("no-path").display().to_string();
    let digest = "--source-digest 0123456789abcdef0123456789abcdef01234567";
    let nobody = "--source-ref refs/tags/v9";
    for (releases, attested, env, why) in [
        (&none, digest, vec![], "there is no release v"),
        (&releases, nobody, vec![], "nothing attests that release v"),
        (&releases, digest, vec![("NIXGEN_COMMIT", "main")], "was built from main"),
        (&releases, digest, vec![("NIXGEN_COMMIT", "")], "where the action comes from"),
        (&releases, digest, vec![("RUNNER_OS", "Windows")], "nothing is released for this machine"),
        (&releases, digest, vec![("BASH_ENV", &*nowhere)], "gh, which verifies a release, is not"),
    ] {
        let sandbox = Sandbox::new();
        let ran = install(&sandbox, releases, attested, &env);
        assert_eq!(ran.status, 0, "{ran:?}");
        assert!(ran.stdout.starts_with("::notice title=nixgen::"), "{ran:?}");
        assert!(ran.stdout.contains(why), "{why}: {ran:?}");
        assert!(ran.stdout.ends_with(": nixgen is built from its source\n"), "{ran:?}");
        assert!(!sandbox.at("outputs").exists() && !sandbox.at("root").exists(), "{why}");
    }
}

#[test]
fn workflows_ask_for_little_and_put_no_expression_into_a_script() {
    for path in WORKFLOWS {
        let workflow = yaml(path);
        assert_eq!(workflow["permissions"], serde_json::json!({ "contents": "read" }), "{path}");
        for (name, job) in workflow["jobs"].as_object().expect("jobs") {
            let may_write = job["permissions"].is_object();
            assert_eq!(may_write, name == "publish", "{path}: {name}");
            for step in job["steps"].as_array().expect("steps") {
                let run = step["run"].as_str().unwrap_or_default();
                assert!(!run.contains("${{"), "{path}: {run}");
                assert!(!may_write || !run.contains("cargo"), "{path}: {run}");
                let is_clone = step["uses"].as_str().is_some_and(|it| it.contains("/checkout@"));
                assert!(!is_clone || step["with"]["persist-credentials"] == false, "{path}");
            }
        }
    }
}

#[test]
fn the_commit_is_that_of_the_clone_or_what_the_builder_says() {
    let sandbox = Sandbox::new();
    let (source, built) = (repository().join("build.rs"), sandbox.at("build"));
    let mut compile = Command::new("rustc");
    compile.args(["--edition", "2024", "-o"]).args([&built, &source]);
    assert!(compile.status().expect("rustc runs").success());
    let said = |folder: &str, env: &[(&str, &str)]| {
        let mut command = Command::new(&built);
        command.current_dir(sandbox.at(folder)).env_remove("NIXGEN_COMMIT");
        command.env("PROFILE", "release").envs(env.iter().copied());
        let ran = ran(command);
        let prefix = "cargo::rustc-env=NIXGEN_COMMIT=";
        ran.stdout.lines().find_map(|line| line.strip_prefix(prefix)).map(str::to_owned)
    };
    sandbox.write("src/lib.rs", "");
    sandbox.write("copy/src/lib.rs", "");
    assert_eq!(said(".", &[]), None, "there is no clone");
    init(&sandbox);
    let head = git(&sandbox, &["rev-parse", "HEAD"]);
    assert_eq!(said(".", &[]).as_deref(), Some(&head[..12]));
    assert_eq!(said("copy", &[]), None, "it is the clone of something else");
    assert_eq!(said(".", &[("PROFILE", "debug")]), None, "tests would be built again");
    assert_eq!(said(".", &[("NIXGEN_COMMIT", "abc")]), None, "the compiler sees it itself");
    sandbox.write("src/lib.rs", "// more\n");
    assert_eq!(said(".", &[]), Some(format!("{}-dirty", &head[..12])));
    git(&sandbox, &["tag", "v1.2.3"]);
    commit(&sandbox, "more");
    let head = git(&sandbox, &["rev-parse", "HEAD"]);
    assert_eq!(said(".", &[]).as_deref(), Some(&head[..12]));
}
