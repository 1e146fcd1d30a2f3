//! What is fuzzed. `tests/fuzz_corpus.rs` runs the same on what is kept of it.

mod cluster;

use std::path::Path;
use std::sync::LazyLock;

use nixgen::cluster::Cluster;
use nixgen::diagnostic;
use nixgen::disk::{Hold, Root, compare};
use nixgen::nix::Ready;
use nixgen::pipeline::{build, read};
use nixgen::source::Source;

/// Any bytes as cluster.toml: all that is wrong with them can be shown.
pub fn any_bytes(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let _ = accepted(&text);
}

/// Bytes as choices in writing a cluster: one that is accepted can be built.
/// Tells whether it was.
pub fn any_cluster(bytes: &[u8]) -> bool {
    let text = cluster::written(bytes);
    let Some(cluster) = accepted(&text) else { return false };
    if let Err(bugs) = build(&cluster, None) {
        panic!("{}\n{text}", bugs[0]);
    }
    true
}

static READY: LazyLock<Ready> = LazyLock::new(|| {
    let cluster = accepted(&cluster::written(&[])).expect("a cluster without any choice is valid");
    build(&cluster, None).expect("no bug")
});

/// Any bytes as the lock of a tree, or as the journal of a run that was cut
/// short, by their first: read, or refused.
pub fn any_disk(bytes: &[u8], folder: &Path) {
    let (kind, content) = bytes.split_first().unwrap_or((&0, &[]));
    let name = if kind % 2 == 0 { "nixgen.lock" } else { ".nixgen-staging/journal" };
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(&path, content).expect("written");
    let root = Root::new(folder);
    let mut said = String::new();
    if let Ok(hold) = Hold::to_write(&root, &mut |sentence| said.push_str(sentence))
        && let Ok(changes) = compare(&READY, hold.root())
    {
        said += &changes.summary();
    }
    // What was refused is still there.
    let _ = std::fs::remove_file(&path);
}

/// What is read of a text without a mistake.
fn accepted(text: &str) -> Option<Cluster> {
    let source = Source::new("cluster.toml", text);
    let mut found = Vec::new();
    let cluster = read(&source, &mut found).cluster;
    let shown = diagnostic::render(&source, &found);
    if found.iter().any(diagnostic::Diagnostic::is_error) {
        assert!(!shown.is_empty(), "a mistake that nobody sees");
        return None;
    }
    assert!(cluster.is_some(), "no mistake and no cluster in\n{text}");
    cluster
}
