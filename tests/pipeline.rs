//! What is shipped for pipelines, run as it is run there: the action's and the
//! job's script against real branches, with a stand-in for the forge alone; the
//! hooks by pre-commit, and the recipes by just.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Command;

use crate::own_flake::compiled_in;
use crate::support::forge::{Forge, ME, comment};
use crate::support::git::{commit, git, init, plant_repository};
use crate::support::{Ran, Sandbox, TODAY, read, repository, tool};
use serde_json::Value;

const NIXGEN: &str = env!("CARGO_BIN_EXE_nixgen");
const CONFIG: &str = "tests/golden/review/base.toml";

/// A branch with more memory, whose author forgot to render.
fn branch() -> Sandbox {
    let sandbox = Sandbox::with_config(&read(CONFIG));
    sandbox.expect(0, &["render", "-q", "--yes"]);
    init(&sandbox);
    git(&sandbox, &["switch", "-q", "-c", "more-memory"]);
    sandbox.edit("cluster.toml", "memory = \"16GiB\"", "memory = \"32GiB\"");
    commit(&sandbox, "more memory");
    sandbox
}

fn yaml(path: &str) -> Value {
    serde_norway::from_str(&read(path)).expect("YAML")
}

/// The environment that the action gives to a script of its, with these inputs.
fn of_the_action(
    step: &str,
    inputs: &[(&str, &str)],
    runner: &Sandbox,
) -> BTreeMap<String, String> {
    let action = yaml("action.yml");
    let steps = action["runs"]["steps"].as_array().expect("steps");
    let script = format!("bash \"$GITHUB_ACTION_PATH/pipeline/{step}.sh\"");
    let step = steps.iter().find(|it| it["id"] == step).expect("the step");
    assert_eq!(step["run"], script);
    let given = |name: &str| inputs.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
    let value = |expression: &str| match expression {
        "${{ inputs.nixgen || format('{0}/nixgen/bin/nixgen', runner.temp) }}" => NIXGEN.to_owned(),
        "${{ github.event.pull_request.number }}" => given("number").unwrap_or("12").to_owned(),
        "${{ runner.temp }}/nixgen-review" => runner.at("review").display().to_string(),
        input => {
            let name = input.strip_prefix("${{ inputs.").and_then(|rest| rest.strip_suffix(" }}"));
            let name = name.unwrap_or_else(|| panic!("what is {input}?"));
            let default = &action["inputs"][name]["default"];
            let default = default.as_str().unwrap_or_else(|| panic!("no input {name}"));
            given(name).unwrap_or(default).to_owned()
        }
    };
    let env = step["env"].as_object().expect("an environment").iter();
    env.map(|(key, expression)| (key.clone(), value(expression.as_str().expect("text")))).collect()
}

/// A script, with nothing in its environment that is not given.
fn script(sandbox: &Sandbox, script: &str, env: &BTreeMap<String, String>) -> Command {
    for (program, package) in [("jq", "jq"), ("curl", "curl"), ("git", "git")] {
        tool(program, package, &["--version"]);
    }
    let mut command = Command::new("bash");
    command
        .args(["-euo", "pipefail", "-c", script])
        .current_dir(sandbox.path())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").expect("a path"))
        .env("HOME", sandbox.path())
        .env("SOURCE_DATE_EPOCH", TODAY)
        .envs(env);
    command
}

/// What a run of the action printed and wrote.
struct Reviewed {
    ran: Ran,
    summary: String,
    outputs: String,
}

fn on_github(sandbox: &Sandbox, forge: &Forge, inputs: &[(&str, &str)]) -> Reviewed {
    let outside = Sandbox::new();
    let mut inputs = inputs.to_vec();
    let is_given = |name: &str| inputs.iter().any(|(known, _)| *known == name);
    let (base, token) = (is_given("base"), is_given("token"));
    let main = if base { String::new() } else { git(sandbox, &["rev-parse", "main"]) };
    inputs.extend((!base).then_some(("base", main.as_str())));
    inputs.extend((!token).then_some(("token", "t0ken")));
    let run = |step| {
        let env = of_the_action(step, &inputs, &outside);
        let path = repository().join(format!("pipeline/{step}.sh"));
        let mut command = script(sandbox, "exec bash \"$SCRIPT\"", &env);
        command
            .env("SCRIPT", path)
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_API_URL", &forge.url)
            .env("GITHUB_REPOSITORY", "ada/cluster")
            .env("GITHUB_STEP_SUMMARY", outside.at("summary"))
            .env("GITHUB_OUTPUT", outside.at("outputs"));
        Ran::of(command.output().expect("bash runs"))
    };
    let mut ran = run("review");
    let commented = run("comment");
    assert_eq!(commented.status, 0, "{commented:?}");
    ran.stdout += &commented.stdout;
    ran.stderr += &commented.stderr;
    let written = |name| fs::read_to_string(outside.at(name)).unwrap_or_default();
    Reviewed { ran, summary: written("summary"), outputs: written("outputs") }
}

#[test]
fn one_comment_is_posted_and_then_kept_up_to_date() {
    let sandbox = branch();
    // More than a page of others' comments, one of which has learned our mark.
    let mut others: Vec<Value> = (0..140).map(|id| comment(id, 1, "NONE", "hello")).collect();
    let forge = Forge::new(Vec::new());
    on_github(&sandbox, &forge, &[]);
    let mark =
        forge.comments()[0]["body"].as_str().expect("text").lines().next().map(str::to_owned);
    let mark = mark.expect("a mark");
    assert!(mark.starts_with("<!-- nixgen ") && mark.ends_with(" -->"), "{mark}");
    others.push(comment(140, 1, "CONTRIBUTOR", &format!("{mark}\nmine")));

    let forge = Forge::new(others);
    let first = on_github(&sandbox, &forge, &[]);
    assert_eq!(first.ran.status, 1, "the tree is not rendered: {:?}", first.ran);
    assert_eq!(first.outputs, "status=1\n");
    assert!(first.ran.stdout.starts_with("::error file="), "{:?}", first.ran);
    assert!(first.summary.contains("| machine | impact | why |"), "{}", first.summary);
    let log = forge.log();
    let comments = "/repos/ada/cluster/issues/12/comments";
    assert_eq!(log.last(), Some(&format!("POST {comments} Bearer t0ken")), "{log:?}");
    let posted = forge.comments().pop().expect("a comment");
    let body = posted["body"].as_str().expect("text");
    for part in [&mark, "### Intent", "`\"16GiB\"` → `\"32GiB\"`", "**`nixgen check` fails**"] {
        assert!(body.contains(part), "{part}: {body}");
    }

    sandbox.edit("cluster.toml", "memory = \"32GiB\"", "memory = \"48GiB\"");
    sandbox.expect(0, &["render", "-q", "--yes"]);
    let second = on_github(&sandbox, &forge, &[]);
    assert_eq!((second.ran.status, second.outputs.as_str()), (0, "status=0\n"));
    let log = forge.log();
    let one = format!("PATCH /repos/ada/cluster/issues/comments/{} Bearer t0ken", posted["id"]);
    assert_eq!(log.last(), Some(&one), "{log:?}");
    let updated = forge.comments();
    assert_eq!(updated.len(), 142, "still one");
    assert_eq!(updated[140]["body"], format!("{mark}\nmine"), "nobody else's");
    let body = updated[141]["body"].as_str().expect("text");
    assert!(body.contains("48GiB") && body.contains("`nixgen check` passes."), "{body}");

    // It says so when nothing is left of the change, and is not begun for that.
    sandbox.write("cluster.toml", &read(CONFIG));
    sandbox.expect(0, &["render", "-q", "--yes"]);
    on_github(&sandbox, &forge, &[]);
    assert!(forge.log().last().expect("a call").starts_with("PATCH "));
    let fresh = Forge::new(Vec::new());
    on_github(&sandbox, &fresh, &[]);
    assert!(fresh.comments().is_empty());
}

#[test]
fn without_leave_to_comment_the_summary_has_it() {
    let sandbox = branch();
    let forge = Forge::new(Vec::new());
    forge.refuse();
    let said = "what this branch does is in the summary of this step";
    for (inputs, why) in [
        (&[][..], "::the token may not write comments here, as in a pull request from a fork: "),
        (&[("token", "")], "::there is no token that may write comments: "),
        (&[("number", "")], "::there is no pull or merge request to comment on: "),
        (&[("comment", "false")], "::what"),
    ] {
        let reviewed = on_github(&sandbox, &forge, inputs);
        assert_eq!(reviewed.ran.status, 1, "{inputs:?}");
        assert!(reviewed.summary.contains("### Intent"), "{inputs:?}: {}", reviewed.summary);
        let notice = reviewed.ran.stdout.lines().last().expect("a line");
        assert!(notice.starts_with("::notice ") && notice.contains(why), "{inputs:?}: {notice}");
        assert!(notice.ends_with(said), "{inputs:?}: {notice}");
    }
    assert!(forge.comments().is_empty());
    // On a push there is nothing to compare with.
    let reviewed = on_github(&sandbox, &forge, &[("base", "")]);
    assert_eq!(reviewed.ran.status, 1);
    assert!(!reviewed.summary.contains("### Intent"), "{}", reviewed.summary);
}

#[test]
fn the_policy_is_that_of_the_inputs() {
    let sandbox = Sandbox::with_config(&read(CONFIG));
    sandbox.expect(0, &["render", "-q", "--yes"]);
    init(&sandbox);
    sandbox.edit("cluster.toml", "[\"/var/log\"]", "[]");
    let forge = Forge::new(Vec::new());
    let reviewed = on_github(&sandbox, &forge, &[("allow", " data-risk\n\tother-version ")]);
    assert_eq!(reviewed.ran.status, 1, "{:?}", reviewed.ran);
    let reviewed = on_github(&sandbox, &forge, &[("deny", "no-such-code")]);
    assert_eq!(reviewed.ran.status, 2, "{:?}", reviewed.ran);
    let body = forge.comments()[0]["body"].as_str().expect("text").to_owned();
    assert!(body.contains("What this branch does is not known"), "{body}");
    assert!(body.contains("there is no diagnostic"), "{body}");
}

#[test]
fn nothing_that_it_is_told_becomes_a_command_or_markup() {
    let sandbox = branch();
    let hostile = "$(touch pwned)`touch pwned`;touch pwned'\"\n--output=pwned -->\n</pre>@ada";
    for input in ["config", "out", "base", "allow", "warn", "deny", "token", "number", "comment"] {
        let forge = Forge::new(Vec::new());
        on_github(&sandbox, &forge, &[(input, hostile)]);
        assert!(!sandbox.at("pwned").exists(), "{input}");
        for comment in forge.comments() {
            let body = comment["body"].as_str().expect("text");
            assert!(
                !body.contains("@ada") && body.matches("</pre>").count() < 2,
                "{input}: {body}"
            );
            let ends = body.lines().next().expect("a mark").matches("-->").count();
            assert_eq!(ends, 1, "{input}: {body}");
        }
    }
}

#[test]
fn a_shallow_clone_gets_what_it_is_compared_with() {
    let sandbox = branch();
    let clone = Sandbox::new();
    let url = format!("file://{}", sandbox.path().display());
    git(&clone, &["clone", "-q", "--depth", "1", "--branch", "more-memory", &url, "."]);
    let main = git(&sandbox, &["rev-parse", "main"]);
    git(&clone, &["branch", "main"]);
    let before = git(&clone, &["for-each-ref"]);
    let forge = Forge::new(Vec::new());
    on_github(&clone, &forge, &[("base", &main)]);
    let body = forge.comments()[0]["body"].as_str().expect("text").to_owned();
    assert!(body.contains("### Intent"), "{body}");
    assert_eq!(git(&clone, &["for-each-ref"]), before, "no branch is made");
}

#[test]
fn a_note_of_gitlab_is_kept_up_to_date_too() {
    let sandbox = branch();
    let job = &yaml("pipeline/gitlab.yml")["nixgen"];
    // It runs in one shell, which begins with taking the token away.
    let lines = job["script"].as_array().expect("lines").iter();
    let lines = [&job["before_script"][0]].into_iter().chain(lines);
    let lines: Vec<&str> = lines.map(|line| line.as_str().expect("text")).collect();
    let lines = lines.join("\n").replace("/opt/nixgen/", &format!("{}/", repository().display()));
    let outside = Sandbox::new();
    let mut env = BTreeMap::new();
    for (name, value) in job["variables"].as_object().expect("variables") {
        let value = match value.as_str().expect("text") {
            "$CI_MERGE_REQUEST_DIFF_BASE_SHA" => git(&sandbox, &["rev-parse", "main"]),
            "$CI_MERGE_REQUEST_IID" => "12".to_owned(),
            "/opt/nixgen/bin/nixgen" => NIXGEN.to_owned(),
            "/opt/nixgen/review" => outside.at("review").display().to_string(),
            value => value.to_owned(),
        };
        env.insert(name.clone(), value);
    }
    let forge = Forge::new(vec![comment(1, ME + 1, "OWNER", "hello")]);
    let run = |env: &BTreeMap<String, String>| {
        let mut command = script(&sandbox, &lines, env);
        command.env("GITLAB_CI", "true").env("CI_API_V4_URL", &forge.url).env("CI_PROJECT_ID", "3");
        Ran::of(command.output().expect("bash runs"))
    };
    // A fork's job has no token.
    let ran = run(&env);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.stdout.contains("no token that may write comments: what this"), "{ran:?}");
    assert!(ran.stdout.contains("stale          vms/worker-1.nix"), "{ran:?}");
    assert!(sandbox.read("nixgen-review.md").contains("### Intent"));
    assert!(forge.log().is_empty());
    let findings: Value =
        serde_json::from_str(&sandbox.read("nixgen-code-quality.json")).expect("JSON");
    let findings = findings.as_array().expect("a list");
    assert!(findings.iter().any(|finding| finding["location"]["path"] == "vms/worker-1.nix"));
    for finding in findings {
        assert!(finding["location"]["lines"]["begin"].is_u64(), "{finding}");
        for key in ["description", "check_name", "fingerprint", "severity"] {
            assert!(finding[key].is_string(), "{finding}");
        }
    }
    env.insert("NIXGEN_TOKEN".to_owned(), "t0ken".to_owned());
    assert_eq!(run(&env).status, 1);
    let notes = "/projects/3/merge_requests/12/notes";
    assert_eq!(forge.log().last(), Some(&format!("POST {notes} t0ken")));
    assert_eq!(run(&env).status, 1);
    let posted = forge.comments().pop().expect("a note");
    assert_eq!(forge.log().last(), Some(&format!("PUT {notes}/{} t0ken", posted["id"])));
    assert_eq!(forge.comments().len(), 2);
}

#[test]
fn no_expression_is_in_a_script_of_the_action() {
    let action = yaml("action.yml");
    assert_eq!(action["runs"]["using"], "composite");
    for step in action["runs"]["steps"].as_array().expect("steps") {
        if let Some(run) = step["run"].as_str() {
            assert!(!run.contains("${{"), "{run}");
            assert_eq!(step["shell"], "bash");
        }
    }
    // What is built is told from all that it is built from.
    let steps = action["runs"]["steps"].as_array().expect("steps");
    let source = steps.iter().find(|step| step["id"] == "source").expect("the step");
    let source = source["run"].as_str().expect("text");
    for path in compiled_in() {
        let top = path.split('/').next().expect("a folder");
        assert!(source.contains(&format!(" {top} ")), "{top}: {source}");
    }
    let outside = Sandbox::new();
    let ran = Command::new("bash")
        .args(["-euo", "pipefail", "-c", source])
        .env("GITHUB_ACTION_PATH", repository())
        .env("GITHUB_OUTPUT", outside.at("outputs"))
        .status();
    assert!(ran.expect("bash runs").success());
    let output = outside.read("outputs");
    let hash = output.trim_end().strip_prefix("hash=").expect("a hash");
    assert!(hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{hash}");
    for script in ["install.sh", "review.sh", "comment.sh"] {
        let script = repository().join("pipeline").join(script);
        let output = tool("shellcheck", "shellcheck", &[script.to_str().expect("text")]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

/// Programs in place of others on a path, each of which notes whether it has the token.
fn watched_path(watch: &Sandbox) -> String {
    let path = std::env::var("PATH").expect("a path");
    for name in ["git", "jq", "sed", "sha256sum", "cat", "curl", "nixgen", "mktemp", "cp"] {
        let program = if name == "nixgen" { NIXGEN } else { name };
        let script = format!(
            "#!/bin/sh\nenv | grep -q t0ken && echo {name} >> '{}'\necho {name} >> '{}'\n\
             PATH='{path}' exec {program} \"$@\"\n",
            watch.at("had").display(),
            watch.at("ran").display(),
        );
        watch.write(&format!("bin/{name}"), &script);
        let mode = fs::Permissions::from_mode(0o755);
        fs::set_permissions(watch.at(&format!("bin/{name}")), mode).expect("set");
    }
    format!("{}:{path}", watch.at("bin").display())
}

#[test]
fn no_program_has_the_token_in_its_environment() {
    let (sandbox, watch) = (branch(), Sandbox::new());
    let path = watched_path(&watch);
    let nixgen = watch.at("bin/nixgen");
    for step in ["review", "comment"] {
        let inputs = [
            ("base", &*git(&sandbox, &["rev-parse", "main"])),
            ("token", "t0ken"),
            ("nixgen", nixgen.to_str().expect("text")),
        ];
        let env = of_the_action(step, &inputs, &watch);
        assert!(env.values().any(|value| value == "t0ken") == (step == "comment"), "{env:?}");
        let mut command = script(&sandbox, "exec bash \"$SCRIPT\"", &env);
        let script = repository().join(format!("pipeline/{step}.sh"));
        let nowhere = [("GITHUB_API_URL", "http://127.0.0.1:1"), ("GITHUB_REPOSITORY", "a/b")];
        command.env("SCRIPT", script).env("NIXGEN", &nixgen).env("PATH", &path).envs(nowhere);
        command.output().expect("bash runs");
    }
    let ran = watch.read("ran");
    for name in ["git", "jq", "curl", "nixgen"] {
        assert!(ran.lines().any(|line| line == name), "{name} is watched: {ran}");
    }
    assert!(!watch.at("had").exists(), "{}", watch.read("had"));
}

#[test]
fn what_a_branch_has_in_the_way_leads_nothing_elsewhere() {
    let (sandbox, outside) = (branch(), Sandbox::new());
    let written = ["nixgen.sarif", "nixgen-code-quality.json", "nixgen-review.md"];
    for name in written {
        outside.write(name, "mine");
        symlink(outside.at(name), sandbox.at(name)).expect("linked");
    }
    let env = [("NIXGEN", NIXGEN), ("NIXGEN_BASE", "main"), ("GITLAB_CI", "true")];
    let env = env.map(|(name, value)| (name.to_owned(), value.to_owned()));
    for step in ["review", "comment"] {
        let mut command = script(&sandbox, "exec bash \"$SCRIPT\"", &env.clone().into());
        let script = repository().join(format!("pipeline/{step}.sh"));
        command.env("SCRIPT", script).env("NIXGEN_REVIEW", outside.at("review"));
        command.output().expect("bash runs");
    }
    for name in written {
        assert_eq!(outside.read(name), "mine");
        assert_ne!(sandbox.read(name), "mine");
    }
}

#[test]
fn a_link_of_the_branch_shows_nothing_that_the_job_alone_may_read() {
    let (sandbox, outside) = (branch(), Sandbox::new());
    outside.write("token", "s3cret\n");
    git(&sandbox, &["config", "http.extraHeader", "s3cret"]);
    let forge = Forge::new(Vec::new());
    let own = sandbox.path().join("more.toml");
    fs::copy(sandbox.at("cluster.toml"), &own).expect("copied");
    for (target, status) in
        [(outside.at("token"), 2), (sandbox.at(".git/config"), 2), (own, 1), ("gone".into(), 6)]
    {
        fs::remove_file(sandbox.at("cluster.toml")).expect("there");
        symlink(&target, sandbox.at("cluster.toml")).expect("linked");
        let reviewed = on_github(&sandbox, &forge, &[]);
        assert_eq!(reviewed.ran.status, status, "{target:?}: {:?}", reviewed.ran);
        let shown = format!("{:?}{:?}{}", reviewed.ran, forge.comments(), reviewed.summary);
        assert!(!shown.contains("s3cret"), "{target:?}: {shown}");
    }
}

#[test]
fn a_repository_of_the_branch_is_not_taken_for_the_clone() {
    let (sandbox, traps) = (Sandbox::with_config(&read(CONFIG)), Sandbox::new());
    plant_repository(sandbox.path(), traps.path());
    let forge = Forge::new(Vec::new());
    on_github(&sandbox, &forge, &[("base", &"7".repeat(40))]);
    assert!(!traps.at("pwned").exists(), "{}", traps.read("pwned"));
    let mut asked = Command::new("git");
    asked.args(["-c", "safe.bareRepository=all", "cat-file", "-e", &"7".repeat(40)]);
    asked.current_dir(sandbox.path()).output().expect("git runs");
    assert!(traps.at("pwned").exists(), "the trap is one");
}

#[test]
fn what_others_have_made_is_named_by_its_digest() {
    let is_hex = |text: &str, digits: usize| {
        text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let mut found = 0;
    for file in [
        ".github/workflows/ci.yml",
        ".github/workflows/release.yml",
        "action.yml",
        "docs/pipeline.md",
        "pipeline/gitlab.yml",
    ] {
        for line in read(file).lines().map(|line| line.trim_start_matches([' ', '-'])) {
            if let Some(action) = line.strip_prefix("uses: ") {
                let (name, at) = action.split_once('@').expect("a version");
                // Ours is at the commit that its user has read.
                let (commit, version) = at.split_once(" # v").unwrap_or((at, ""));
                let is_ours = name == "OWNER/nixgen" && at == "COMMIT";
                assert!(is_ours || is_hex(commit, 40) && !version.is_empty(), "{file}: {line}");
                found += 1;
            }
            if let Some(image) = line.strip_prefix("image: ") {
                let digest = image.split_once("@sha256:").expect("a digest").1;
                assert!(is_hex(digest, 64), "{file}: {line}");
                found += 1;
            }
        }
    }
    assert_eq!(found, 14);
}

/// A folder with nixgen in it, to be put on the path.
fn path_with_nixgen(sandbox: &Sandbox) -> String {
    fs::create_dir_all(sandbox.at("bin")).expect("a folder");
    let link = sandbox.at("bin/nixgen");
    symlink(NIXGEN, &link).expect("linked");
    format!("{}:{}", sandbox.at("bin").display(), std::env::var("PATH").expect("a path"))
}

#[test]
fn the_hooks_stop_a_commit() {
    tool("pre-commit", "pre-commit", &["--version"]);
    let (hooks, tools) = (Sandbox::new(), Sandbox::new());
    hooks.write(".pre-commit-hooks.yaml", &read(".pre-commit-hooks.yaml"));
    init(&hooks);
    let sandbox = branch();
    sandbox.expect(0, &["render", "-q", "--yes"]);
    commit(&sandbox, "rendered");
    // As the documents have it, but for nixgen being there already.
    let config = |hook: &str| {
        format!(
            "repos:\n  - repo: {}\n    rev: {}\n    hooks:\n      - id: {hook}\n        language: system\n",
            hooks.path().display(),
            git(&hooks, &["rev-parse", "HEAD"]),
        )
    };
    let path = path_with_nixgen(&tools);
    let run = |hook: &str| {
        sandbox.write(".pre-commit-config.yaml", &config(hook));
        git(&sandbox, &["add", "--all"]);
        let output = Command::new("pre-commit")
            .args(["run", "--color", "never", "--verbose"])
            .current_dir(sandbox.path())
            .env("PATH", &path)
            .env("SOURCE_DATE_EPOCH", TODAY)
            .env("PRE_COMMIT_HOME", tools.at("cache"))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .expect("pre-commit runs");
        Ran::of(output)
    };
    let passed = run("nixgen-check");
    assert_eq!(passed.status, 0, "{passed:?}");
    sandbox.edit("cluster.toml", "memory = \"32GiB\"", "memory = \"48GiB\"");
    let failed = run("nixgen-check");
    assert_eq!(failed.status, 1, "{failed:?}");
    assert!(failed.stdout.contains("stale          vms/worker-1.nix"), "{failed:?}");
    let rendered = run("nixgen-render");
    assert_eq!(rendered.status, 1, "{rendered:?}");
    assert!(rendered.stdout.contains("files were modified by this hook"), "{rendered:?}");
    assert_eq!(run("nixgen-check").status, 0);
    assert_eq!(run("nixgen-render").status, 0);
}

#[test]
fn the_recipes_render_check_and_show() {
    let tools = Sandbox::new();
    let path = path_with_nixgen(&tools);
    let sandbox = branch();
    sandbox.write("nixgen.just", &read("nixgen.just"));
    let justfile = fenced("docs/pipeline.md", "just");
    sandbox.write("justfile", &justfile);
    let just = |args: &[&str]| {
        tool("just", "just", &["--version"]);
        let output = Command::new("just")
            .args(args)
            .current_dir(sandbox.path())
            .env("PATH", &path)
            .env("SOURCE_DATE_EPOCH", TODAY)
            .output()
            .expect("just runs");
        Ran::of(output)
    };
    let listed = just(&["nixgen"]);
    assert!(
        ["render", "check", "diff"].iter().all(|name| listed.stdout.contains(name)),
        "{listed:?}"
    );
    assert_eq!(just(&["nixgen", "check"]).status, 1);
    // A build begins with a check.
    let build = just(&["build", "all"]);
    assert_eq!(build.status, 1, "{build:?}");
    assert!(!build.stderr.contains("nix build"), "{build:?}");
    let shown = just(&["nixgen", "diff", "--base", "main", "--format=options"]);
    assert!(shown.stdout.contains("Intent: "), "{shown:?}");
    assert_eq!(just(&["nixgen", "diff", "--base", "a b; touch pwned"]).status, 2);
    assert!(!sandbox.at("pwned").exists());
    assert_eq!(just(&["nixgen", "render", "--yes", "--quiet"]).status, 0);
    assert_eq!(just(&["nixgen", "check"]).status, 0);
    for recipe in ["build", "rebuild"] {
        let build = just(&["--dry-run", recipe, "all"]);
        assert_eq!(build.status, 0, "{build:?}");
        let lines: Vec<&str> = build.stderr.lines().collect();
        assert!(lines[0].starts_with("nixgen ") && lines[1].starts_with("nix build "), "{lines:?}");
    }
}

/// The first block of a language in a page.
fn fenced(page: &str, language: &str) -> String {
    let page = read(page);
    let (_, rest) = page.split_once(&format!("```{language}\n")).expect("a block");
    rest.split_once("```").expect("its end").0.to_owned()
}

#[test]
fn the_page_names_what_there_is() {
    let page = read("docs/pipeline.md");
    let blocks: Vec<Value> = page
        .split("```yaml\n")
        .skip(1)
        .map(|rest| {
            serde_norway::from_str(rest.split_once("```").expect("its end").0).expect("YAML")
        })
        .collect();
    let action = yaml("action.yml");
    let workflow = blocks.iter().find(|block| block["jobs"].is_object()).expect("a workflow");
    let permissions = workflow["permissions"].as_object().expect("permissions");
    let granted: Vec<(&str, &str)> = permissions
        .iter()
        .map(|(name, level)| (name.as_str(), level.as_str().expect("text")))
        .collect();
    assert_eq!(granted, [("contents", "read"), ("pull-requests", "write")]);
    for step in workflow["jobs"]["nixgen"]["steps"].as_array().expect("steps") {
        for name in step["with"].as_object().into_iter().flatten().map(|(name, _)| name) {
            assert!(
                action["inputs"][name].is_object() || step["uses"] != "OWNER/nixgen@COMMIT",
                "{name}"
            );
        }
    }
    for name in action["inputs"].as_object().expect("inputs").keys() {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
    let hooks = yaml(".pre-commit-hooks.yaml");
    for hook in hooks.as_array().expect("hooks") {
        assert!(page.contains(hook["id"].as_str().expect("text")), "{hook}");
    }
}
