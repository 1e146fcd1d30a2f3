//! What every output and every workload has, whatever it is.

use std::path::Path;

use nixgen::outputs::{self, WORKLOADS};
use nixgen::pipeline;
use nixgen::source::Source;

use crate::support::{Sandbox, Tree, read, repository, tree};

#[test]
fn every_output_is_in_a_golden_tree() {
    let trees = ["example", "minimal", "secrets", "units", "workloads"].map(|name| {
        let folder = format!("tests/golden/trees/{name}");
        tree(&repository().join(folder))
    });
    for output in outputs::all() {
        let mut paths = trees.iter().flat_map(Tree::keys);
        let is_there = paths.any(|path| Path::new(path).starts_with(output.path));
        assert!(is_there, "no golden tree has {} of the output {}", output.path, output.name);
    }
}

/// A cluster with every kind of workload.
const WITH_ALL: &str = "tests/golden/ok/workloads.toml";

#[test]
fn every_manifest_is_applied_by_a_script_and_copied_by_the_runbook() {
    let sandbox = Sandbox::with_config(&read(WITH_ALL));
    sandbox.expect(0, &["render", "-q"]);
    let scripts = sandbox.read("bootstrap/20-cni.sh") + &sandbox.read("bootstrap/50-workloads.sh");
    let (page, files) = (sandbox.read("docs/cluster.md"), sandbox.tree());
    let manifests: Vec<&String> = files.keys().filter(|path| path.starts_with("k8s/")).collect();
    // The pod network has one too.
    assert!(manifests.len() > WORKLOADS.len(), "{manifests:?}");
    for manifest in manifests {
        let variable = scripts.lines().find_map(|line| {
            let (name, path) = line.strip_prefix("readonly ")?.split_once('=')?;
            (path == format!("'../{manifest}'")).then_some(name)
        });
        let variable = variable.unwrap_or_else(|| panic!("no script names {manifest}"));
        let applies = |line: &str| {
            line.starts_with("kubectl apply ") && line.ends_with(&format!("/${variable}\""))
        };
        assert!(scripts.lines().any(applies), "no script applies {manifest}");
        assert!(page.contains(&format!(" {manifest}")), "the runbook does not copy {manifest}");
    }
}

#[test]
fn every_part_of_a_workload_is_waited_for_and_verified() {
    let source = Source::new(Path::new("cluster.toml"), read(WITH_ALL));
    let cluster = pipeline::read(&source, &mut Vec::new()).cluster.expect("a cluster");
    let sandbox = Sandbox::with_config(&read(WITH_ALL));
    sandbox.expect(0, &["render", "-q"]);
    let (applied, verified) =
        (sandbox.read("bootstrap/50-workloads.sh"), sandbox.read("bootstrap/90-verify.sh"));
    for workload in WORKLOADS {
        let parts = (workload.parts)(&cluster);
        assert!(!parts.is_empty(), "there is no {}", workload.output.name);
        for part in parts {
            assert!(sandbox.at(part.manifest.inside()).exists(), "{}", part.title);
            let (namespace, resource) = (part.namespace, part.resource);
            let wait = format!("--namespace {namespace} rollout status {resource} --timeout");
            assert!(applied.contains(&wait), "{wait}");
            let how =
                part.nodes.map_or("rolled_out".to_owned(), |nodes| format!("on_nodes {nodes}"));
            let check = format!("'{} runs' {how} {namespace} {resource}\n", part.title);
            assert!(verified.contains(&check), "{check}");
        }
    }
}
