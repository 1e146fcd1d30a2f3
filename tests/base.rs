//! `nixgen diff --base REV`, in real repositories. `NIXGEN_BLESS=1` rewrites
//! what a pull request is expected to be told.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use crate::support::git::{commit, git, git_reading, init};
use crate::support::{Ran, Sandbox, blessing, read, repository};
use boon::{Compiler, Schemas};
use serde_json::Value;

const CONFIG: &str = "tests/golden/review/base.toml";
const FORMATS: &[&str] = &["unified", "stat", "options", "json", "markdown", "html"];

/// A repository whose main branch has what was rendered.
fn rendered() -> Sandbox {
    let sandbox = Sandbox::with_config(&read(CONFIG));
    sandbox.expect(0, &["render", "-q", "--yes"]);
    init(&sandbox);
    sandbox
}

/// A pull request as people make them: a branch on which a worker gets memory, a
/// name server goes and another comes, comments and layout change, a template is
/// taken over, and all of it is rendered. On main somebody had edited a file by
/// hand and deleted another.
fn pull_request() -> Sandbox {
    let sandbox = rendered();
    sandbox.edit("vms/vault.nix", "vcpu = 2", "vcpu = 3");
    fs::remove_file(sandbox.at("docs/cluster.md")).expect("there");
    commit(&sandbox, "by hand");
    git(&sandbox, &["switch", "-q", "-c", "more-memory"]);
    sandbox.edit(
        "cluster.toml",
        "memory = \"16GiB\"",
        "# for the new models\nmemory   =   '32GiB'",
    );
    sandbox.edit("cluster.toml", "memory = \"2304MiB\"", "memory = \"2304MiB\" # enough");
    sandbox.edit(
        "cluster.toml",
        "[vms.vault]",
        "[vms.worker-3]\nrole = \"worker\"\nip = \"10.0.20.23\"\n\n[vms.vault]",
    );
    sandbox.expect(0, &["templates", "eject", "k8s/flannel.yaml"]);
    let template = "nixgen/templates/k8s/flannel.yaml.tera";
    sandbox.edit(template, "apiVersion: v1\n", "# ours\napiVersion: v1\n");
    sandbox.expect(0, &["render", "-q", "--force", "vms/vault.nix"]);
    commit(&sandbox, "more memory");
    sandbox
}

fn shown(sandbox: &Sandbox, format: &str) -> Ran {
    sandbox.expect(1, &["diff", "--base", "main", "--format", format])
}

/// The text with a commit's name that is the same whatever it holds.
fn without_commit(sandbox: &Sandbox, text: &str) -> String {
    let [commit, head] = ["main", "HEAD"].map(|name| git(sandbox, &["rev-parse", name]));
    let text = text.replace(&commit, "<commit>").replace(&commit[..8], "<commit>");
    text.replace(&head, "<head>")
}

/// A plan without the lines of its files, which the patch has.
fn without_lines(plan: &str) -> String {
    let mut plan: Value = serde_json::from_str(plan).expect("JSON");
    let (mut files, mut drift) = (plan["files"].take(), plan["base"]["drift"].take());
    for file in [&mut files, &mut drift].into_iter().filter_map(Value::as_array_mut).flatten() {
        file.as_object_mut().expect("an object").remove("hunks").expect("hunks");
    }
    plan["files"] = files;
    plan["base"]["drift"] = drift;
    format!("{plan:#}\n")
}

#[test]
fn a_pull_request_is_told_in_every_format() {
    let sandbox = pull_request();
    let mut different = Vec::new();
    for (format, name) in [
        ("options", "options.txt"),
        ("stat", "stat.txt"),
        ("unified", "unified.diff"),
        ("markdown", "markdown.md"),
        ("json", "plan.json"),
    ] {
        let mut shown = without_commit(&sandbox, &shown(&sandbox, format).stdout);
        if format == "json" {
            shown = without_lines(&shown);
        }
        let golden = format!("tests/golden/base/{name}");
        if blessing() {
            fs::create_dir_all(repository().join("tests/golden/base")).expect("a folder");
            fs::write(repository().join(&golden), &shown).expect("written");
        } else if fs::read_to_string(repository().join(&golden)).unwrap_or_default() != shown {
            different.push(format!("{golden}:\n{shown}"));
        }
    }
    assert!(different.is_empty(), "rewrite with NIXGEN_BLESS=1:\n{}", different.join("\n"));
    let page = shown(&sandbox, "html").stdout;
    let mut at = 0;
    for part in [
        "<h2>Intent",
        "<code class=\"was\">&quot;16GiB&quot;</code> → <code class=\"is\">&quot;32GiB&quot;</code>",
        "template <code>k8s/flannel.yaml</code>",
        "<h2>Effect",
        "<h2>Drift before",
        "<code>vms/vault.nix</code>",
    ] {
        let found = page[at..].find(part).unwrap_or_else(|| panic!("{part} is not behind {at}"));
        at += found;
    }
}

#[test]
fn a_page_leads_with_what_goes_and_unfolds_what_is_long() {
    let sandbox = rendered();
    let long = "words ".repeat(40);
    let config = sandbox.read("cluster.toml");
    let (start, _) = config.match_indices("[vms.vault]").next().expect("a VM");
    let end = config[start + 1..].find("\n[").map_or(config.len(), |at| start + 1 + at);
    let config = format!("{}{}", &config[..start], &config[end..]);
    let motd = format!("[vms.worker-1.nixos]\nusers.motd = \"{long}\"\n");
    sandbox.write("cluster.toml", &format!("{config}\n{motd}"));
    let page = shown(&sandbox, "html").stdout;
    let head = git(&sandbox, &["rev-parse", "HEAD"]);
    assert!(page.contains("<h1>lab: what cluster.toml changes</h1>"), "its name");
    let from = format!("From main ({0}) to the files here, on top of {0}<", &head[..8]);
    assert!(page.contains(&from), "{from}");
    let (intent, effect) = page.split_once("<h2>Effect").expect("both");
    let first = intent.split("<tr data-words=").nth(1).expect("a value");
    assert!(first.starts_with("\"vms.vault\"") && first.contains("class=\"was\""), "{first}");
    let first = effect.split("<tr").nth(2).expect("a machine");
    assert!(first.starts_with(" class=\"gone\"") && first.contains(">vault</b> (gone)"), "{first}");
    let unfolded = page.split("<details class=\"value\"><summary>").skip(1);
    let unfolded = unfolded.filter_map(|part| part.split("</details>").next());
    let whole = unfolded
        .filter(|part| part.split("</summary>").nth(1).is_some_and(|it| it.contains(&long)));
    assert!(whole.count() >= 1);
}

fn assert_valid(plan: &Value) {
    let schema = serde_json::from_str(&read("docs/plan.schema.json")).expect("JSON");
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource("schema.json", schema).expect("a resource");
    let index = compiler.compile("schema.json", &mut schemas).expect("a schema");
    if let Err(error) = schemas.validate(plan, index) {
        panic!("{error:#}\n{plan:#}");
    }
}

#[test]
fn the_three_do_not_mix() {
    let sandbox = pull_request();
    let plan: Value = serde_json::from_str(&shown(&sandbox, "json").stdout).expect("JSON");
    assert_valid(&plan);
    let texts = |values: &Value, key: &str| -> Vec<String> {
        let values = values.as_array().expect("a list").iter();
        values.map(|value| value[key].as_str().expect("text").to_owned()).collect()
    };
    assert_eq!(
        texts(&plan["base"]["intent"], "path"),
        ["vms.worker-1.memory", "vms.worker-3.role", "vms.worker-3.ip"],
    );
    assert_eq!(texts(&plan["base"]["templates"], "name"), ["k8s/flannel.yaml"]);
    assert_eq!(texts(&plan["base"]["drift"], "path"), ["docs/cluster.md", "vms/vault.nix"]);
    assert_eq!(texts(&plan["base"]["drift"], "state"), ["missing", "edited"]);
    let files = texts(&plan["files"], "path");
    assert!(files.contains(&"vms/worker-1.nix".to_owned()), "{files:?}");
    assert!(!files.contains(&"vms/vault.nix".to_owned()), "nothing of it is meant: {files:?}");
    let line = plan["base"]["intent"][0]["line"].as_u64().expect("a line");
    let config = sandbox.read("cluster.toml");
    let at = config.lines().position(|line| line.contains("32GiB")).expect("there");
    assert_eq!(line, at as u64 + 1);
}

#[test]
fn the_patch_is_one_that_git_applies() {
    let sandbox = rendered();
    git(&sandbox, &["switch", "-q", "-c", "change"]);
    sandbox.edit("cluster.toml", "memory = \"16GiB\"", "memory = \"32GiB\"");
    let patch = sandbox.expect(1, &["diff", "--base", "main"]).stdout;
    sandbox.write("change.patch", &patch);
    git(&sandbox, &["apply", "change.patch"]);
    let checked = sandbox.run(&["check"]);
    assert!(checked.stdout.lines().all(|line| line.ends_with("nixgen.lock")), "{}", checked.stdout);
}

#[test]
fn comments_and_layout_are_no_change() {
    let sandbox = rendered();
    let spaced = sandbox.read("cluster.toml").replace(" = ", "   =  ").replace('\n', " # x\n");
    sandbox.write("cluster.toml", &spaced);
    let ran = sandbox.expect(0, &["diff", "--base", "main", "--format", "options"]);
    assert!(ran.stdout.contains("\n  nothing\n\nEffect: what that does\n  nothing\n"), "{ran:?}");
    assert!(ran.stdout.ends_with("\n  none\n"), "{ran:?}");
    let quiet = sandbox.expect(0, &["diff", "--base", "main", "-q"]);
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));
}

#[test]
fn a_step_is_judged_from_that_revision_on() {
    let sandbox = rendered();
    let config = sandbox.read("cluster.toml");
    sandbox.write("cluster.toml", &config.replace("size = \"40GiB\"", "size = \"30GiB\""));
    sandbox.expect(0, &["render", "-q", "--allow", "data-risk"]);
    sandbox.expect(0, &["check", "-q"]);
    // The tree is in sync, and the step is one all the same.
    let said = sandbox.expect(3, &["diff", "--base", "main"]).stderr;
    assert!(said.contains("shrunk-volume") || said.contains("NG0909"), "{said}");
    let said = sandbox.expect(1, &["diff", "--base", "main", "--allow", "shrunk-volume"]).stderr;
    assert!(said.contains("DATA AT RISK on `worker-1`"), "{said}");
}

#[test]
fn what_was_ejected_is_a_persons_whatever_is_rendered() {
    let sandbox = rendered();
    sandbox.expect(0, &["eject", "vms/worker-1.nix", "--yes"]);
    sandbox.edit("cluster.toml", "memory = \"16GiB\"", "memory = \"32GiB\"");
    let shown = sandbox.expect(1, &["diff", "--base", "main", "--format", "options"]).stdout;
    assert!(!shown.contains("microvm.mem"), "{shown}");
    let shown = sandbox.expect(1, &["diff", "--base", "main"]).stdout;
    assert!(shown.contains("# vms/worker-1.nix was ejected. Since then nixgen would"), "{shown}");
}

#[test]
fn a_revision_that_is_invalid_is_compared_as_it_is_committed() {
    let sandbox = Sandbox::with_config(&read(CONFIG));
    sandbox.expect(0, &["render", "-q", "--yes"]);
    sandbox.edit("cluster.toml", "role = \"control-plane\"", "rolle = \"control-plane\"");
    init(&sandbox);
    sandbox.write("cluster.toml", &read(CONFIG));
    sandbox.edit("cluster.toml", "memory = \"16GiB\"", "memory = \"32GiB\"");
    let ran = sandbox.expect(1, &["diff", "--base", "main", "--format", "options"]);
    assert!(
        ran.stderr.starts_with("warning: this nixgen cannot render main:./cluster.toml"),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("\n  main:./cluster.toml:"), "{ran:?}");
    assert!(ran.stderr.contains(": unknown key `rolle`"), "{ran:?}");
    for part in [
        "vms.worker-1.memory",
        "Effect: against what is committed in main\n",
        "microvm.mem",
        "  not known: this nixgen cannot render what main says\n",
    ] {
        assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
    }
    for format in FORMATS {
        sandbox.expect(1, &["diff", "--base", "main", "--format", format]);
    }
    // Nor is it any TOML.
    sandbox.write("cluster.toml", "[cluster\n");
    commit(&sandbox, "worse");
    sandbox.write("cluster.toml", &read(CONFIG));
    let ran = sandbox.expect(0, &["diff", "--base", "main", "--format", "options"]);
    assert!(ran.stdout.contains("  not known: cluster.toml of main is no TOML\n"), "{ran:?}");
    for format in FORMATS {
        sandbox.expect(0, &["diff", "--base", "main", "--format", format]);
    }
}

#[test]
fn a_broken_template_of_that_revision_is_none_of_this_one() {
    let sandbox = Sandbox::with_config(&read(CONFIG));
    sandbox.expect(0, &["render", "-q", "--yes"]);
    sandbox.write("nixgen/templates/vms/vm.nix.tera", "{% if %}\n");
    init(&sandbox);
    fs::remove_dir_all(sandbox.at("nixgen")).expect("there");
    let ran = sandbox.expect(1, &["diff", "--base", "main", "--format", "stat"]);
    assert!(ran.stderr.contains("cannot render main:./cluster.toml"), "{ran:?}");
    assert!(ran.stdout.contains("template vms/vm.nix  nixgen's again"), "{ran:?}");
    let place = ran.stdout + &ran.stderr;
    assert!(!place.contains("/."), "no folder of ours: {place}");
}

/// A run that must be refused, with what it says.
fn refused(sandbox: &Sandbox, args: &[&str], parts: &[&str]) {
    let ran = sandbox.expect(2, args);
    assert_eq!(ran.stdout, "", "{args:?}");
    for part in parts {
        assert!(ran.stderr.contains(part), "{args:?} does not say {part}: {}", ran.stderr);
    }
}

#[test]
fn what_is_not_there_is_named_with_what_to_type() {
    let sandbox = Sandbox::with_config(&read(CONFIG));
    refused(
        &sandbox,
        &["diff", "--base", "main"],
        &[". is in no git repository", "without `--base`"],
    );
    git(&sandbox, &["init", "-q", "-b", "main"]);
    refused(&sandbox, &["diff", "--base", "main"], &["no revision `main`", "git branch --all"]);
    sandbox.write("other", "x");
    git(&sandbox, &["add", "other"]);
    git(&sandbox, &["commit", "-q", "-m", "without"]);
    refused(
        &sandbox,
        &["diff", "--base", "main"],
        &["`main` has no cluster.toml", "git log --oneline"],
    );
    commit(&sandbox, "two");
    for name in ["mian", "", "HEAD..main", "HEAD:cluster.toml", "--output=x", "-x", "^HEAD", "a b"]
    {
        let base = format!("--base={name}");
        refused(&sandbox, &["diff", &base], &[&format!("no revision `{name}`")]);
    }
    assert!(!sandbox.at("x").exists());
    let url = format!("file://{}", sandbox.path().display());
    let clone = Sandbox::new();
    git(&clone, &["clone", "-q", "--depth", "1", &url, "."]);
    refused(&clone, &["diff", "--base", "HEAD~1"], &["this clone is shallow", "fetch-depth: 0"]);
    clone.expect(1, &["diff", "--base", "HEAD"]);

    let outside = Sandbox::with_config(&read(CONFIG));
    symlink(outside.at("cluster.toml"), sandbox.at("link.toml")).expect("linked");
    commit(&sandbox, "a link out");
    refused(&sandbox, &["diff", "--base", "HEAD", "--config", "link.toml"], &["has no link.toml"]);

    let mut command = sandbox.command(&["diff", "--base", "main"]);
    let ran = Ran::of(command.env("PATH", "/nowhere").output().expect("nixgen runs"));
    assert_eq!(ran.status, 6, "{ran:?}");
    assert!(ran.stderr.contains("cannot run git") && ran.stderr.contains("install git"), "{ran:?}");
}

#[test]
fn the_tree_may_be_below_the_top_or_outside() {
    let sandbox = Sandbox::new();
    sandbox.write("infra/cluster.toml", &read(CONFIG));
    sandbox.write("elsewhere.txt", "x");
    sandbox.expect(0, &["render", "-q", "--yes", "--config", "infra/cluster.toml", "--out", "nix"]);
    init(&sandbox);
    sandbox.edit("nix/vms/vault.nix", "vcpu = 2", "vcpu = 3");
    commit(&sandbox, "by hand");
    sandbox.edit("infra/cluster.toml", "memory = \"16GiB\"", "memory = \"32GiB\"");
    let args = ["diff", "--base", "HEAD", "--format", "stat", "--config", "infra/cluster.toml"];
    let ran = sandbox.expect(1, &[&args[..], &["--out", "nix"]].concat());
    assert!(ran.stdout.contains("  edited         vms/vault.nix  +1 −1\n"), "{ran:?}");
    let other = Sandbox::new();
    let out = other.path().to_str().expect("text");
    let ran = sandbox.expect(1, &[&args[..], &["--out", out]].concat());
    assert!(ran.stderr.contains("`--out` is not in the repository"), "{ran:?}");
    assert!(ran.stdout.contains("vms/worker-1.nix"), "{ran:?}");
}

#[test]
fn the_repository_and_the_tree_stay_as_they_are() {
    let sandbox = pull_request();
    sandbox.edit("cluster.toml", "'32GiB'", "'64GiB'");
    // A filter of git's that would run, and a hook, leave a trace if they do.
    git(&sandbox, &["config", "filter.trace.smudge", "touch smudged; cat"]);
    git(&sandbox, &["config", "core.fsmonitor", "touch monitored; false"]);
    sandbox.write(".git/info/attributes", "* filter=trace\n");
    let temporary = Sandbox::new();
    let before = sandbox.tree();
    for format in FORMATS {
        let mut command = sandbox.command(&["diff", "--base", "main", "--format", format]);
        let command = command
            .env("TMPDIR", temporary.path())
            .env("GIT_DIR", "/nowhere")
            .env("GIT_INDEX_FILE", "/nowhere");
        assert_eq!(command.output().expect("nixgen runs").status.code(), Some(1), "{format}");
        assert!(sandbox.tree() == before, "{format} changed something");
    }
    assert_eq!(fs::read_dir(temporary.path()).expect("a folder").count(), 0, "it is cleared up");
}

#[test]
fn a_revision_writes_nothing_outside_of_its_folder() {
    let sandbox = rendered();
    let outside = Sandbox::new();
    let target = outside.path().to_str().expect("text");
    // A tree that no git makes: a link, and a folder of the same name.
    let object = |text: &str, kind: &str| {
        sandbox.write("object", text);
        git(&sandbox, &["hash-object", "-w", "-t", kind, "object"])
    };
    let (link, file) = (object(target, "blob"), object("x", "blob"));
    let config = git(&sandbox, &["rev-parse", "HEAD:cluster.toml"]);
    let raw = |object: &str| -> Vec<u8> {
        (0..object.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&object[at..at + 2], 16).expect("hex"))
            .collect()
    };
    let tree = |entries: &[(&str, &str)]| {
        let mut bytes = Vec::new();
        for (name, object) in entries {
            bytes.extend([name.as_bytes(), b"\0", &raw(object)].concat());
        }
        fs::write(sandbox.at("object"), bytes).expect("written");
        git(&sandbox, &["hash-object", "-w", "-t", "tree", "--literally", "object"])
    };
    let below = tree(&[("100644 x.nix", &file)]);
    for entries in [
        vec![("100644 cluster.toml", &*config), ("120000 vms", &*link), ("40000 vms", &*below)],
        vec![("40000 ..", &*below), ("100644 cluster.toml", &*config), ("40000 .git", &*below)],
    ] {
        let top = tree(&entries);
        let commit = git(&sandbox, &["commit-tree", "-m", "hostile", &top]);
        let ran = sandbox.run(&["diff", "--base", &commit, "--format", "stat"]);
        assert!(matches!(ran.status, 1 | 6), "{ran:?}");
        assert!(outside.tree().is_empty());
        assert!(!Path::new(&std::env::temp_dir()).join("x.nix").exists());
    }
}

#[test]
fn a_link_to_the_file_leads_to_it_within_the_revision() {
    let sandbox = Sandbox::new();
    sandbox.write("envs/prod.toml", &read(CONFIG));
    symlink("envs/prod.toml", sandbox.at("cluster.toml")).expect("linked");
    sandbox.expect(0, &["render", "-q", "--yes"]);
    init(&sandbox);
    sandbox.edit("envs/prod.toml", "memory = \"16GiB\"", "memory = \"32GiB\"");
    let ran = sandbox.expect(1, &["diff", "--base", "HEAD", "--format", "options"]);
    assert!(ran.stdout.contains("vms.worker-1.memory"), "{ran:?}");
    assert!(ran.stdout.ends_with("  none\n"), "{ran:?}");
}

#[test]
fn names_that_no_folder_can_hold_are_no_concern() {
    let sandbox = rendered();
    let object = git(&sandbox, &["rev-parse", "HEAD:cluster.toml"]);
    let mut listed = Vec::new();
    let long = [0xe9; 300];
    for name in [&b"n\xff"[..], b"n\xfe", &long, b"VMS/vault.nix", b"nixgen/templates/n\xff.tera"] {
        listed.extend([format!("100644 {object}\t").as_bytes(), name, b"\0"].concat());
    }
    git_reading(&sandbox, &["update-index", "-z", "--index-info"], &listed);
    git(&sandbox, &["commit", "-q", "-m", "names"]);
    let ran = sandbox.expect(0, &["diff", "--base", "HEAD", "--format", "stat"]);
    assert!(ran.stdout.ends_with("  none\n"), "{ran:?}");
}

/// A stand-in for git-crypt, which has one key and gives what is behind the name of it.
const GIT_CRYPT: &str = "#!/bin/sh
[ \"$1 $2\" = 'smudge --key-file' ] && [ \"$(cat \"$3\")\" = right ] && tail -c +12
";

#[test]
fn what_git_crypt_has_encrypted_is_compared_once_there_is_a_key() {
    let (sandbox, tools) = (rendered(), Sandbox::new());
    tools.write("git-crypt", GIT_CRYPT);
    fs::set_permissions(tools.at("git-crypt"), Permissions::from_mode(0o755)).expect("set");
    let path = format!("{}:{}", tools.path().display(), std::env::var("PATH").expect("a path"));
    let encrypt = |path: &str| {
        let text = sandbox.read(path);
        let encrypted = [b"\0GITCRYPT\0\xff", text.as_bytes()].concat();
        fs::write(sandbox.at(path), encrypted).expect("written");
        commit(&sandbox, path);
        sandbox.write(path, &text);
    };
    let diff = |path: &str| {
        let mut command = sandbox.command(&["diff", "--base", "HEAD", "--format", "stat"]);
        Ran::of(command.env("PATH", path).output().expect("nixgen runs"))
    };
    let key = ".git/git-crypt/keys/default";
    for (file, locked) in [("vms/vault.nix", 0), ("cluster.toml", 6)] {
        encrypt(file);
        let ran = diff(&path);
        assert_eq!(ran.status, locked, "{ran:?}");
        let said = format!("HEAD:./{file}: git-crypt has encrypted it, and this clone has no key");
        assert!(ran.stderr.contains(&said) && ran.stderr.contains("`git-crypt unlock`"), "{ran:?}");
        // With several keys, each is tried; what the branch names as its filter is not.
        sandbox.write(key, "wrong");
        sandbox.write(".gitattributes", "* filter=git-crypt-other\n");
        assert!(diff(&path).stderr.contains("no key of this clone fits"));
        sandbox.write(".git/git-crypt/keys/other", "right");
        let ran = diff(&path);
        assert_eq!(ran.status, 0, "{ran:?}");
        assert!(ran.stdout.ends_with("  none\n"), "{ran:?}");
        fs::remove_dir_all(sandbox.at(".git/git-crypt")).expect("there");
    }
    // Nor is a file that is locked in the work tree taken for anything else.
    git(&sandbox, &["checkout", "-q", "cluster.toml"]);
    let ran = sandbox.expect(3, &["check"]);
    assert!(ran.stderr.contains("encrypted with git-crypt here"), "{ran:?}");
    assert!(ran.stderr.contains("`git-crypt unlock`"), "{ran:?}");
}

/// Takes an object away from a repository.
fn lose(sandbox: &Sandbox, name: &str) {
    let object = git(sandbox, &["rev-parse", name]);
    let (folder, file) = object.split_at(2);
    fs::remove_file(sandbox.at(&format!(".git/objects/{folder}/{file}"))).expect("there");
}

#[test]
fn what_a_broken_clone_lacks_is_named() {
    let sandbox = rendered();
    sandbox.edit("cluster.toml", "memory = \"16GiB\"", "memory = \"32GiB\"");
    sandbox.write("elsewhere/x", "x");
    commit(&sandbox, "two");
    sandbox.edit("cluster.toml", "memory = \"32GiB\"", "memory = \"48GiB\"");
    // What is none of nixgen's is not missed.
    lose(&sandbox, "HEAD:elsewhere");
    let whole = sandbox.expect(1, &["diff", "--base", "HEAD", "--format", "stat"]);
    assert!(whole.stdout.contains("stale          vms/worker-1.nix"), "{whole:?}");
    lose(&sandbox, "HEAD:vms/vault.nix");
    for format in FORMATS {
        let ran = sandbox.expect(1, &["diff", "--base", "HEAD", "--format", format]);
        assert!(ran.stderr.contains("cannot read HEAD:./vms/vault.nix: its object"), "{ran:?}");
        assert!(ran.stderr.contains("\n  `git fetch --refetch"), "{ran:?}");
        assert!(ran.stdout.contains("worker-1"), "{ran:?}");
        assert!(*format == "json" || ran.stdout.contains("not known: what HEAD has"), "{ran:?}");
    }
    let plan = sandbox.expect(1, &["diff", "--base", "HEAD", "--format", "json"]).stdout;
    let plan: Value = serde_json::from_str(&plan).expect("JSON");
    assert_valid(&plan);
    assert!(plan["base"]["drift"].is_null(), "unknown, and not none");
    lose(&sandbox, "HEAD:cluster.toml");
    let ran = sandbox.expect(6, &["diff", "--base", "HEAD"]);
    assert!(ran.stderr.contains("cannot read HEAD:./cluster.toml: its object"), "{ran:?}");
    lose(&sandbox, "HEAD^{tree}");
    sandbox.expect(6, &["diff", "--base", "HEAD"]);
}

#[test]
fn a_partial_clone_fetches_nothing_by_itself() {
    let sandbox = rendered();
    git(&sandbox, &["config", "uploadpack.allowFilter", "true"]);
    sandbox.edit("cluster.toml", "memory = \"16GiB\"", "memory = \"32GiB\"");
    sandbox.expect(0, &["render", "-q", "--yes"]);
    commit(&sandbox, "two");
    let url = format!("file://{}", sandbox.path().display());
    for filter in ["blob:none", "tree:0"] {
        let clone = Sandbox::new();
        git(&clone, &["clone", "-q", "--filter", filter, &url, "."]);
        let before = clone.tree();
        let ran = clone.expect(6, &["diff", "--base", "HEAD~1"]);
        assert!(ran.stderr.contains("cannot read HEAD~1:./cluster.toml: its object"), "{ran:?}");
        assert!(clone.tree() == before, "{filter}: it was fetched");
        git(&clone, &["fetch", "-q", "--refetch", "--no-filter"]);
        let ran = clone.expect(1, &["diff", "--base", "HEAD~1", "--format", "stat"]);
        assert!(ran.stdout.ends_with("  none\n"), "as it says: {ran:?}");
    }
}

#[test]
fn a_revision_without_end_is_not_walked_to_its_end() {
    let sandbox = rendered();
    // Each folder holds the one below it ten times: ten billion files. Where there is
    // no lock, what nixgen has written is looked for in all of them.
    let mktree = |listing: &str| git_reading(&sandbox, &["mktree"], listing.as_bytes());
    let file = git(&sandbox, &["rev-parse", "HEAD:vms/vault.nix"]);
    let mut bomb = mktree(&format!("100644 blob {file}\tx.nix\n"));
    for _ in 0..10 {
        let entries = (0..10).map(|name| format!("040000 tree {bomb}\td{name}\n"));
        bomb = mktree(&entries.collect::<String>());
    }
    git(&sandbox, &["rm", "-q", "--cached", "nixgen.lock"]);
    let others = git(&sandbox, &["write-tree"]);
    let others = git(&sandbox, &["ls-tree", &others]);
    let top = mktree(&format!("{others}\n040000 tree {bomb}\tbomb\n"));
    let commit = git(&sandbox, &["commit-tree", "-m", "bomb", &top]);
    let ran = sandbox.expect(0, &["diff", "--base", &commit, "--format", "stat"]);
    assert!(ran.stderr.contains("more than 256 MiB of a revision are not read"), "{ran:?}");
}

#[test]
fn secrets_of_a_revision_are_in_no_format() {
    let token = "abcdef.0123456789abcdef";
    let sandbox = Sandbox::with_config(&read(CONFIG));
    sandbox.expect(0, &["render", "-q", "--yes"]);
    sandbox.write(
        "cluster.toml",
        &format!(
            "{}\n[vms.vault.nixos]\nservices.x.password = \"hunter2a\"\nservices.y = [{{ apiKey = \"hunter2b\" }}]\nservices.z = [\"{token}\"]\n",
            read(CONFIG)
        ),
    );
    sandbox.edit(
        "vms/vault.nix",
        "networking.hostName",
        "a.password = \"hunter2c\";\n  networking.hostName",
    );
    init(&sandbox);
    sandbox.write(
        "cluster.toml",
        &format!("{}\n[vms.vault.nixos]\nservices.z = [\"a\"]\n", read(CONFIG)),
    );
    for format in FORMATS {
        let ran = sandbox.expect(1, &["diff", "--base", "main", "--format", format]);
        for secret in ["hunter2", token] {
            assert!(!ran.stdout.contains(secret), "{format} shows {secret}:\n{}", ran.stdout);
            assert!(!ran.stderr.contains(secret), "{format} says {secret}:\n{}", ran.stderr);
        }
        assert!(ran.stdout.contains("***"), "{format}");
    }
}

#[test]
fn names_of_branches_are_no_markup() {
    let sandbox = rendered();
    let hostile = "x|`<img/src=x>`$(id)&";
    git(&sandbox, &["branch", hostile]);
    sandbox.edit("cluster.toml", "memory = \"16GiB\"", "memory = \"32GiB\"");
    for format in ["markdown", "html"] {
        let shown = sandbox.expect(1, &["diff", "--base", hostile, "--format", format]).stdout;
        assert!(!shown.contains("<img"), "{format}");
        assert!(shown.contains("&lt;img"), "{format}");
    }
}
