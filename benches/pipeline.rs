//! The whole pipeline in memory, from the text of cluster.toml to files that
//! are fit to be written and compared with an empty and with a full tree.
//! criterion reports the time and, as throughput, VMs a second. Then what a
//! review costs beside rendering, with the program itself.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

#[path = "../tests/support/generated.rs"]
mod generated;

use std::process::Command;

use criterion::{
    BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main,
};
use nixgen::cluster::Cluster;
use nixgen::disk::{Hold, Root, apply, compare};
use nixgen::nix::Ready;
use nixgen::source::Source;

fn read(text: &str) -> (Source, Cluster) {
    let source = Source::new("cluster.toml", text);
    let mut found = Vec::new();
    let cluster = nixgen::pipeline::read(&source, &mut found).cluster.expect("a valid cluster");
    (source, cluster)
}

fn build(text: &str) -> Ready {
    nixgen::pipeline::build(&read(text).1, None).expect("no bug")
}

/// Reading alone, rendering, and comparing with what was rendered.
fn pipeline(criterion: &mut Criterion) {
    for vms in [3, 100, 1_000, 10_000] {
        measure(criterion, "pipeline", vms, &generated::cluster(vms));
    }
    measure(criterion, "pipeline with all keys", 10_000, &generated::full_cluster(10_000));
}

fn measure(criterion: &mut Criterion, name: &str, vms: usize, text: &str) {
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.throughput(Throughput::Elements(vms as u64));
    group.bench_with_input(BenchmarkId::new("read", vms), text, |bencher, text| {
        bencher.iter(|| read(text));
    });
    group.bench_with_input(BenchmarkId::new("render", vms), text, |bencher, text| {
        bencher.iter(|| build(text));
    });
    let ready = build(text);
    let tree = tempfile::tempdir().expect("a folder");
    let root = Root::new(tree.path());
    let hold = Hold::to_write(&root, &mut |_| ()).expect("free");
    apply(&compare(&ready, &root).expect("readable"), hold, &mut |_| ()).expect("written");
    group.bench_with_input(BenchmarkId::new("check", vms), text, |bencher, text| {
        bencher.iter(|| {
            let ready = build(text);
            assert!(compare(&ready, &root).expect("readable").is_in_sync());
        });
    });
    group.finish();
}

/// What a review costs beyond rendering, as people run both: in a tree of a
/// thousand VMs, ten get more memory.
fn review(criterion: &mut Criterion) {
    let text = generated::cluster(1_000);
    let tree = tempfile::tempdir().expect("a folder");
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nixgen"));
        let output = command.args(args).current_dir(tree.path()).output().expect("it runs");
        assert!(output.status.code().is_some_and(|code| code <= 1), "{output:?}");
    };
    let write = |text: &str| std::fs::write(tree.path().join("cluster.toml"), text);
    write(&text).expect("written");
    run(&["render", "--yes"]);
    let mut group = criterion.benchmark_group("review");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.bench_function("render, nothing to do", |bencher| {
        bencher.iter(|| run(&["render", "--dry-run"]));
    });
    write(&text.replacen("8GiB", "16GiB", 10)).expect("written");
    group.bench_function("diff --format json", |bencher| {
        bencher.iter(|| run(&["diff", "--format", "json"]));
    });
    group.finish();
}

criterion_group!(benches, pipeline, review);
criterion_main!(benches);
