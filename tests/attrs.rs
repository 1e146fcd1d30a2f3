//! What is read of a Nix text, attribute by attribute, as `golden/attrs.txt` has it below
//! each. `NIXGEN_BLESS=1` rewrites what is read.

use crate::support::{blessing, read, repository};
use nixgen::nix::attrs::Attrs;

const TEXTS: &str = "tests/golden/attrs.txt";

/// What stands before each line that was read.
const READ: &str = "  = ";

#[test]
fn texts_say_what_they_set_however_they_are_spelled() {
    let golden = read(TEXTS);
    let texts = golden.split_terminator("\n\n").map(|text| {
        let lines = text.lines().filter(|line| !line.starts_with(READ));
        lines.collect::<Vec<_>>().join("\n")
    });
    let now = texts.map(|text| text.clone() + &said(&text)).collect::<Vec<_>>().join("\n\n") + "\n";
    if blessing() {
        std::fs::write(repository().join(TEXTS), &now).expect("written");
    }
    let other = now.lines().zip(golden.lines()).find(|(now, golden)| now != golden);
    assert!(now == golden, "rewrite {TEXTS} with NIXGEN_BLESS=1: {other:?}");
}

fn said(text: &str) -> String {
    let Ok(attrs) = text.parse::<Attrs>() else { return format!("\n{READ}not Nix") };
    let entries = attrs.entries.iter().map(|(path, entry)| {
        let at = entry.offset;
        format!("\n{READ}{path} = {} (at {at})", entry.value)
    });
    let imports = attrs.imports().map(|path| format!("\n{READ}imports {path}"));
    entries.chain(imports).collect()
}

#[test]
fn depth_is_bounded() {
    let lists = |depth: usize| "[ ".repeat(depth) + &"] ".repeat(depth);
    assert!(format!("{{ a = {}; }}", lists(100)).parse::<Attrs>().is_ok());
    for text in [lists(10_000), "[".repeat(100_000), "{a=".repeat(100_000)] {
        assert!(text.parse::<Attrs>().is_err());
    }
}

#[test]
fn changes_are_what_differs() {
    let read = |text: &str| text.parse::<Attrs>().expect("Nix");
    let (old, new) = (read("{ a = 1; b = 2; c = 3; }"), read("{ b = 2; c = 4; d = 5; }"));
    let value = |side: Option<&nixgen::nix::attrs::Entry>| {
        side.map_or_else(String::new, |entry| entry.value.to_string())
    };
    let shown = old.changes(&new).into_iter();
    let shown = shown.map(|it| format!("{} {}>{}", it.path, value(it.old), value(it.new)));
    assert_eq!(shown.collect::<Vec<_>>(), ["a 1>", "c 3>4", "d >5"]);
}
