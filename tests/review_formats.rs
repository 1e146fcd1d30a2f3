//! The formats of `diff` and `check` that other programs show.

use std::fs;

use crate::support::{self, Ran, Sandbox, read};
use boon::{Compiler, Schemas};
use nixgen::review::{Finding, Level, Place, format};
use serde_json::Value;

/// A tree that was rendered, and then a step with data at risk and an edit that
/// tries to break out of every format.
fn hostile() -> Sandbox {
    let sandbox = Sandbox::with_config(&read("tests/golden/review/base.toml"));
    sandbox.expect(0, &["render", "-q", "--yes"]);
    sandbox.edit("cluster.toml", "size = \"40GiB\"", "size = \"30GiB\"");
    sandbox.edit(
        "docs/cluster.md",
        "# ",
        "````</details><script>alert(1)</script> \" onload=x ' | @someone \u{202e}\n\n# ",
    );
    sandbox.edit(
        "vms/vault.nix",
        "networking.hostName",
        "a.\"<b>|`x`\" = \"</script>``` \";\n  networking.hostName",
    );
    sandbox
}

fn markdown(sandbox: &Sandbox, max_bytes: usize) -> String {
    let max_bytes = max_bytes.to_string();
    sandbox
        .expect(
            1,
            &["diff", "--allow", "data-risk", "--format", "markdown", "--max-bytes", &max_bytes],
        )
        .stdout
}

/// The text outside of fences; every fence has to be closed.
fn outside_of_fences(markdown: &str) -> String {
    let mut outside = String::new();
    let mut fence: Option<String> = None;
    for line in markdown.lines() {
        let ticks: String = line.chars().take_while(|c| *c == '`').collect();
        match &fence {
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => outside += &(line.to_owned() + "\n"),
            Some(open) if line == open => fence = None,
            Some(open) => assert!(ticks.len() < open.len() || line.len() > ticks.len(), "{line}"),
        }
    }
    assert_eq!(fence, None, "a fence stays open");
    outside
}

#[test]
fn a_comment_is_balanced_and_keeps_to_its_size() {
    let sandbox = hostile();
    let whole = markdown(&sandbox, 60_000);
    assert!(whole.contains("**Data is at risk** on `worker-1`"), "{whole}");
    for max_bytes in [4_000, 5_000, 6_000, 8_000, 60_000] {
        let text = markdown(&sandbox, max_bytes);
        assert!(text.len() <= max_bytes, "{} of {max_bytes}", text.len());
        let outside = outside_of_fences(&text);
        let count = |what: &str| outside.matches(what).count();
        assert_eq!(count("<details>"), count("</details>"), "{outside}");
        assert!(!outside.contains("<script") && !outside.contains("<b>"), "{outside}");
        assert_eq!(text.len() < whole.len(), text.contains("Left out"), "{text}");
    }
    // Everything is new, and far too much.
    let large = Sandbox::with_config(&support::generated::cluster(300));
    let text = markdown(&large, 60_000);
    assert!(text.len() <= 60_000 && text.contains("more files"), "{}", text.len());
    outside_of_fences(&text);
}

#[test]
fn a_page_holds_what_it_shows_and_nothing_else() {
    let page = hostile().expect(1, &["diff", "--allow", "data-risk", "--format", "html"]).stdout;
    assert_eq!(page.matches("<script").count(), 1, "ours");
    assert_eq!(page.matches("</script>").count(), 1);
    assert!(page.contains("&lt;script&gt;alert(1)"), "shown as text");
    assert!(!page.contains("\u{202e}"));
    for outside in ["http://", "https://", "src=", "href=", "url(", "@import"] {
        assert!(!page.contains(outside), "{outside}");
    }
    let handlers =
        page.split('<').filter(|tag| tag.split('>').next().is_some_and(|tag| tag.contains(" on")));
    assert_eq!(handlers.filter(|tag| !tag.contains("data-words")).count(), 0);
    assert!(page.contains("Data is at risk on worker-1."));
}

/// A check as GitHub runs it, with what it wrote to the summary.
fn on_github(sandbox: &Sandbox) -> (Ran, String) {
    let summary = sandbox.at("summary.md");
    let output = sandbox
        .command(&["check", "--allow", "data-risk", "--format", "github"])
        .env("GITHUB_STEP_SUMMARY", &summary)
        .output()
        .expect("nixgen runs");
    (Ran::of(output), fs::read_to_string(summary).unwrap_or_default())
}

#[test]
fn annotations_stand_at_the_line_that_makes_them() {
    let sandbox = hostile();
    let (ran, summary) = on_github(&sandbox);
    assert_eq!(ran.status, 1);
    let config = sandbox.read("cluster.toml");
    let line =
        config.lines().position(|line| line.contains("size = \"30GiB\"")).expect("there") + 1;
    let expected = format!(
        "::error file=cluster.toml,line={line},endLine={line},title=impact-data-risk::worker-1: DATA AT RISK: "
    );
    assert!(ran.stdout.contains(&expected), "{expected}\n{}", ran.stdout);
    assert!(ran.stdout.lines().all(|line| line.starts_with("::")), "{}", ran.stdout);
    assert!(summary.contains("| machine | impact | why |"), "{summary}");
}

#[test]
fn mistakes_of_the_file_are_annotated_too() {
    let sandbox = Sandbox::with_config(&read("tests/golden/review/base.toml"));
    sandbox.edit("cluster.toml", "role = \"control-plane\"", "rolle = \"control-plane\"");
    let (ran, _) = on_github(&sandbox);
    assert_eq!(ran.status, 3);
    assert!(ran.stdout.starts_with("::error file=cluster.toml,line="), "{}", ran.stdout);
    assert!(ran.stdout.contains("title=NG0111::unknown key `rolle`"), "{}", ran.stdout);
}

fn assert_valid(schema: &Value, document: &Value) {
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource("schema.json", schema.clone()).expect("a resource");
    let index = compiler.compile("schema.json", &mut schemas).expect("a schema");
    if let Err(error) = schemas.validate(document, index) {
        panic!("{error:#}\n{document:#}");
    }
}

#[test]
fn sarif_is_valid_and_names_every_finding() {
    // A bracket there is only a pattern to engines that do not mind it.
    let schema = read("tests/schemas/sarif-2.1.0.json").replace("{2}]?$", "{2}\\\\]?$");
    let schema = serde_json::from_str(&schema).expect("JSON");
    let broken = Sandbox::with_config("[cluster]\nnaem = \"x\"\n");
    let in_sync = Sandbox::with_config(&read("tests/golden/review/base.toml"));
    in_sync.expect(0, &["render", "-q", "--yes"]);
    for (sandbox, status) in [(hostile(), 1), (broken, 3), (in_sync, 0)] {
        let printed =
            sandbox.expect(status, &["check", "--allow", "data-risk", "--format", "sarif"]).stdout;
        let document: Value = serde_json::from_str(&printed).expect("JSON");
        assert_valid(&schema, &document);
        let results = document["runs"][0]["results"].as_array().expect("results");
        assert_eq!(results.is_empty(), status == 0, "{printed}");
    }
}

#[test]
fn the_plan_is_what_its_schema_says() {
    let schema = serde_json::from_str(&read("docs/plan.schema.json")).expect("JSON");
    let sandbox = hostile();
    for command in ["diff", "check"] {
        let printed =
            sandbox.expect(1, &[command, "--allow", "data-risk", "--format", "json"]).stdout;
        let document: Value = serde_json::from_str(&printed).expect("JSON");
        assert_valid(&schema, &document);
    }
}

#[test]
fn data_at_risk_has_to_be_allowed() {
    let sandbox = Sandbox::with_config(&read("tests/golden/review/base.toml"));
    sandbox.expect(0, &["render", "-q", "--yes"]);
    sandbox.edit("cluster.toml", "backup = {", "copies = {");
    let before = sandbox.tree();
    for args in [&["render", "--yes"][..], &["render", "-q"], &["render", "--dry-run"]] {
        let refused = sandbox.expect(5, args);
        assert!(refused.stderr.contains("DATA AT RISK on `worker-1`"), "{}", refused.stderr);
    }
    assert_eq!(sandbox.tree(), before);
    for command in ["check", "diff"] {
        let said = sandbox.expect(1, &[command]).stderr;
        assert!(said.contains("DATA AT RISK on `worker-1`"), "{said}");
    }
    sandbox.expect(0, &["render", "-q", "--allow", "data-risk"]);
    sandbox.expect(0, &["check"]);
}

fn finding(level: Level, message: &str) -> Finding {
    Finding {
        level,
        rule: "a,b:c".to_owned(),
        file: "x y,z.nix".to_owned(),
        place: Some(Place { start: (3, 5), end: (3, 9) }),
        message: message.to_owned(),
    }
}

#[test]
fn nothing_of_a_finding_is_a_command() {
    let shown = format::annotations(&[finding(Level::Error, "100%\r\n::error::x ##[group]y")]);
    assert_eq!(
        shown.commands,
        "::error file=x y%2Cz.nix,line=3,endLine=3,col=5,endColumn=9,title=a%2Cb%3Ac::100%25%0D%0A<U+003A>:error::x ##<U+005B>group]y\n"
    );
}

#[test]
fn ten_of_a_kind_are_shown_and_the_rest_is_kept() {
    let mut findings = vec![finding(Level::Note, "n"); 12];
    findings.extend(vec![finding(Level::Error, "e"); 11]);
    let shown = format::annotations(&findings);
    assert_eq!(shown.commands.lines().count(), 20);
    assert!(shown.commands.starts_with("::error"), "the worst first");
    assert_eq!(shown.rest.lines().filter(|line| line.starts_with("- ")).count(), 3);
}
