//! What is fuzzed. `tests/fuzz_corpus.rs` runs the same on what is kept of it.

mod cluster;

use std::path::Path;
use std::sync::LazyLock;

use nixgen::cluster::Cluster;
use nixgen::diagnostic;
use nixgen::disk::{Hold, Root, compare};
use nixgen::nix::{Ready, ReadyFile};
use nixgen::outputs;
use nixgen::pipeline::{Pipeline, build, read};
use nixgen::render::overrides::{ENDING, Found, Overrides};
use nixgen::review::Plan;
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

/// A cluster without any choice, the text that it is of, and its files.
static PLAIN: LazyLock<(Source, Cluster, Ready)> = LazyLock::new(|| {
    let text = cluster::written(&[]);
    let cluster = accepted(&text).expect("a cluster without any choice is valid");
    let ready = build(&cluster, None).expect("no bug");
    (Source::new("cluster.toml", text), cluster, ready)
});

/// Any bytes as a file of a tree, by their first: the lock, the journal of a run that
/// was cut short, or a file in the place of a module, of data, of a script or a
/// manifest. It is read and shown, or refused.
pub fn any_disk(bytes: &[u8], folder: &Path) {
    let (source, cluster, ready) = &*PLAIN;
    let (kind, content) = bytes.split_first().unwrap_or((&0, &[]));
    let rendered = |folder: &str| {
        let mut paths = ready.files().iter().map(ReadyFile::path);
        paths.find(|path| path.starts_with(folder)).expect("it is rendered")
    };
    let name = match kind % 6 {
        0 => "nixgen.lock",
        1 => ".nixgen-staging/journal",
        2 => rendered("vms/"),
        3 => rendered("lib/domains/vms"),
        4 => rendered("bootstrap/2"),
        _ => rendered("k8s/"),
    };
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(&path, content).expect("written");
    let root = Root::new(folder);
    let mut said = String::new();
    if let Ok(hold) = Hold::to_write(&root, &mut |sentence| said.push_str(sentence))
        && let Ok(changes) = compare(ready, hold.root())
    {
        said += &changes.summary();
        let plan = Plan::new(source, cluster, &changes);
        said += &serde_json::to_string(&plan).expect("a plan is data");
        if let Ok(text) = std::str::from_utf8(content) {
            said += &ready.lay_out(name, text);
        }
    }
    // What was refused is still there.
    let _ = std::fs::remove_file(&path);
}

/// Any bytes as a template of the user's in place of one of each language, by their
/// first: what it makes is fit to be written, or its mistakes are told.
pub fn any_template(bytes: &[u8]) {
    const NAMES: [&str; 5] = [
        "vms/vm.nix",
        "lib/domains/vms.nix",
        "k8s/flannel.yaml",
        "bootstrap/20-cni.sh",
        "docs/cluster.md",
    ];

    let (_, cluster, _) = &*PLAIN;
    let (kind, content) = bytes.split_first().unwrap_or((&0, &[]));
    let name = NAMES[usize::from(*kind) % NAMES.len()];
    let file =
        Found { path: name.into(), name: format!("{name}{ENDING}"), content: Ok(content.to_vec()) };
    let mut overrides = Overrides::new(vec![file], &outputs::templates());
    let built =
        Pipeline::new(cluster, &overrides).and_then(|pipeline| pipeline.build(cluster, None));
    if let Err(bugs) = built {
        let ours = overrides.blame(bugs);
        assert!(ours.is_empty(), "{}", ours[0]);
        assert!(overrides.is_broken(), "a mistake that nobody sees");
    }
    for file in overrides.files() {
        let _ = diagnostic::render(&file.source, &file.found, None);
    }
}

/// What is read of a text without a mistake.
fn accepted(text: &str) -> Option<Cluster> {
    let source = Source::new("cluster.toml", text);
    let mut found = Vec::new();
    let cluster = read(&source, &mut found).cluster;
    let shown = diagnostic::render(&source, &found, Some(60));
    if found.iter().any(diagnostic::Diagnostic::is_error) {
        assert!(!shown.is_empty(), "a mistake that nobody sees");
        return None;
    }
    assert!(cluster.is_some(), "no mistake and no cluster in\n{text}");
    cluster
}
