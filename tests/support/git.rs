//! Real repositories.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{Sandbox, tool};

/// Runs git in a sandbox, as somebody whose settings are nobody's, and gives
/// what it prints.
pub fn git(sandbox: &Sandbox, args: &[&str]) -> String {
    git_reading(sandbox, args, b"")
}

/// The same, with something to read.
pub fn git_reading(sandbox: &Sandbox, args: &[&str], input: &[u8]) -> String {
    // That it is there at all.
    tool("git", "git", &["--version"]);
    let mut child = Command::new("git")
        .args(args)
        .current_dir(sandbox.path())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_NAME"), "Ada")))
        .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_EMAIL"), "ada@example.org")))
        .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_DATE"), "2024-01-01T00:00Z")))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("git runs");
    // It may end without having read it.
    let _ = child.stdin.take().expect("a pipe").write_all(input);
    let output = child.wait_with_output().expect("git ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {args:?}: {said}");
    String::from_utf8(output.stdout).expect("text").trim_end().to_owned()
}

/// Makes a repository of a sandbox, with all that is there in its first commit.
pub fn init(sandbox: &Sandbox) {
    git(sandbox, &["init", "-q", "-b", "main"]);
    commit(sandbox, "one");
}

/// Commits all that is there.
pub fn commit(sandbox: &Sandbox, message: &str) {
    git(sandbox, &["add", "--all", "--force"]);
    git(sandbox, &["commit", "-q", "--allow-empty", "-m", message]);
}

/// Every setting by which git can be made to start a program, in each of its commands;
/// a program that is started leaves a file `pwned` in the folder.
pub fn every_program(folder: &Path) -> String {
    let script = folder.join("pwn.sh");
    let pwned = folder.join("pwned");
    fs::write(&script, format!("#!/bin/sh\necho \"$0 $*\" >> '{}'\nexit 1\n", pwned.display()))
        .expect("written");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("set");
    let hooks = folder.join("hooks");
    fs::create_dir_all(&hooks).expect("a folder");
    for hook in ["post-index-change", "fsmonitor-watchman", "reference-transaction", "pre-commit"] {
        fs::copy(&script, hooks.join(hook)).expect("copied");
    }
    let mut config = format!("[core]\n\thooksPath = {}\n", hooks.display());
    for (section, keys) in [
        ("core", "fsmonitor sshCommand gitProxy pager editor askPass alternateRefsCommand"),
        ("diff", "external"),
        ("diff \"x\"", "command textconv"),
        ("merge \"x\"", "driver"),
        ("filter \"x\"", "clean smudge process"),
        ("credential", "helper"),
        ("gpg", "program"),
        ("gpg \"ssh\"", "program defaultKeyCommand"),
        ("sequence", "editor"),
        ("interactive", "diffFilter"),
        ("uploadpack", "packObjectsHook"),
        ("trailer \"x\"", "command"),
        ("remote \"o\"", "uploadpack receivepack"),
        ("pager", "ls-files ls-tree cat-file rev-parse rev-list check-ignore config add log show"),
    ] {
        config += &["[", section, "]\n"].concat();
        for key in keys.split(' ') {
            config += &["\t", key, " = ", script.to_str().expect("text"), "\n"].concat();
        }
    }
    config
        + "[filter \"x\"]\n\trequired = true\n[log]\n\tshowSignature = true\n[protocol]\n\tallow = \
              always\n[extensions]\n\tpartialClone = o\n[remote \"o\"]\n\turl = file:///nowhere\n\t\
              promisor = true\n\tfetch = +refs/heads/*:refs/remotes/o/*\n"
}

/// Puts a bare repository into a folder whose configuration starts every program, as a
/// branch can bring one: without a name that git refuses in a tree.
pub fn plant_repository(folder: &Path, traps: &Path) {
    for name in ["objects", "refs"] {
        fs::create_dir_all(folder.join(name)).expect("a folder");
        fs::write(folder.join(name).join(".keep"), "").expect("written");
    }
    fs::write(folder.join("HEAD"), "ref: refs/heads/main\n").expect("written");
    let core = "[core]\n\trepositoryFormatVersion = 1\n\tbare = false\n\tworktree = .\n";
    fs::write(folder.join("config"), core.to_owned() + &every_program(traps)).expect("written");
}
