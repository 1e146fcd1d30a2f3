//! Whole rendered trees, readable in review. `NIXGEN_BLESS=1` rewrites them.

use std::fs;

use crate::support::{Sandbox, Tree, blessing, read, repository, tree};

fn compare(name: &str, config: &str) {
    let sandbox = Sandbox::with_config(&read(config));
    sandbox.expect(0, &["render", "-q"]);
    fs::remove_file(sandbox.at("cluster.toml")).expect("removed");
    let rendered = sandbox.tree();
    let folder = repository().join("tests/golden/trees").join(name);
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
    compare("example", "cluster.toml");
}

#[test]
fn a_minimal_cluster() {
    let text = read("tests/golden/ok/minimal.toml");
    assert!(text.lines().count() < 30, "a minimal cluster takes fewer than 30 lines");
    compare("minimal", "tests/golden/ok/minimal.toml");
}
