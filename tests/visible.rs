//! What a text may hold that nobody sees, or that a forge obeys: none of it reaches a
//! reader as more than a text, wherever it comes from and however it is shown.

use crate::support::git::init;
use crate::support::{Ran, Sandbox, read};
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

/// Words that a forge obeys, links or tells somebody of.
const LIVE: &str = "@octocat @me/team #17 me/lab#17 GH-17 !17 ~bug &3 %v1 /close fixes #17 \
                    https://evil.test www.evil.test <img/src=x> [x](https://evil.test) `@b` | ``#4`` \
                    :: ##[group]x ##vso[y] ";

/// A text that is hostile on its line and at the start of the next ones.
fn hostile() -> String {
    format!("{LIVE}\n::error::x {LIVE}\n  ::stop-commands::x\n/close {LIVE}\n")
}

/// A way in which a text gets into a tree.
type Source = (&'static str, fn(&Sandbox));

/// Everywhere that a text of somebody's can come from.
const SOURCES: &[Source] = &[
    ("a value", |sandbox| {
        let text = serde_json::to_string(&hostile()).expect("JSON");
        let config = sandbox.read("cluster.toml");
        let options = format!("environment.variables.x = {text}\nx.{text} = {text}");
        sandbox.write("cluster.toml", &format!("{config}\n[vms.vault.nixos]\n{options}\n"));
    }),
    ("a mistake", |sandbox| {
        let text = serde_json::to_string(&hostile()).expect("JSON");
        let config = sandbox.read("cluster.toml");
        sandbox
            .write("cluster.toml", &format!("{config}\n{text} = 1\n[vms.vault]\nrole = {text}\n"));
    }),
    ("no TOML", |sandbox| {
        let config = sandbox.read("cluster.toml");
        sandbox.write("cluster.toml", &format!("{config}\n{}", hostile()));
    }),
    ("an edited file", |sandbox| {
        let text = format!("x = ''\n{}'';\n  networking.hostName", hostile().replace("''", ""));
        sandbox.edit("vms/vault.nix", "networking.hostName", &text);
        sandbox.edit("docs/cluster.md", "# ", &format!("{}\n# ", hostile()));
        sandbox.edit("bootstrap/90-verify.sh", "set -", &format!("{}\nset -", hostile()));
    }),
    ("an ejected file", |sandbox| {
        sandbox.expect(0, &["eject", "--yes", "-q", "docs/cluster.md"]);
        sandbox.edit("docs/cluster.md", "# ", &format!("{}\n# ", hostile()));
        sandbox.edit("cluster.toml", "memory = \"2304MiB\"", "memory = \"3GiB\"");
    }),
    ("a template", |sandbox| {
        sandbox.expect(0, &["templates", "eject", "-q", "docs/cluster.md"]);
        let text = format!("{}\n{{{{ {LIVE} }}}}\n# ", hostile());
        sandbox.edit("nixgen/templates/docs/cluster.md.tera", "# ", &text);
    }),
    ("the lock", |sandbox| {
        let lock = sandbox.read("nixgen.lock");
        let path = serde_json::to_string(&format!("vms/{}.nix", hostile())).expect("JSON");
        sandbox.write("nixgen.lock", &format!("{lock}{path} = \"00\"\n"));
        sandbox.write(&format!("docs/{LIVE}.md").replace("/src", "src"), "x");
    }),
    ("a conflict", |sandbox| {
        let text = format!("<<<<<<< {LIVE}\n{}=======\nx\n>>>>>>> {LIVE}\n# ", hostile());
        sandbox.edit("docs/cluster.md", "# ", &text);
    }),
];

/// Everything that shows it.
const CHANNELS: &[&str] = &[
    "diff",
    "diff --format stat",
    "diff --format options",
    "diff --format markdown",
    "diff --format html",
    "diff --format json",
    "diff --base main --format markdown",
    "diff --base main",
    "check",
    "check --format github",
    "check --format json",
    "check --format sarif",
    "list",
    "list --format json",
    "list --format gitattributes",
    "validate",
    "render --dry-run",
    "adopt",
    "adopt vms/vault.nix docs/cluster.md bootstrap/90-verify.sh",
    "eject --merge docs/cluster.md",
    "explain vms/vault.nix:12",
    "templates list",
    "templates show vms/vm.nix --context",
    "graph --format svg",
    "graph --format mermaid",
];

/// Whether GitHub may take a line for a command.
fn is_command(line: &str) -> bool {
    let rest = line.trim_start().strip_prefix("::").unwrap_or_default();
    rest.starts_with(|c: char| c != ':' && !c.is_whitespace())
}

/// Whether a line is a command that nixgen gives GitHub.
fn is_own(line: &str) -> bool {
    let of = ["::error file=", "::warning file=", "::notice file="];
    of.iter().any(|start| line.starts_with(start)) && line.contains(",title=")
}

/// The text of Markdown that is no code, and the tags in it.
fn live_parts(markdown: &str) -> String {
    use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
    let mut live = String::new();
    let mut code = 0;
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_GFM) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => code += 1,
            Event::End(TagEnd::CodeBlock) => code -= 1,
            Event::Html(html) | Event::InlineHtml(html) => {
                code += html.matches("<code>").count();
                code -= html.matches("</code>").count();
                live += html.split("<code>").next().unwrap_or_default();
            }
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                live.extend(["[](", &*dest_url, ")"]);
            }
            Event::Text(text) if code == 0 => live += &text,
            _ => live += "\n",
        }
    }
    live
}

#[test]
fn nothing_is_live_from_any_source_in_any_channel() {
    for (source, make) in SOURCES {
        let sandbox = rendered();
        init(&sandbox);
        make(&sandbox);
        // Tracing takes long, and only reads the values.
        let is_run = |channel: &&&str| !channel.starts_with("explain") || *source == "a value";
        for channel in CHANNELS.iter().filter(is_run) {
            let summary = sandbox.at("summary.md");
            let _ = fs::remove_file(&summary);
            let args: Vec<&str> = channel.split(' ').collect();
            let mut command = sandbox.command(&args);
            let command =
                command.env("GITHUB_STEP_SUMMARY", &summary).env("GITHUB_ACTIONS", "true");
            let ran = Ran::of(command.output().expect("it ran"));
            for line in ran.stdout.lines().chain(ran.stderr.lines()) {
                let is_command = is_command(line) && !is_own(line);
                let is_old = line.contains("##[") || line.contains("##vso[");
                assert!(!is_command && !is_old, "{source}, {channel}: {line}");
            }
            let is_markdown = channel.contains("markdown");
            let comment = if is_markdown { ran.stdout } else { String::new() };
            for text in [comment, fs::read_to_string(&summary).unwrap_or_default()] {
                let live = live_parts(&text);
                for word in
                    ["octocat", "@", "#1", "#4", "GH-", "!1", "~bug", "evil", "<img", "/close"]
                {
                    assert!(
                        !live.contains(word),
                        "{source}, {channel}: {word} in\n{live}\nof\n{text}"
                    );
                }
                assert!(!text.lines().any(|line| line.starts_with('/')), "{source}, {channel}");
            }
        }
    }
}

#[test]
fn in_an_argument() {
    let sandbox = rendered();
    for args in [&["--color", UNSEEN][..], &[UNSEEN], &["explain", UNSEEN], &["eject", UNSEEN]] {
        for color in ["always", "never"] {
            let said = said(&sandbox, &[&["--color", color], args].concat());
            assert!(!said.contains(is_unseen) && !said.is_empty(), "{args:?}: {said:?}");
        }
    }
}

/// What a person wrote into a manifest, a script and a module, each with a secret.
const SECRETS: [(&str, &str, &str); 3] = [
    (
        "k8s/flannel.yaml",
        "apiVersion: v1\n",
        "env:\n- name: DB_PASSWORD\n  value: hunter2\npassword: |\n  hunter2\n  hunter2\n\
         args: [\"--token\", \"hunter2\"]\nurl: postgres://app:hunter2@db\n---\nkind: Secret\ndata:\n  \
         user: hunter2\n---\n",
    ),
    (
        "bootstrap/90-verify.sh",
        "set -",
        "curl -u me:hunter2 https://x\ncurl -H 'Authorization: Bearer hunter2' https://x\n\
         kubectl create secret generic x --from-literal=a=hunter2\ncat <<EOF\nPASSWORD=hunter2\nEOF\n",
    ),
    (
        "vms/vault.nix",
        "networking.hostName",
        "a.password = \"hunter2\";\n  b = [ \"--password\" \"hunter2\" ];\n  c = ''\n    token=hunter2\n  '';\n  ",
    ),
];

#[test]
fn a_secret_is_in_no_channel() {
    let sandbox = Sandbox::with_config(&read("tests/golden/review/base.toml"));
    let config = sandbox.read("cluster.toml");
    let options =
        "serviceConfig.ExecStart = \"/bin/x --password=hunter2\"\nenvironment.X = \"x\"\n";
    let service = format!("[vms.vault.nixos.systemd.services.sync]\n{options}");
    sandbox.write("cluster.toml", &format!("{config}\n{service}"));
    let warned = sandbox.expect(0, &["render", "--yes"]).stderr;
    assert!(warned.contains("NG0702") && !warned.contains("hunter2"), "{warned}");
    init(&sandbox);
    let rendered = sandbox.read("vms/vault.nix");
    let line = rendered.lines().position(|line| line.contains("hunter2")).expect("it is rendered");
    for (path, before, text) in SECRETS {
        sandbox.edit(path, before, &format!("{text}{before}"));
    }
    sandbox.edit("cluster.toml", "environment.X = \"x\"", "environment.X = \"y\"");
    let explain = format!("explain vms/vault.nix:{}", line + 1);
    let runs = CHANNELS.iter().filter(|channel| !channel.starts_with("explain"));
    for run in
        runs.copied().chain([&*explain, "diff --color always", "validate --message-format json"])
    {
        let said = said(&sandbox, &run.split(' ').collect::<Vec<_>>());
        assert!(!said.contains("hunter2"), "{run}: {said}");
    }
    let shown = said(&sandbox, &["diff"]);
    assert!(shown.matches("***").count() >= 14, "what is around them is shown: {shown}");
}
