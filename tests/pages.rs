//! The pages in `docs/diagnostics/`: their structure, and that their examples
//! do what they say. `NIXGEN_BLESS=1` rewrites their index.

use std::fmt::Write as _;

use crate::support::git::git;
use crate::support::versions::by_another;
use crate::support::{Sandbox, blessing, read, repository};
use nixgen::diagnostic::{Code, Severity};

/// Codes whose wrong example would be longer than a page.
const TOO_LONG_TO_SHOW: [Code; 2] = [Code::TooLarge, Code::BridgeFull];

/// A part of a cluster (`toml`) or a template of the user's (`tera` and its path),
/// and its text.
type Example = (String, String);

/// The parts of a page, in their order.
struct Page {
    summary: String,
    wrong: Example,
    right: Example,
}

/// Reads a page; the error says what is not as on every other page.
fn parse(code: Code) -> Result<Page, String> {
    let mut rest = code.page();
    let mut until = |end: &str| {
        let (part, after) = rest.split_once(end).ok_or(format!("no {end:?}, in its place"))?;
        rest = after;
        Ok::<_, String>(part.to_owned())
    };
    let title = until("\n\n")?;
    let summary = until("\n\n## Why it is bad\n\n")?;
    let why = until("\n\n## Wrong\n\n```")?;
    let wrong = (until("\n")?, until("```\n\n## Right\n\n```")?);
    let right = (until("\n")?, until("```\n")?);
    let more = rest;
    if title != format!("# {}: {}", code.id(), code.slug()) {
        return Err(format!("the title {title:?}"));
    }
    if !more.is_empty() && !more.starts_with('\n') {
        return Err("no empty line after the last example".to_owned());
    }
    for prose in [&why, &summary, more] {
        let bad = prose.lines().find(|line| line.starts_with(['#', '`', ' ']) || line.len() > 78);
        if let Some(line) = bad.filter(|line| !line.starts_with('`') || line.starts_with("```")) {
            return Err(format!("no plain text of at most 78 columns: {line:?}"));
        }
        if !prose.is_empty() && !prose.ends_with(['.', '\n']) {
            return Err(format!("no sentence: {prose:?}"));
        }
    }
    Ok(Page { summary: summary.replace('\n', " "), wrong, right })
}

/// The tables of a text, each with its header; the first one is what is before.
fn tables(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut tables = vec![("", Vec::new())];
    for line in text.lines() {
        match tables.last_mut() {
            Some((_, lines)) if !line.starts_with('[') => lines.push(line),
            _ => tables.push((line, Vec::new())),
        }
    }
    tables
}

/// The cluster that is meant when a page shows a part of one: a table that the
/// example has as well gets the lines of the part, in place of those with the
/// same keys, and the others are added at the end. Lines are enough for that,
/// and the part need not parse.
fn completed(part: &str) -> String {
    let key = |line: &str| line.split_once(" = ").map(|(key, _)| key.to_owned());
    let example = read("docs/diagnostics/example.toml");
    let mut cluster = tables(&example);
    let known = cluster.len();
    for (header, lines) in tables(part) {
        let at = cluster[..known].iter().position(|(known, _)| *known == header);
        let Some(at) = at else {
            cluster.push((header, lines));
            continue;
        };
        let old = &mut cluster[at].1;
        let (same, new): (Vec<_>, Vec<_>) = lines
            .into_iter()
            .partition(|line| old.iter().any(|old| key(old).is_some() && key(old) == key(line)));
        for line in old.iter_mut() {
            *line = same.iter().find(|same| key(same) == key(line)).unwrap_or(line);
        }
        old.splice(0..0, new);
    }
    let mut text = String::new();
    for (header, lines) in cluster {
        let _ = writeln!(text, "{header}\n{}", lines.join("\n"));
    }
    text
}

/// What `nixgen validate` says of a part of a cluster, or `nixgen render` of a
/// template.
fn validate((kind, text): &Example, code: Option<Code>) -> String {
    if kind == "toml" {
        let sandbox = Sandbox::new();
        std::fs::write(sandbox.at("cluster.toml"), bytes(&completed(text))).expect("written");
        let mut args = vec!["validate", "--color", "never"];
        if code.is_some_and(is_about_options) {
            sandbox.write("options.json", &read("tests/golden/options.json"));
            args.extend(["--options", "options.json"]);
        }
        return sandbox.run(&args).stderr;
    }
    let path = kind.strip_prefix("tera ").unwrap_or_else(|| panic!("an example in {kind}"));
    let sandbox = Sandbox::with_config(&completed(""));
    sandbox.write("hosts/homelab/hardware.nix", "{ }\n");
    let path = format!("nixgen/templates/{path}");
    sandbox.write(&path, "");
    std::fs::write(sandbox.at(&path), bytes(text)).expect("written");
    sandbox.run(&["render", "--dry-run", "--color", "never"]).stderr
}

/// A replacement character stands for a byte that is not UTF-8.
fn bytes(text: &str) -> Vec<u8> {
    let parts: Vec<&[u8]> = text.split('\u{fffd}').map(str::as_bytes).collect();
    parts.join(&0xe9)
}

/// What `nixgen diff` says of a part of a cluster, in a tree into which another
/// was rendered, and which has the module of the example.
fn diff(before: &str, part: &str) -> String {
    let sandbox = Sandbox::with_config(&completed(before));
    sandbox.write("hosts/homelab/hardware.nix", "{ }\n");
    sandbox.expect(0, &["render", "-q"]);
    sandbox.write("cluster.toml", &completed(part));
    sandbox.run(&["diff", "-q", "--color", "never"]).stderr
}

/// What `nixgen check` says of a part of a cluster, in a tree that another
/// version rendered.
fn check_another_version(part: &str) -> String {
    let sandbox = Sandbox::with_config(&completed(part));
    sandbox.write("hosts/homelab/hardware.nix", "{ }\n");
    sandbox.expect(0, &["render", "-q"]);
    by_another(&sandbox, "docs/cluster.md", "# The cluster", "# Our cluster");
    sandbox.run(&["check", "--color", "never"]).stderr
}

/// What `nixgen check` says of a part of a cluster, in a repository that lacks a file.
fn check_with_one_out_of_git(part: &str) -> String {
    let sandbox = Sandbox::with_config(&completed(part));
    sandbox.write("hosts/homelab/hardware.nix", "{ }\n");
    sandbox.expect(0, &["render", "-q"]);
    git(&sandbox, &["init", "-q"]);
    git(&sandbox, &["add", "--all"]);
    git(&sandbox, &["rm", "-q", "--cached", "docs/cluster.md"]);
    sandbox.run(&["check", "--color", "never"]).stderr
}

/// Whether a code is about the tree as well as the file.
fn is_about_the_tree(code: Code) -> bool {
    let of_the_tree =
        [Code::MissingModule, Code::MissingOutput, Code::MissingInput, Code::MissingManifest];
    of_the_tree.contains(&code) || code.id().starts_with("NG09")
}

/// Whether a code takes a list of all options.
fn is_about_options(code: Code) -> bool {
    matches!(code, Code::OptionType | Code::UnknownOption)
}

/// The codes of what was said.
fn codes(said: &str) -> Vec<&str> {
    let lines =
        said.lines().filter(|line| line.starts_with("error[") || line.starts_with("warning["));
    let mut codes: Vec<&str> = lines.filter_map(|line| line.split(['[', ']']).nth(1)).collect();
    codes.dedup();
    codes
}

#[test]
fn every_page_has_the_same_parts() {
    for code in Code::ALL {
        let page = parse(*code).unwrap_or_else(|error| panic!("{code}.md: {error}"));
        assert_eq!(page.summary, code.summary(), "{code}.md and the comment of the code");
    }
}

#[test]
fn every_wrong_example_gives_its_code_alone() {
    for code in Code::ALL.iter().filter(|code| !TOO_LONG_TO_SHOW.contains(code)) {
        let page = parse(*code).expect("a page");
        let said = if *code == Code::OtherVersion {
            check_another_version(&page.wrong.1)
        } else if *code == Code::NotInGit {
            check_with_one_out_of_git(&page.wrong.1)
        } else if is_about_the_tree(*code) {
            diff(&page.right.1, &page.wrong.1)
        } else {
            validate(&page.wrong, Some(*code))
        };
        assert_eq!(codes(&said), [code.id()], "{code}.md, wrong:\n{}\n{said}", page.wrong.1);
    }
}

#[test]
fn every_right_example_is_right() {
    let example = ("toml".to_owned(), String::new());
    assert_eq!(codes(&validate(&example, None)), [""; 0], "example.toml");
    for code in Code::ALL {
        let page = parse(*code).expect("a page");
        let said = validate(&page.right, Some(*code));
        let is_right = said.starts_with("cluster.toml is valid") || said.contains(" to create, ");
        assert!(is_right && codes(&said).is_empty(), "{code}.md, right:\n{}\n{said}", page.right.1);
        assert_ne!(page.wrong, page.right, "{code}.md");
    }
}

#[test]
fn the_index_lists_every_page() {
    let mut index = String::from(
        "# Diagnostics\n\n\
         Everything that nixgen says of a `cluster.toml` has a code, whose number is never \
         given to anything else. `nixgen explain NG0203` prints its page. The examples on \
         the pages change [this cluster](example.toml).\n\n\
         ## For programs\n\n\
         With `--message-format json` every line on standard error is an object. Its `kind` \
         is `diagnostic`, `io-error`, `bug`, `error`, `warning`, `note` or `question`, and each has a \
         `message`. A diagnostic has its `code`, `slug`, `severity`, `path`, `help`, the \
         `key` that it is about as `nixgen explain` takes it, one `primary` place or none, and `secondary` ones with a `message` each. A place is its \
         `bytes`, and its `start` and `end` by `line` and `column`, which count from 1, \
         columns in characters; the end is behind the last one.\n\n\
         ## Codes\n\n\
         | code | name | | what it is |\n|---|---|---|---|\n",
    );
    for code in Code::ALL {
        let severity = match code.severity() {
            Severity::Error => "error",
            Severity::Refused => "refused",
            Severity::Warning => "warning",
        };
        let (id, slug, summary) = (code.id(), code.slug(), code.summary());
        let _ = writeln!(index, "| [{id}]({id}.md) | {slug} | {severity} | {summary} |");
    }
    if blessing() {
        let path = repository().join("docs/diagnostics/index.md");
        std::fs::write(path, &index).expect("written");
    }
    assert_eq!(read("docs/diagnostics/index.md"), index, "rewrite it with NIXGEN_BLESS=1");
    let pages = std::fs::read_dir(repository().join("docs/diagnostics")).expect("the folder");
    // The index and the example are no pages.
    assert_eq!(pages.count(), Code::ALL.len() + 2, "a page without a code");
}

#[test]
fn a_page_is_found_by_code_and_by_name() {
    let sandbox = Sandbox::new();
    for word in ["NG0203", "ng0203", "duplicate-address", "Duplicate-Address"] {
        let page = sandbox.expect(0, &["explain", word]);
        assert_eq!(
            (page.stdout.as_str(), page.stderr.as_str()),
            (Code::DuplicateAddress.page(), "")
        );
    }
    let coloured = sandbox.expect(0, &["explain", "NG0203", "--color", "always"]).stdout;
    assert!(coloured.contains("\u{1b}[") && !coloured.contains('`'), "{coloured}");
}

#[test]
fn a_word_without_a_page_is_wrong_usage() {
    let sandbox = Sandbox::new();
    for (word, help) in [
        ("duplicate-adress", "did you mean `duplicate-address`?"),
        ("NG203", "did you mean `NG0203`?"),
        ("", "a code such as `NG0203`"),
        ("\u{1b}[2J", "a code such as `NG0203`"),
    ] {
        let ran = sandbox.expect(2, &["explain", word]);
        assert!(ran.stdout.is_empty() && ran.stderr.contains(help), "{}", ran.stderr);
        assert!(!ran.stderr.contains('\u{1b}'));
    }
}
