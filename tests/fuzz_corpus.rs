//! What fuzzing starts from and what it found, run again by everybody: the
//! targets themselves are in `fuzz/`. Each input is named before it runs. How work
//! grows with a text is for `bounds.rs`.

#[path = "fuzz/src/lib.rs"]
mod fuzz;

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::hostile::{Random, seed};
use crate::support::repository;

/// The files of a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    entries.map(|entry| entry.expect("readable").path()).filter(|path| path.is_file()).collect()
}

/// The seeds of a target, and what it found.
fn inputs(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let mut paths = files(&repository().join("tests/fuzz/corpus").join(target));
    assert!(!paths.is_empty(), "{target} has no seeds");
    let found = files(&repository().join("tests/golden/fuzz"));
    paths.extend(found.into_iter().filter(|path| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(target))
    }));
    if target == "read" {
        for folder in ["ok", "err"] {
            paths.extend(files(&repository().join("tests/golden").join(folder)));
        }
    }
    paths.into_iter().map(|path| (path.clone(), fs::read(path).expect("readable"))).collect()
}

#[test]
fn any_bytes_are_read_or_refused() {
    for (path, bytes) in inputs("read") {
        println!("{}", path.display());
        fuzz::any_bytes(&bytes);
    }
}

#[test]
fn any_template_makes_files_or_its_mistakes_are_told() {
    for (path, bytes) in inputs("template") {
        println!("{}", path.display());
        fuzz::any_template(&bytes);
    }
}

#[test]
fn any_file_of_a_tree_is_read_or_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, bytes) in inputs("disk") {
        println!("{}", path.display());
        fuzz::any_disk(&bytes, folder.path());
    }
}

#[test]
fn what_is_accepted_can_be_built() {
    for (path, bytes) in inputs("cluster") {
        println!("{}", path.display());
        fuzz::any_cluster(&bytes);
    }
    let mut random = Random::new(seed());
    let mut accepted = 0;
    for _ in 0..200 {
        // Zeroes choose nothing: with few others, most clusters are valid.
        let mut byte = || match random.below(8) {
            0 => u8::try_from(random.below(256)).expect("a byte"),
            _ => 0,
        };
        let bytes: Vec<u8> = std::iter::repeat_with(&mut byte).take(160).collect();
        accepted += usize::from(fuzz::any_cluster(&bytes));
    }
    assert!(accepted >= 10, "{accepted} of 200");
}
