//! Git starts nothing of anybody's, obeys no surroundings, and is only asked about
//! the repository that nixgen has found; and what is told of its attributes.

use std::fs::{self, File};
use std::os::unix::fs::chown;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use crate::support::git::{every_program, git, init, plant_repository};
use crate::support::{Ran, Sandbox, read};
use rustix::process::geteuid;

const CONFIG: &str = "tests/golden/review/base.toml";

/// Every command that asks git, or might, with `--config` to be added.
const COMMANDS: &[&[&str]] = &[
    &["validate"],
    &["check", "--format", "sarif"],
    &["check"],
    &["list"],
    &["diff"],
    &["diff", "--base", "main"],
    &["diff", "--base", "main", "--format", "markdown"],
    &["explain", "vms/vault.nix:3"],
    &["graph"],
    &["templates", "list"],
    &["templates", "eject", "k8s/flannel.yaml"],
    &["adopt", "vms/vault.nix"],
    &["eject", "vms/vault.nix", "--yes"],
    &["render", "--yes", "--force", "--git-add"],
];

/// A tree below the top of its repository, with a file for each question that git is
/// asked: one that is edited and stale, one with conflicts, one that it does not know.
fn tree() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("infra/cluster.toml", &read(CONFIG));
    let render = ["render", "-q", "--yes", "--config", "infra/cluster.toml"];
    sandbox.expect(0, &render);
    init(&sandbox);
    sandbox.edit("infra/vms/vault.nix", "vcpu = 2", "vcpu = 3");
    sandbox.edit("infra/docs/cluster.md", "\n", "\n<<<<<<< HEAD\n=======\n>>>>>>> x\n");
    sandbox.edit("infra/cluster.toml", "[vms.vault]", "[vms.vault]\nvcpu = 4");
    git(&sandbox, &["rm", "-q", "infra/vms/worker-1.nix"]);
    sandbox
}

/// Runs every command, and asks after each whether a program was started.
fn assert_that_nothing_starts(sandbox: &Sandbox, traps: &Sandbox) {
    for args in COMMANDS {
        sandbox.run(&[args, &["--config", "infra/cluster.toml"][..]].concat());
        // As from the folder itself, which git would look at first.
        let mut here = sandbox.command(args);
        here.current_dir(sandbox.at("infra")).output().expect("nixgen runs");
        let pwned = fs::read_to_string(traps.at("pwned")).unwrap_or_default();
        assert!(pwned.is_empty(), "{args:?} started {pwned}");
    }
    let known = git(sandbox, &["-c", "core.fsmonitor=false", "ls-files", "infra/vms/worker-1.nix"]);
    assert!(!known.is_empty(), "the last command came to its end");
}

#[test]
fn a_repository_that_a_branch_brings_starts_nothing() {
    let (sandbox, traps) = (tree(), Sandbox::new());
    plant_repository(&sandbox.at("infra"), traps.path());
    git(&sandbox, &["add", "--all", "--force", "infra/HEAD", "infra/config", "infra/refs"]);
    assert_that_nothing_starts(&sandbox, &traps);
    // The trap is one.
    let mut status = Command::new("git");
    status.args(["-c", "safe.bareRepository=all", "status"]).current_dir(sandbox.at("infra"));
    status.output().expect("git runs");
    assert!(traps.at("pwned").exists());
}

#[test]
fn the_configuration_of_the_repository_starts_nothing() {
    let (sandbox, traps) = (tree(), Sandbox::new());
    sandbox.write("infra/.gitattributes", "* filter=x diff=x merge=x\n");
    git(&sandbox, &["add", "infra/.gitattributes"]);
    // As where a clone includes settings that are in the tree.
    sandbox.write(".gitconfig", &every_program(traps.path()));
    let config = sandbox.read(".git/config");
    let config = config.replace("repositoryformatversion = 0", "repositoryformatversion = 1");
    sandbox.write(".git/config", &(config + "[include]\n\tpath = ../.gitconfig\n"));
    make_racy(&sandbox);
    assert_that_nothing_starts(&sandbox, &traps);
    make_racy(&sandbox);
    sandbox.write("new", "x");
    let mut add = Command::new("git");
    add.args(["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"]);
    add.args(["add", "--intent-to-add", "new"]).current_dir(sandbox.path());
    add.output().expect("git runs");
    assert!(traps.at("pwned").exists(), "a filter alone is a trap");
}

/// Makes all that git knows look as if it had changed since it was looked at last, in
/// files whose sizes say nothing.
fn make_racy(sandbox: &Sandbox) {
    let index = File::options().write(true).open(sandbox.at(".git/index")).expect("there");
    index.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1)).expect("set");
}

#[test]
fn the_surroundings_say_nothing() {
    let (sandbox, traps) = (Sandbox::with_config(&read(CONFIG)), Sandbox::new());
    sandbox.expect(0, &["render", "-q", "--yes"]);
    init(&sandbox);
    every_program(traps.path());
    let (script, trace) = (traps.at("pwn.sh"), traps.at("trace"));
    let (script, trace) = (script.to_str().expect("text"), trace.to_str().expect("text"));
    for (name, value) in [
        ("GIT_DIR", "/nowhere"),
        ("GIT_COMMON_DIR", "/nowhere"),
        ("GIT_WORK_TREE", "/nowhere"),
        ("GIT_INDEX_FILE", "/nowhere"),
        ("GIT_OBJECT_DIRECTORY", "/nowhere"),
        ("GIT_ALTERNATE_OBJECT_DIRECTORIES", "/nowhere"),
        ("GIT_QUARANTINE_PATH", "/nowhere"),
        ("GIT_NAMESPACE", "x"),
        ("GIT_CEILING_DIRECTORIES", "/"),
        ("GIT_CONFIG_PARAMETERS", "'core.fsmonitor'='/nowhere' broken"),
        ("GIT_CONFIG_COUNT", "x"),
        ("GIT_EXEC_PATH", traps.path().to_str().expect("text")),
        ("GIT_EXTERNAL_DIFF", script),
        ("GIT_SSH_COMMAND", script),
        ("GIT_PAGER", script),
        ("GIT_TRACE", trace),
        ("GIT_TRACE2_EVENT", trace),
        ("GIT_LITERAL_PATHSPECS", "x"),
        ("GIT_DEFAULT_HASH", "md5"),
    ] {
        for args in [&["diff", "--base", "HEAD"][..], &["check"]] {
            let mut command = sandbox.command(args);
            let ran = Ran::of(command.env(name, value).output().expect("nixgen runs"));
            assert_eq!(ran.status, 0, "{name}: {ran:?}");
            assert!(!ran.stderr.contains("git"), "{name}: {ran:?}");
        }
        assert!(!traps.at("pwned").exists() && !traps.at("trace").exists(), "{name}");
    }
}

/// A change of memory in a tree, as `diff --base HEAD` has to show it.
fn assert_compared(sandbox: &Sandbox, folder: &str) {
    let config = format!("{folder}/cluster.toml");
    sandbox.edit(&config, "memory = \"16GiB\"", "memory = \"32GiB\"");
    let args = ["diff", "--base", "HEAD", "--format", "stat", "--config", &config];
    let ran = sandbox.expect(1, &args);
    assert!(ran.stdout.contains("vms/worker-1.nix"), "{ran:?}");
    assert!(ran.stdout.ends_with("  none\n"), "{ran:?}");
    let file = format!("{folder}/new.nix");
    sandbox.write(&file, "{ }\n");
    // Its work tree, and no other, is asked what it knows.
    fs::remove_file(sandbox.at(&file)).expect("there");
    let checked = sandbox.run(&["check", "--config", &config]);
    assert!(!checked.stdout.contains("untracked"), "{checked:?}");
}

#[test]
fn every_shape_of_a_repository_is_found() {
    let sandbox = Sandbox::new();
    let origin = sandbox.at("origin");
    fs::create_dir(&origin).expect("made");
    sandbox.write("origin/cluster.toml", &read(CONFIG));
    sandbox.expect(0, &["render", "-q", "--yes", "--config", "origin/cluster.toml"]);
    let in_folder = |folder: &str, args: &[&str]| {
        git(&sandbox, &[&["-C", folder, "-c", "protocol.file.allow=always"], args].concat());
    };
    in_folder("origin", &["init", "-q", "-b", "main"]);
    in_folder("origin", &["add", "--all"]);
    in_folder("origin", &["commit", "-q", "-m", "one"]);
    in_folder("origin", &["worktree", "add", "-q", "--detach", "../linked"]);
    assert_compared(&sandbox, "linked");
    in_folder(".", &["clone", "-q", "--bare", "origin", "bare.git"]);
    in_folder("bare.git", &["worktree", "add", "-q", "../of-bare", "main"]);
    assert_compared(&sandbox, "of-bare");
    in_folder(".", &["init", "-q", "outer"]);
    let url = origin.to_str().expect("text");
    in_folder("outer", &["submodule", "--quiet", "add", url, "inner"]);
    assert_compared(&sandbox, "outer/inner");
    in_folder(".", &["clone", "-q", "--separate-git-dir", "elsewhere", "origin", "separate"]);
    assert_compared(&sandbox, "separate");
    in_folder(".", &["clone", "-q", "origin", "with\nnewline"]);
    assert_compared(&sandbox, "with\nnewline");
}

#[test]
fn somebody_elses_repository_is_left_to_git_to_judge() {
    if !geteuid().is_root() {
        // Nobody else may give it away.
        assert!(chown(Path::new("/"), Some(4001), Some(4001)).is_err());
        return;
    }
    let sandbox = Sandbox::with_config(&read(CONFIG));
    sandbox.expect(0, &["render", "-q", "--yes"]);
    init(&sandbox);
    chown(sandbox.path(), Some(4001), Some(4001)).expect("given");
    let home = Sandbox::new();
    let run = || {
        let mut command = sandbox.command(&["diff", "--base", "HEAD"]);
        command.env("HOME", home.path()).env_remove("SUDO_UID").env_remove("XDG_CONFIG_HOME");
        Ran::of(command.output().expect("nixgen runs"))
    };
    let ran = run();
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(ran.stderr.contains("git does not read .: detected dubious ownership"), "{ran:?}");
    home.write(".gitconfig", "[safe]\n\tdirectory = *\n");
    assert_eq!(run().status, 0);
}

/// The lines for `.gitattributes` that rendering offers.
fn offered(sandbox: &Sandbox) -> Vec<String> {
    let rendered = sandbox.expect(0, &["render", "--dry-run", "--config", "infra/cluster.toml"]);
    let lines = rendered.stderr.lines().filter_map(|line| line.strip_prefix("  /"));
    lines.map(|line| format!("/{line}")).collect()
}

#[test]
fn addresses_that_git_crypt_does_not_encrypt_are_named_with_the_lines_that_do() {
    let sandbox = Sandbox::new();
    sandbox.write("infra/cluster.toml", &read(CONFIG));
    git(&sandbox, &["init", "-q", "-b", "main"]);
    assert_eq!(offered(&sandbox), [""; 0], "nobody encrypts anything here");

    // Somebody does, in another folder of the repository.
    sandbox.write(".gitattributes", "keys/** filter=git-crypt-home diff=git-crypt-home\n");
    sandbox.write("keys/token", "");
    git(&sandbox, &["add", "keys/token"]);
    sandbox.expect(0, &["render", "--yes", "--quiet", "--config", "infra/cluster.toml"]);
    let lines = offered(&sandbox);
    let named =
        |path: &str| lines.contains(&format!("/{path} filter=git-crypt-home diff=git-crypt-home"));
    for path in ["cluster.toml", "lib/domains/network.nix", "vms/vault.nix", "docs/cluster.md"] {
        assert!(named(path), "{path}: {lines:?}");
    }
    for path in ["k8s/flannel.yaml", "nixgen.lock", "lib/adapters/microvms.nix"] {
        assert!(!named(path), "{path} has no address of the owner's");
    }

    // They are taken as they are, and one that is meant to be read is left alone.
    let lines = lines.join("\n").replace(
        "docs/cluster.md filter=git-crypt-home diff=git-crypt-home",
        "docs/cluster.md -filter",
    );
    sandbox.write("infra/.gitattributes", &lines);
    assert_eq!(offered(&sandbox), [""; 0]);
    let of = |path: &str| git(&sandbox, &["check-attr", "filter", path]);
    assert!(of("infra/vms/vault.nix").ends_with("filter: git-crypt-home"));
    assert!(of("infra/docs/cluster.md").ends_with("filter: unset"));

    sandbox.edit("infra/cluster.toml", "[vms.vault]", "[vms.registry]\n[vms.vault]");
    let new = "/vms/registry.nix filter=git-crypt-home diff=git-crypt-home";
    assert_eq!(offered(&sandbox), [new]);
}
