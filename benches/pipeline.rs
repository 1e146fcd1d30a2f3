//! The whole pipeline in memory, from the text of cluster.toml to files that
//! are fit to be written and compared with an empty and with a full tree.
//! criterion reports the time and, as throughput, VMs a second.

#[path = "../tests/support/generated.rs"]
mod generated;

use criterion::{
    BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main,
};
use nixgen::cluster::Cluster;
use nixgen::disk::{Hold, Root, apply, compare};
use nixgen::nix::Ready;
use nixgen::review::Plan;
use nixgen::source::Source;

fn read(text: &str) -> (Source, Cluster) {
    let source = Source::new("cluster.toml", text);
    let mut found = Vec::new();
    let cluster = nixgen::commands::read(&source, &mut found).expect("a valid cluster");
    (source, cluster)
}

fn build(text: &str) -> Ready {
    nixgen::commands::build(&read(text).1, None).expect("no bug")
}

fn pipeline(criterion: &mut Criterion) {
    for vms in [3, 100, 1_000, 10_000] {
        let text = generated::cluster(vms);
        let mut group = criterion.benchmark_group("pipeline");
        group.sample_size(10).sampling_mode(SamplingMode::Flat);
        group.throughput(Throughput::Elements(vms as u64));
        group.bench_with_input(BenchmarkId::new("render", vms), &text, |bencher, text| {
            bencher.iter(|| build(text));
        });
        let ready = build(&text);
        let tree = tempfile::tempdir().expect("a folder");
        let root = Root::new(tree.path());
        let hold = Hold::to_write(&root, &mut |_| ()).expect("free");
        apply(&compare(&ready, &root).expect("readable"), hold, &mut |_| ()).expect("written");
        group.bench_with_input(BenchmarkId::new("check", vms), &text, |bencher, text| {
            bencher.iter(|| {
                let ready = build(text);
                assert!(compare(&ready, &root).expect("readable").is_in_sync());
            });
        });
        // What a review costs beyond rendering: the first ten VMs get more memory.
        let edited = text.replacen("8GiB", "16GiB", 10);
        group.bench_with_input(BenchmarkId::new("review", vms), &edited, |bencher, text| {
            bencher.iter(|| {
                let (source, cluster) = read(text);
                let ready = nixgen::commands::build(&cluster, None).expect("no bug");
                let changes = compare(&ready, &root).expect("readable");
                let plan = Plan::new(&source, &cluster, &changes);
                serde_json::to_vec_pretty(&plan).expect("JSON")
            });
        });
        group.finish();
    }
}

criterion_group!(benches, pipeline);
criterion_main!(benches);
