//! The commit that `nixgen --version` says: the one that whoever builds it names
//! in `NIXGEN_COMMIT`, or else that of the clone.

use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-env-changed=NIXGEN_COMMIT");
    println!("cargo::rerun-if-changed=build.rs");
    // A commit is no reason to compile all the tests again.
    let is_for_use = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    // A copy without history may lie in the clone of something else.
    let is_clone = Path::new(".git").exists();
    if env::var_os("NIXGEN_COMMIT").is_some() || !is_for_use || !is_clone {
        return;
    }
    for path in ["Cargo.lock", "Cargo.toml", "cluster.toml", "docs/diagnostics", "src", "templates"]
    {
        println!("cargo::rerun-if-changed={path}");
    }
    // It grows with each commit, and with each change to another one.
    if let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"]) {
        println!("cargo::rerun-if-changed={log}");
    }
    if let Some(commit) = git(&["describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]) {
        println!("cargo::rustc-env=NIXGEN_COMMIT={commit}");
    }
}

/// What git says, if there is git.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
