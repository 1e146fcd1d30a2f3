//! The book of `docs/`: every page is in it, every link leads somewhere, and what can
//! be followed was followed. `NIXGEN_BLESS=1` rewrites what is generated of it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use walkdir::WalkDir;

use crate::support::reference::reference;
use crate::support::{Ran, Sandbox, TODAY, blessing, read, repository};
use nixgen::diagnostic::Code;

/// The chapters in the order in which they are read.
const CHAPTERS: [&str; 12] = [
    "README.md",
    "tutorial.md",
    "migrate.md",
    "use.md",
    "nix.md",
    "existing-data.md",
    "pipeline.md",
    "keys.md",
    "commands.md",
    "diagnostics/index.md",
    "security.md",
    "architecture.md",
];

/// A page that a test makes.
fn assert_generated(path: &str, text: &str) {
    if blessing() {
        fs::write(repository().join(path), text).expect("written");
    }
    assert!(read(path) == text, "{path}: rewrite it with NIXGEN_BLESS=1");
}

/// The title of a page, and the anchors of its headings as forges name them.
fn headings(text: &str) -> Vec<(String, String)> {
    let mut headings: Vec<(String, String)> = Vec::new();
    let mut heading: Option<String> = None;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => {
                let title = heading.take().expect("a heading");
                let kept = title.to_lowercase().replace(' ', "-");
                let is_kept = |c: &char| c.is_alphanumeric() || matches!(c, '-' | '_');
                headings.push((kept.chars().filter(is_kept).collect(), title));
            }
            Event::Text(part) | Event::Code(part) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&part);
                }
            }
            _ => {}
        }
    }
    headings
}

/// Where the links and pictures of a page lead.
fn links(text: &str) -> Vec<String> {
    let events = Parser::new_ext(text, Options::ENABLE_TABLES);
    let links = events.filter_map(|event| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => Some(dest_url),
        _ => None,
    });
    links.map(|link| link.to_string()).collect()
}

/// The Markdown of the repository that is read as such.
fn markdown() -> Vec<String> {
    let root = repository();
    let is_ours = |entry: &walkdir::DirEntry| {
        let name = entry.file_name().to_string_lossy();
        !matches!(&*name, "target" | "golden" | ".git" | "node_modules")
    };
    let files = WalkDir::new(root).sort_by_file_name().into_iter().filter_entry(is_ours);
    let paths = files.map(|file| file.expect("readable").into_path());
    let paths = paths.map(|path| path.strip_prefix(root).expect("below").to_owned());
    let paths = paths.map(|path| path.to_str().expect("text").to_owned());
    paths.filter(|path| path.ends_with(".md")).collect()
}

#[test]
fn every_page_is_in_the_book() {
    let mut summary = String::from("# Summary\n\n");
    for chapter in CHAPTERS {
        let title = headings(&read(&format!("docs/{chapter}"))).swap_remove(0).1;
        let _ = writeln!(summary, "- [{title}]({chapter})");
        if chapter.starts_with("diagnostics") {
            for code in Code::ALL {
                let id = code.id();
                let _ = writeln!(summary, "  - [{id}: {}](diagnostics/{id}.md)", code.slug());
            }
        }
    }
    assert_generated("docs/SUMMARY.md", &summary);
    let listed: BTreeSet<String> = links(&summary).into_iter().collect();
    let pages = markdown().into_iter().filter_map(|it| it.strip_prefix("docs/").map(str::to_owned));
    let pages: BTreeSet<String> = pages.filter(|page| page != "SUMMARY.md").collect();
    assert_eq!(pages, listed);
}

#[test]
fn every_link_leads_somewhere() {
    let mut seen = 0;
    for page in markdown() {
        let text = read(&page);
        for link in links(&text).iter().filter(|link| !link.contains("://")) {
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let folder = Path::new(&page).parent().expect("a folder");
            let target = repository().join(folder).join(path);
            assert!(path.is_empty() || target.exists(), "{page}: {link}");
            let there = if path.is_empty() {
                text.clone()
            } else {
                fs::read_to_string(&target).unwrap_or_default()
            };
            let leads = anchor.is_empty() || headings(&there).iter().any(|(it, _)| it == anchor);
            assert!(leads, "{page}: {link}");
            // What is not below `docs/` is no part of the book.
            let book = repository().join("docs").canonicalize().expect("the book");
            let is_out = page.starts_with("docs/")
                && !path.is_empty()
                && !target.canonicalize().expect("there").starts_with(book);
            assert!(!is_out, "{page}: {link} leads out of the book");
            // mdBook makes another page of a README than its links lead to.
            let is_in_book = page.starts_with("docs/") && page != "docs/SUMMARY.md";
            assert!(!(is_in_book && path.ends_with("README.md")), "{page}: {link}");
            seen += 1;
        }
    }
    assert!(seen > 200, "{seen}");
}

#[test]
fn the_keys_are_what_the_schema_says() {
    assert_generated("docs/keys.md", &reference());
}

/// The parts of a help text: an option with what is said of it, or another paragraph.
fn parts(help: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for line in help.lines() {
        let is_option = line.starts_with("  -") || line.starts_with("      --");
        let begins = is_option || !line.is_empty() && !line.starts_with(' ');
        match parts.last_mut() {
            Some(part) if !begins => {
                part.push('\n');
                part.push_str(line.trim_end());
            }
            _ => parts.push(line.to_owned()),
        }
    }
    parts.iter().map(|part| part.trim_end().to_owned()).collect()
}

#[test]
fn the_commands_are_what_their_help_says() {
    let sandbox = Sandbox::new();
    let help = |args: &[&str]| sandbox.expect(0, args).stdout;
    let all = help(&["--help"]);
    let (_, commands) = all.split_once("Commands:\n").expect("commands");
    let names = commands.lines().take_while(|line| line.starts_with("  "));
    // What is said of one may go on below it.
    let names = names.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let names = names.filter(|name| !name.is_empty());
    // It has no options but those of every command.
    let common = parts(&help(&["validate", "--help"]));
    let mut page = String::from(
        "# Commands\n\nWhat `nixgen COMMAND --help` says. [Use it](use.md#commands) tells in a \
         line what each is for.\n",
    );
    let mut add = |title: &str, parts: Vec<&String>| {
        let text: Vec<&str> = parts.iter().map(|part| part.as_str()).collect();
        let _ = write!(page, "\n## {title}\n\n```text\n{}\n```\n", text.join("\n\n"));
    };
    for name in names.filter(|name| *name != "help") {
        let parts = parts(&help(&[name, "--help"]));
        // What it is for, and how it is called, are its own.
        let is_own = |(at, part): &(usize, &String)| *at < 2 || !common.contains(part);
        let own = parts.iter().enumerate().filter(is_own).map(|(_, part)| part);
        add(&format!("nixgen {name}"), own.collect());
    }
    add("Options of every command", common.iter().filter(|part| part.starts_with(' ')).collect());
    assert_generated("docs/commands.md", &page);
}

/// The commands of the tutorial, one after the other, and its file.
#[test]
fn the_tutorial_can_be_followed() {
    let page = read("docs/tutorial.md");
    let sandbox = Sandbox::new();
    let path = Path::new(env!("CARGO_BIN_EXE_nixgen")).parent().expect("a folder");
    let path = format!("{}:{}", path.display(), std::env::var("PATH").expect("a path"));
    for part in page.split("\n```").skip(1).step_by(2) {
        let (language, text) = part.split_once('\n').expect("a block");
        if language == "toml" {
            sandbox.write("cluster.toml", text);
            continue;
        }
        assert_eq!(language, "sh");
        for line in text.lines() {
            // Where no machine is there is nothing to deploy.
            if line.starts_with("nix ") || line.starts_with("nixos-rebuild ") {
                continue;
            }
            if line == "nixgen diff --format options" {
                sandbox.edit("cluster.toml", "memory = \"8GiB\"", "memory = \"16GiB\"");
            }
            let mut command = Command::new("sh");
            command.args(["-euc", line]).current_dir(sandbox.path()).env("PATH", &path);
            command.env("SOURCE_DATE_EPOCH", TODAY).envs(
                [
                    "GIT_AUTHOR_NAME",
                    "GIT_COMMITTER_NAME",
                    "GIT_AUTHOR_EMAIL",
                    "GIT_COMMITTER_EMAIL",
                ]
                .map(|name| (name, "me@example.org")),
            );
            let ran = Ran::of(command.output().expect("a shell"));
            let differs = line.starts_with("nixgen diff");
            assert_eq!(ran.status, i32::from(differs), "{line}: {ran:?}");
            assert!(!ran.stderr.contains("warning"), "{line}: {ran:?}");
            if line.ends_with("options") {
                assert!(ran.stdout.contains("worker  microvm.mem  8192 → 16384"), "{ran:?}");
                assert!(ran.stdout.contains("drain advised"), "{ran:?}");
            }
        }
    }
    assert!(sandbox.read("docs/cluster.md").contains("## Build the cluster"));
    assert!(sandbox.read("docs/cluster.md").contains("### Change a node"));
}
