//! Whole rendered trees, readable in review. `NIXGEN_BLESS=1` rewrites them.

use std::fs;

use crate::support::{Sandbox, Tree, blessing, read, repository, tree};

/// Compares the tree of a file with the golden one, which has no file that is the same in
/// the golden tree `beside` it.
fn compare(name: &str, config: &str, beside: Option<&str>) {
    let sandbox = Sandbox::with_config(&read(config));
    sandbox.expect(0, &["render", "-q"]);
    fs::remove_file(sandbox.at("cluster.toml")).expect("removed");
    let trees = repository().join("tests/golden/trees");
    let beside = beside.map(|name| tree(&trees.join(name))).unwrap_or_default();
    let mut rendered = sandbox.tree();
    rendered.retain(|path, content| beside.get(path) != Some(content));
    let folder = trees.join(name);
    if blessing() {
        let _ = fs::remove_dir_all(&folder);
        for (path, content) in &rendered {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, content).expect("written");
        }
    }
    let golden = tree(&folder);
    let names = |tree: &Tree| tree.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&rendered), names(&golden), "files of {name}");
    for (path, content) in &rendered {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
        assert_eq!(text(content), text(&golden[path]), "{name}/{path}; NIXGEN_BLESS=1 rewrites");
    }
}

#[test]
fn the_shipped_example() {
    compare("example", "cluster.toml", None);
}

#[test]
fn a_minimal_cluster() {
    let text = read("tests/golden/ok/minimal.toml");
    assert!(text.lines().count() < 30, "a minimal cluster takes fewer than 30 lines");
    compare("minimal", "tests/golden/ok/minimal.toml", None);
}

/// The minimal cluster, which forms itself.
#[test]
fn units_and_their_shares() {
    compare("units", "tests/golden/ok/units.toml", Some("minimal"));
}

/// The minimal cluster, of which a secret manager and shares are all that is added.
#[test]
fn secrets_and_shares() {
    compare("secrets", "tests/golden/ok/secrets.toml", Some("minimal"));
}

/// Every kind of workload.
#[test]
fn workloads() {
    compare("workloads", "tests/golden/ok/workloads.toml", Some("minimal"));
}
