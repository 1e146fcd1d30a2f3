//! All tests of the program as a user meets it, in one program: it is linked
//! once, and tests that do not wait for each other run side by side.
//! `README.md` says which file is about what.

// A test ends with a panic.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unreachable,
    clippy::unwrap_used
)]

mod adopt;
mod architecture;
mod attrs;
mod base;
mod book;
mod bounds;
mod cli;
mod concurrency;
mod crash;
mod determinism;
mod excerpts;
mod explain;
mod faults;
mod fields;
mod firewall;
mod flake_fixtures;
mod formation;
mod fuzz_corpus;
mod git;
mod golden_errors;
mod golden_steps;
mod golden_trees;
mod graph;
mod hostile;
mod init;
mod kubernetes;
mod lints;
mod messages;
mod migrate;
mod mistakes;
mod mutations;
mod origin;
mod outputs;
mod own_flake;
mod pages;
mod pipeline;
mod readme;
mod real_nix;
mod releases;
mod review;
mod review_formats;
mod rights;
mod runbook;
mod schema;
mod scripts;
mod shipping;
mod states;
mod status;
mod support;
mod systemd;
mod templates;
mod terminal;
mod texts;
mod values;
mod versions;
mod visible;
mod ways_out;

#[test]
fn no_file_is_left_out() {
    for entry in std::fs::read_dir(support::repository().join("tests")).expect("the folder") {
        let name = entry.expect("an entry").file_name().into_string().expect("text");
        let module = name.strip_suffix(".rs").filter(|module| *module != "main");
        let declared = |module| include_str!("main.rs").contains(&format!("mod {module};\n"));
        assert!(module.is_none_or(declared), "{name} is no module of main.rs");
    }
}
