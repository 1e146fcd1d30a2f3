//! Disks and folders that fail while the real binary writes: the tree stays as
//! it was, the path is named, and the status is 6.

mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use rayon::prelude::*;
use support::scene::{Scene, times};
use support::strace::{inject, points};
use support::{Ran, Sandbox};

const RENDER: &[&str] = &["render", "-q"];
/// Tidies up after a run and does nothing else: there is no such file.
const HEAL: &[&str] = &["render", "-q", "--force", "no/such/file"];

#[test]
fn a_call_that_fails_changes_nothing() {
    let scene = Scene::new(3);
    let (points, _) = points(scene.copy().path(), RENDER);
    let (unchanged, written) = (AtomicUsize::new(0), AtomicUsize::new(0));
    points.par_iter().for_each(|point| {
        for error in ["ENOSPC", "EACCES", "EROFS", "EIO"] {
            let context = (point, error);
            let sandbox = scene.copy();
            let before = times(sandbox.path());
            let fault = format!("error={error}:when={}", point.nth);
            let ran = Ran::of(inject(sandbox.path(), &point.call, &fault, RENDER));
            if ran.status == 0 {
                // All was in place already. What is left over goes with the next run.
                assert!(matches!(&*point.call, "unlinkat" | "fsync"), "{context:?}");
                let tells = ran.stderr.contains("; the next run tries again");
                assert!(tells || ran.stderr.is_empty(), "{context:?}: {}", ran.stderr);
                sandbox.expect(2, HEAL);
                assert!(scene.is_new(sandbox.path(), &context));
                written.fetch_add(1, Relaxed);
            } else {
                assert_eq!(ran.status, 6, "{context:?}: {}", ran.stderr);
                // The root is `.`, and so is its path.
                let is_named = [" .: ", " ./"].iter().any(|path| ran.stderr.contains(path));
                assert!(is_named && ran.stderr.starts_with("error: cannot "), "{}", ran.stderr);
                assert!(!scene.is_new(sandbox.path(), &context));
                assert_eq!(times(sandbox.path()), before, "{context:?}");
                unchanged.fetch_add(1, Relaxed);
            }
        }
    });
    let (unchanged, written) = (unchanged.into_inner(), written.into_inner());
    println!(
        "{} calls that fail in 4 ways: {unchanged} times nothing was changed, \
         {written} times it failed to tidy up only",
        points.len()
    );
    assert!(unchanged > 2 * written);
}

#[test]
fn a_disk_that_fails_from_some_call_on_leaves_the_old_or_the_new_after_the_next_run() {
    let scene = Scene::new(3);
    let (points, _) = points(scene.copy().path(), RENDER);
    points.par_iter().filter(|point| point.call != "openat").for_each(|point| {
        let sandbox = scene.copy();
        let fault = format!("error=EIO:when={}+", point.nth);
        let ran = inject(sandbox.path(), &point.call, &fault, RENDER);
        let status = ran.status.code();
        assert!(matches!(status, Some(0 | 6)), "{point:?}: {ran:?}");
        if sandbox.at(".nixgen-staging").exists() {
            sandbox.expect(2, HEAL);
        }
        let is_new = scene.is_new(sandbox.path(), point);
        assert!(is_new || status == Some(6), "{point:?}: {ran:?}");
    });
}

/// Runs a script in which folders can be mounted and nobody else sees it.
fn mounting(folder: &Path, script: &str) -> Output {
    Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-euc", script])
        .current_dir(folder)
        .env("NIXGEN", env!("CARGO_BIN_EXE_nixgen"))
        .output()
        .expect("unshare (util-linux) runs")
}

#[test]
fn a_disk_that_is_really_full_changes_nothing() {
    let sandbox = Sandbox::with_config(&support::generated::cluster(300));
    fs::create_dir(sandbox.at("disk")).expect("a folder");
    let script = r#"
        mount -t tmpfs -o size=1m none disk || exit 99
        echo kept >disk/kept
        status=0
        "$NIXGEN" render -q --out disk || status=$?
        ls -A disk
        exit "$status""#;
    let output = mounting(sandbox.path(), script);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.code() != Some(99) && !stderr.contains("unshare:"),
        "the tests have to be allowed to mount a tmpfs in a namespace of their own: {stderr}"
    );
    assert_eq!(output.status.code(), Some(6), "{stderr}");
    assert!(stderr.starts_with("error: cannot write disk/.nixgen-staging/new-"), "{stderr}");
    assert!(stderr.contains("No space left on device"), "{stderr}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "kept\n");
}
