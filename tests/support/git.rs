//! Real repositories.

use std::process::Command;

use super::{Sandbox, tool};

/// Runs git in a sandbox, as somebody whose settings are nobody's, and gives
/// what it prints.
pub fn git(sandbox: &Sandbox, args: &[&str]) -> String {
    // That it is there at all.
    tool("git", "git", &["--version"]);
    let output = Command::new("git")
        .args(args)
        .current_dir(sandbox.path())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_NAME"), "Ada")))
        .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_EMAIL"), "ada@example.org")))
        .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_DATE"), "2024-01-01T00:00Z")))
        .output()
        .expect("git runs");
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
