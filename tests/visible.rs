//! What a text may hold that nobody sees: none of it reaches a reader, wherever it
//! comes from and however it is shown.

use crate::support::{Sandbox, read};
use std::fs;

/// One of each kind: controls, what reorders, what has no width, tags, selectors.
const UNSEEN: &str = "\u{1b}]0;x\u{7} \u{9b}2J \u{7f} \u{ad} \u{202e} \u{2066} \u{200b} \u{2028} \u{feff} \u{fe0f} \u{fff9} \u{e0041}";

pub fn is_unseen(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t') || (UNSEEN.contains(c) && !c.is_ascii())
}

/// A run of the program, all that it says, without the colours that are its own.
fn said(sandbox: &Sandbox, args: &[&str]) -> String {
    let summary = sandbox.at("summary.md");
    let _ = fs::remove_file(&summary);
    let ran = sandbox.command(args).env("GITHUB_STEP_SUMMARY", &summary).output().expect("it ran");
    let said = [ran.stdout, ran.stderr, fs::read(&summary).unwrap_or_default()];
    let said = said.map(|text| String::from_utf8(text).expect("a text")).concat();
    let parts = said.split("\u{1b}[").enumerate().map(|(at, part)| {
        let colour = |c: char| !(c.is_ascii_digit() || c == ';');
        let text = part.find(colour).and_then(|end| part[end..].strip_prefix('m'));
        if at == 0 { part } else { text.unwrap_or("\u{1b}") }
    });
    parts.collect()
}

/// Shows that no channel lets one through.
fn assert_seen(sandbox: &Sandbox, runs: &[&str], is_shown: bool) {
    for run in runs {
        for color in ["always", "never"] {
            let args: Vec<&str> = run.split(' ').chain(["--color", color]).collect();
            let said = said(sandbox, &args);
            assert!(!said.contains(is_unseen), "{args:?}: {said:?}");
            let shown = said.contains("U+202E") || said.contains("\\u202e");
            let counts = run.contains("stat") || run.contains("list") || run.contains("check");
            assert!(shown || counts || !is_shown, "{args:?}: {said:?}");
        }
    }
}

const REVIEWS: &[&str] = &[
    "diff",
    "diff --format stat",
    "diff --format options",
    "diff --format markdown",
    "diff --format html",
    "diff --format json",
    "check",
    "check --format github",
    "check --format json",
    "check --format sarif",
    "list",
];

fn rendered() -> Sandbox {
    let sandbox = Sandbox::with_config(&read("tests/golden/review/base.toml"));
    sandbox.expect(0, &["render", "-q", "--yes"]);
    sandbox
}

#[test]
fn in_a_mistake() {
    let text = UNSEEN.chars().filter(|c| !c.is_control()).collect::<String>();
    let config = read("tests/golden/review/base.toml");
    for config in [
        format!("{config}\n\"{text}\" = \"{text}\"\n"),
        config.replace("name = \"lab\"", &format!("name = \"{text}\"")),
        format!("{config}\n= {text}"),
    ] {
        let sandbox = Sandbox::with_config(&config);
        assert_seen(&sandbox, &["validate", "diff"], true);
        assert_seen(&sandbox, &["validate --message-format json"], false);
    }
}

#[test]
fn in_a_value_that_is_rendered() {
    let sandbox = rendered();
    let text =
        UNSEEN.chars().fold(String::new(), |text, c| text + &format!("\\U{:08x}", u32::from(c)));
    let config = sandbox.read("cluster.toml");
    sandbox.write(
        "cluster.toml",
        &format!("{config}\n[vms.vault.nixos]\nenvironment.variables.x = \"{text}\"\n"),
    );
    assert_seen(&sandbox, REVIEWS, true);
}

#[test]
fn in_a_file_that_was_edited() {
    let sandbox = rendered();
    let text = format!("environment.variables.\"{UNSEEN}\" = \"{UNSEEN}\";\n  networking.hostName");
    sandbox.edit("vms/vault.nix", "networking.hostName", &text);
    sandbox.edit("docs/cluster.md", "# ", &format!("{UNSEEN}\n\n# "));
    assert_seen(&sandbox, REVIEWS, true);
    assert_seen(&sandbox, &["render", "adopt vms/vault.nix"], true);
}

#[test]
fn in_a_file_that_was_ejected() {
    let sandbox = rendered();
    sandbox.expect(0, &["eject", "--yes", "vms/vault.nix"]);
    sandbox.edit(
        "vms/vault.nix",
        "networking.hostName",
        &format!("# {UNSEEN}\n  networking.hostName"),
    );
    sandbox.edit("cluster.toml", "memory = \"2304MiB\"", "memory = \"3GiB\"");
    assert_seen(&sandbox, REVIEWS, false);
    assert_seen(&sandbox, &["diff"], true);
    assert_seen(&sandbox, &["eject --merge vms/vault.nix"], false);
}

#[test]
fn in_the_name_of_a_file() {
    let sandbox = rendered();
    let lock = sandbox.read("nixgen.lock");
    sandbox.write("nixgen.lock", &format!("{lock}\"vms/\\u202e\\u001b[2J.nix\" = \"00\"\n"));
    assert_seen(&sandbox, &["diff", "check", "list", "list --format json"], true);

    let sandbox = rendered();
    let name = "x\u{202e}\u{200b}\n.toml";
    sandbox.write(name, "x = 1\n");
    for json in [&[][..], &["--message-format", "json"]] {
        let said = said(&sandbox, &[&["validate", "--config", name], json].concat());
        assert!(!said.contains(is_unseen), "{said:?}");
    }
}
