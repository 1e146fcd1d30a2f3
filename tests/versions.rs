//! What another version of nixgen would have rendered otherwise is told from
//! what the user has changed.

use crate::support::git::{git, init};
use crate::support::versions::by_another;
use crate::support::{Sandbox, read};
use serde_json::Value;

const CONFIG: &str = "tests/golden/review/base.toml";

/// A tree that another version wrote, which made every VM log elsewhere.
fn upgraded() -> Sandbox {
    let sandbox = Sandbox::with_config(&read(CONFIG));
    sandbox.expect(0, &["render", "-q", "--yes"]);
    let name = "networking.hostName";
    by_another(&sandbox, "vms/vm.nix", name, &format!("boot.tmp.cleanOnBoot = true;\n  {name}"));
    sandbox
}

fn input(sandbox: &Sandbox) -> String {
    let lock = sandbox.read("nixgen.lock");
    let line = lock.lines().find(|line| line.starts_with("# Rendered from input "));
    line.expect("a line").to_owned()
}

#[test]
fn check_fails_warns_or_passes_as_it_is_told() {
    let sandbox = upgraded();
    let message = "[NG0914]: 6 files, such as `vms/cp-1.nix`, were written by another version";
    let denied = sandbox.expect(1, &["check"]);
    assert!(denied.stderr.contains(&format!("error{message}")), "{denied:?}");
    assert!(denied.stderr.contains("--allow other-version"), "{denied:?}");
    assert!(!denied.stderr.contains("Nothing was written"), "{denied:?}");
    assert_eq!(denied.stdout.lines().filter(|line| line.starts_with("stale ")).count(), 6);
    let warned = sandbox.expect(0, &["check", "--warn", "other-version"]);
    assert!(warned.stderr.contains(&format!("warning{message}")), "{warned:?}");
    assert_eq!(warned.stdout, denied.stdout);
    let allowed = sandbox.expect(0, &["check", "--allow", "other-version"]);
    assert_eq!(allowed.stdout, "");
    assert!(!allowed.stderr.contains("NG0914"), "{allowed:?}");
    // The file of the cluster can say so as well, and is no other input for that.
    sandbox.edit("cluster.toml", "[network]", "[lints]\nother-version = \"warn\"\n\n[network]");
    assert_eq!(sandbox.expect(0, &["check"]).stderr, warned.stderr);
}

#[test]
fn whatever_else_is_wrong_fails_as_before() {
    for wrong in ["edited", "missing", "foreign"] {
        let sandbox = upgraded();
        match wrong {
            "edited" => sandbox.edit("vms/vault.nix", "vcpu = 2", "vcpu = 3"),
            "missing" => std::fs::remove_file(sandbox.at("vms/vault.nix")).expect("there"),
            _ => {
                let lock = sandbox.read("nixgen.lock");
                let others = lock.lines().filter(|line| !line.contains("vms/vault.nix"));
                sandbox.write("nixgen.lock", &(others.collect::<Vec<_>>().join("\n") + "\n"));
            }
        }
        let ran = sandbox.expect(1, &["check", "--allow", "other-version"]);
        let listed: Vec<&str> = ran.stdout.lines().collect();
        assert!(listed.len() == 1 && listed[0].ends_with("vms/vault.nix"), "{wrong}: {ran:?}");
    }
}

#[test]
fn an_input_that_changed_is_never_called_a_version() {
    let sandbox = upgraded();
    sandbox.edit("cluster.toml", "memory = \"16GiB\"", "memory = \"32GiB\"");
    let ran = sandbox.expect(1, &["check", "--allow", "other-version"]);
    assert!(ran.stdout.lines().count() > 6 && !ran.stderr.contains("NG0914"), "{ran:?}");
    // Back again, and with other comments and layout, it is the same input.
    let text = read(CONFIG).replace(" = ", "  =  ") + "# the end\n";
    sandbox.write("cluster.toml", &text);
    sandbox.expect(0, &["check", "--allow", "other-version"]);
    // A template of the user's is an input.
    sandbox.expect(0, &["templates", "eject", "vms/vm.nix"]);
    sandbox.expect(1, &["check", "--allow", "other-version"]);
}

#[test]
fn a_lock_that_does_not_know_its_input_blames_no_version() {
    let sandbox = upgraded();
    let (lock, line) = (sandbox.read("nixgen.lock"), input(&sandbox));
    let merged = format!("<<<<<<< a\n{line}\n=======\n{line}0\n>>>>>>> b\n");
    let union = format!("{line}0\n{line}\n");
    for instead in ["", &merged, &union] {
        sandbox.write("nixgen.lock", &lock.replace(&format!("{line}\n"), instead));
        let ran = sandbox.expect(1, &["check", "--allow", "other-version"]);
        assert_eq!(ran.stdout.lines().count(), 6, "{instead}: {ran:?}");
        sandbox.expect(1, &["diff", "-q"]);
    }
    // Rendering settles it.
    sandbox.expect(0, &["render", "-q", "--yes"]);
    assert_eq!(input(&sandbox), line);
    sandbox.expect(0, &["check", "-q"]);
}

#[test]
fn the_line_alone_is_no_drift_and_rendering_keeps_it() {
    let sandbox = Sandbox::with_config(&read(CONFIG));
    sandbox.expect(0, &["render", "-q", "--yes"]);
    let (lock, line) = (sandbox.read("nixgen.lock"), input(&sandbox));
    for instead in [String::new(), line.clone() + "0\n"] {
        sandbox.write("nixgen.lock", &lock.replace(&format!("{line}\n"), &instead));
        sandbox.expect(0, &["check", "-q"]);
        sandbox.expect(0, &["diff", "-q"]);
        sandbox.expect(0, &["render", "-q"]);
        assert_eq!(sandbox.read("nixgen.lock"), lock);
    }
    // As long as a file is not rendered from it, the lock does not say so.
    sandbox.edit("cluster.toml", "memory = \"16GiB\"", "memory = \"32GiB\"");
    sandbox.expect(0, &["eject", "vms/cp-1.nix", "--yes"]);
    assert_eq!(input(&sandbox), line);
    sandbox.expect(0, &["render", "-q", "--yes"]);
    assert_ne!(input(&sandbox), line);
}

#[test]
fn every_format_sets_them_apart() {
    let sandbox = upgraded();
    sandbox.edit("docs/cluster.md", "# ", "by hand\n\n# ");
    let said = "Because another version of nixgen wrote what is there, from the same input";
    for format in ["unified", "stat", "options", "markdown", "html"] {
        let ran = sandbox.expect(1, &["diff", "--format", format]);
        assert!(ran.stdout.contains(said), "{format}: {}", ran.stdout);
        assert!(
            ran.stderr.contains("note: 6 of them only differ because another version"),
            "{ran:?}"
        );
    }
    let stat = sandbox.expect(1, &["diff", "--format", "stat"]).stdout;
    let (others, group) = stat.split_once(said).expect("both");
    assert!(others.contains("docs/cluster.md") && group.contains("vms/vault.nix"), "{stat}");
    let patch = sandbox.expect(1, &["diff"]).stdout;
    let (others, group) = patch.split_once(said).expect("both");
    assert!(others.contains("docs/cluster.md") && group.contains("-  boot.tmp"), "{patch}");
    for command in ["diff", "check"] {
        let plan = sandbox.expect(1, &[command, "--format", "json"]).stdout;
        let plan: Value = serde_json::from_str(&plan).expect("JSON");
        let files = plan["files"].as_array().expect("files").iter();
        let by_version = files.filter(|file| file["by_other_version"] == true);
        assert_eq!(by_version.count(), 6, "{plan:#}");
    }
    let annotated = |level: &str| {
        let ran = sandbox.expect(1, &["check", "--format", "github", level, "other-version"]);
        ran.stdout
    };
    let lines = |text: &str, kind: &str| {
        let is_its = |line: &&str| line.starts_with(kind) && line.contains("another version");
        text.lines().filter(is_its).count()
    };
    assert_eq!(lines(&annotated("--deny"), "::error"), 7);
    assert_eq!(lines(&annotated("--warn"), "::warning"), 7);
    assert!(!annotated("--allow").contains("another version"));
}

#[test]
fn in_a_branch_it_is_drift_that_was_there_before() {
    let sandbox = upgraded();
    init(&sandbox);
    git(&sandbox, &["switch", "-q", "-c", "more-memory"]);
    sandbox.edit("cluster.toml", "memory = \"16GiB\"", "memory = \"32GiB\"");
    sandbox.expect(0, &["render", "-q", "--yes"]);
    let ran = sandbox.expect(1, &["diff", "--base", "main", "--format", "options"]);
    assert!(!ran.stdout.contains("boot.tmp"), "nothing of it is meant: {}", ran.stdout);
    let (_, drift) = ran.stdout.split_once("\nDrift: ").expect("a part");
    let (others, group) = drift.split_once("Because another version").expect("a group");
    assert!(!others.contains("vms/"), "{drift}");
    assert_eq!(group.matches("\n  stale          vms/").count(), 6, "{drift}");
    let shown = sandbox.expect(1, &["diff", "--base", "main", "--format", "markdown"]).stdout;
    let (_, group) = shown.split_once("Because another version").expect("a group");
    assert_eq!(group.matches("| stale, +0 −1 |").count(), 6, "{shown}");
}
