//! What `nixgen validate` says of the clusters in `tests/golden/`.
//! `NIXGEN_BLESS=1` rewrites what is expected.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use nixgen::diagnostic::Code;
use nixgen::input::MAX_BYTES;

use crate::support::{TODAY, generated};

/// Codes whose file would be too large to keep, or that the file alone does not
/// make; a test makes them, those of templates in `templates.rs`, those that take a
/// list of options in `cli.rs`, that of another version in `versions.rs`, and that of
/// git in `ways_out.rs`.
const MADE_BY_A_TEST: [Code; 13] = [
    Code::TooLarge,
    Code::MissingModule,
    Code::MissingManifest,
    Code::MissingOutput,
    Code::MissingInput,
    Code::UnknownTemplate,
    Code::UnreadableTemplate,
    Code::BrokenTemplate,
    Code::StaleTemplate,
    Code::OptionType,
    Code::UnknownOption,
    Code::OtherVersion,
    Code::NotInGit,
];

/// Runs on a copy called `cluster.toml`, so that no message has another path.
fn validate(config: &[u8]) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("cluster.toml"), config).expect("written");
    validate_in(folder.path())
}

fn validate_in(folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_nixgen"))
        .args(["validate", "--color", "never"])
        .current_dir(folder)
        .env("SOURCE_DATE_EPOCH", TODAY)
        .output()
        .expect("nixgen runs")
}

/// Whether what is said now is what is expected from now on.
fn is_blessing() -> bool {
    std::env::var_os("NIXGEN_BLESS").is_some()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("messages are text")
}

fn cases(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(folder);
    let entries = fs::read_dir(folder).expect("the folder of the cases");
    let mut cases: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    cases.sort();
    assert!(!cases.is_empty());
    cases
}

#[test]
fn valid_clusters_have_no_diagnostics() {
    for case in cases("ok") {
        let output = validate(&fs::read(&case).expect("readable"));
        let said = stderr(&output);
        let one_line = said.starts_with("cluster.toml is valid") && said.lines().count() == 1;
        assert!(output.status.success() && one_line, "{}:\n{said}", case.display());
    }
}

#[test]
fn ten_thousand_vms_are_valid() {
    let said = stderr(&validate(generated::cluster(10_000).as_bytes()));
    assert!(said.starts_with("cluster.toml is valid"), "{said}");
}

#[test]
fn invalid_clusters_get_the_expected_messages() {
    let mut different = Vec::new();
    for case in cases("err") {
        let output = validate(&fs::read(&case).expect("readable"));
        let said = stderr(&output);
        let errors = said.contains("error[");
        let status = if errors { 3 } else { 0 };
        assert!(errors || said.contains("warning["), "{} is valid", case.display());
        assert_eq!(output.status.code(), Some(status), "{}:\n{said}", case.display());
        let expected = case.with_extension("stderr");
        if is_blessing() {
            fs::write(&expected, said).expect("written");
        } else if fs::read_to_string(&expected).unwrap_or_default() != said {
            different.push(format!("{}:\n{said}", case.display()));
        }
    }
    assert!(different.is_empty(), "rewrite with NIXGEN_BLESS=1:\n{}", different.join("\n"));
}

#[test]
fn every_code_has_a_case_and_every_expectation_a_cluster() {
    if is_blessing() {
        return;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/err");
    let mut said = String::new();
    for entry in fs::read_dir(folder).expect("the folder of the cases") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "stderr") {
            assert!(path.with_extension("toml").exists(), "{} has no cluster", path.display());
            said += &fs::read_to_string(path).expect("readable");
        }
    }
    let steps = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/steps");
    for entry in fs::read_dir(steps).expect("the folder of the steps") {
        let path = entry.expect("an entry").path().join("diff.stderr");
        said += &fs::read_to_string(path).expect("readable");
    }
    let without: Vec<&str> = Code::ALL
        .iter()
        .filter(|code| !MADE_BY_A_TEST.contains(code))
        .map(|code| code.id())
        .filter(|id| !said.contains(&format!("[{id}]")))
        .collect();
    assert!(without.is_empty(), "no case in tests/golden says {}", without.join(", "));
}

#[test]
fn codes_and_their_names_are_unique() {
    let ids: BTreeSet<&str> = Code::ALL.iter().map(|code| code.id()).collect();
    let names: BTreeSet<&str> = Code::ALL.iter().map(|code| code.slug()).collect();
    assert_eq!((ids.len(), names.len()), (Code::ALL.len(), Code::ALL.len()));
    assert!(Code::ALL.windows(2).all(|pair| pair[0].id() < pair[1].id()), "in order");
}

#[test]
fn a_file_that_is_too_large_is_not_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = fs::File::create(folder.path().join("cluster.toml")).expect("created");
    file.set_len(MAX_BYTES + 1).expect("a sparse file");
    let output = validate_in(folder.path());
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains(&format!("[{}]", Code::TooLarge)));
}
