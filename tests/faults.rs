//! Disks and folders that fail while the real binary writes: the tree stays as
//! it was, the path is named, and the status is 6.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::thread;

use crate::support::scene::{Look, Scene, look, times};
use crate::support::strace::{inject, points};
use crate::support::{self, Ran, Sandbox, TODAY};
use rayon::prelude::*;

const RENDER: &[&str] = &["render", "--yes", "-q"];
/// Tidies up after a run and does nothing else: there is no such file.
const HEAL: &[&str] = &["render", "--yes", "-q", "--force", "no/such/file"];

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
                let tells = ran.stderr.contains("the next run tries to tidy up again");
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

#[test]
fn many_files_are_synced_at_once_and_that_may_fail_too() {
    let scene = Scene::new(60);
    for error in ["ENOSPC", "EIO"] {
        let sandbox = scene.copy();
        let before = times(sandbox.path());
        let ran = Ran::of(inject(sandbox.path(), "syncfs", &format!("error={error}"), RENDER));
        assert_eq!(ran.status, 6, "{}", ran.stderr);
        assert!(ran.stderr.starts_with("error: cannot sync .: "), "{}", ran.stderr);
        assert!(!scene.is_new(sandbox.path(), &error));
        assert_eq!(times(sandbox.path()), before);
    }
}

/// Runs a script in which folders can be mounted and nobody else sees it.
fn mounting(folder: &Path, script: &str) -> Output {
    Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-euc", script])
        .current_dir(folder)
        .env("SOURCE_DATE_EPOCH", TODAY)
        .env("NIXGEN", env!("CARGO_BIN_EXE_nixgen"))
        .output()
        .expect("unshare (util-linux) runs")
}

#[test]
fn a_disk_that_is_really_full_or_read_only_changes_nothing() {
    let sandbox = Sandbox::with_config(&support::generated::cluster(300));
    fs::create_dir(sandbox.at("disk")).expect("a folder");
    let script = r#"
        mount -t tmpfs -o size=1m none disk || exit 99
        echo kept >disk/kept
        status=0
        "$NIXGEN" render --yes -q --out disk || status=$?
        ls -A disk
        mount -o remount,ro disk || exit 99
        "$NIXGEN" render --yes -q --out disk || status="$status$?"
        ls -A disk
        exit "$status""#;
    let output = mounting(sandbox.path(), script);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.code() != Some(99) && !stderr.contains("unshare:"),
        "the tests have to be allowed to mount a tmpfs in a namespace of their own: {stderr}"
    );
    let errors: Vec<&str> = stderr.lines().collect();
    let [full, read_only] = errors[..] else { panic!("{stderr}") };
    assert!(full.starts_with("error: cannot write disk/.nixgen-staging/new-"), "{full}");
    assert!(full.contains("No space left on device"), "{full}");
    assert!(read_only.starts_with("error: cannot create disk/.nixgen-staging: "), "{read_only}");
    assert!(read_only.contains("Read-only file system"), "{read_only}");
    assert_eq!(output.status.code(), Some(66), "both are 6");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "kept\nkept\n");
}

#[test]
fn what_cannot_be_shown_is_not_written() {
    let scene = Scene::new(3);
    let full = || fs::File::options().write(true).open("/dev/full").expect("it is there");
    let foreign = scene.copy();
    foreign.edit("vms/cp.nix", "vcpu = 2", "vcpu = 3");
    for (tree, args) in [
        (scene.copy(), &["render"][..]),
        (scene.copy(), &["render", "--yes", "--message-format", "json"]),
        (Scene::copy_of(foreign.path()), &["adopt", "--yes", "vms/cp.nix"]),
        (scene.copy(), &["diff"]),
        (scene.copy(), &["check", "-q"]),
        (scene.copy(), &["list"]),
        (scene.copy(), &["explain", "NG0203"]),
    ] {
        let before = times(tree.path());
        let ran = Ran::of(tree.command(args).stdout(full()).output().expect("it runs"));
        assert_eq!(ran.status, 6, "{args:?}: {}", ran.stderr);
        let said = "cannot write to standard output: No space left on device (os error 28)";
        assert!(ran.stderr.contains(said), "{args:?}: {}", ran.stderr);
        assert_eq!(times(tree.path()), before, "{args:?}");
    }
    // Nor is it when nothing can be said of it.
    let tree = scene.copy();
    let ran = Ran::of(tree.command(&["render"]).stderr(full()).output().expect("it runs"));
    assert_eq!(ran.status, 6);
    assert!(!scene.is_new(tree.path(), &"standard error is full"));
    // Who asks for no diff needs none, and who stops reading has had enough of it.
    let tree = scene.copy();
    let ran = Ran::of(tree.command(RENDER).stdout(full()).output().expect("it runs"));
    assert_eq!((ran.status, &*ran.stderr), (0, ""));
    assert!(scene.is_new(tree.path(), &"quiet"));
    let tree = scene.copy();
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let ran = Ran::of(tree.command(&["render"]).stdout(writer).output().expect("it runs"));
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(scene.is_new(tree.path(), &"nobody reads"));
}

/// Runs nixgen as one whom permissions hold back, which they do not hold root.
fn held_back(sandbox: &Sandbox, args: &[&str]) -> Ran {
    let drop = "-dac_override,-dac_read_search";
    let output = Command::new("setpriv")
        .args(["--bounding-set", drop, "--inh-caps", drop, env!("CARGO_BIN_EXE_nixgen")])
        .args(args)
        .current_dir(sandbox.path())
        .env("SOURCE_DATE_EPOCH", TODAY)
        .output()
        .expect("setpriv (util-linux) runs");
    Ran::of(output)
}

#[test]
fn a_folder_or_file_without_permission_changes_nothing() {
    let scene = Scene::new(3);
    // What is forbidden, how, and what cannot be done then.
    for (path, mode, failed) in [
        (".", 0o555, "create ./.nixgen-staging"),
        // One of the last that is written to: all others are put back.
        ("vms", 0o555, "move ./vms/cp.nix"),
        ("lib/domains", 0o555, "move ./lib/domains/vms.nix"),
        ("vms", 0o000, "open ./vms"),
        ("vms/cp.nix", 0o000, "read ./vms/cp.nix"),
    ] {
        let sandbox = scene.copy();
        let mode = fs::Permissions::from_mode(mode);
        let allowed = fs::metadata(sandbox.at(path)).expect("there").permissions();
        let before = times(sandbox.path());
        fs::set_permissions(sandbox.at(path), mode).expect("set");
        let ran = held_back(&sandbox, RENDER);
        fs::set_permissions(sandbox.at(path), allowed).expect("set");
        assert_eq!(ran.status, 6, "{path}: {}", ran.stderr);
        let said = format!("error: cannot {failed}: Permission denied (os error 13)\n");
        assert_eq!(ran.stderr, said);
        assert!(!scene.is_new(sandbox.path(), &path));
        assert_eq!(times(sandbox.path()), before);
    }
    let sandbox = scene.copy();
    fs::set_permissions(sandbox.at("vms"), fs::Permissions::from_mode(0o555)).expect("set");
    let told = held_back(&sandbox, &["render", "--yes"]).stderr;
    assert!(told.ends_with("(os error 13)\n  nothing was written\n"), "{told}");
}

#[test]
fn a_path_that_is_too_long_changes_nothing() {
    let folders = vec!["f".repeat(250); 17].join("/");
    for path in ["x".repeat(256), folders] {
        let sandbox = Sandbox::with_config(&format!(
            "{}\n[outputs]\nvms = {{ path = \"{path}\" }}\n",
            support::read("tests/golden/ok/minimal.toml")
        ));
        let before = look(sandbox.path());
        let ran = sandbox.expect(6, RENDER);
        assert!(ran.stderr.starts_with("error: cannot "), "{}", ran.stderr);
        assert!(ran.stderr.contains(&path), "{}", ran.stderr);
        assert_eq!(look(sandbox.path()), before);
    }
}

#[test]
fn a_folder_that_vanishes_meanwhile_takes_no_other_with_it() {
    let scene = Scene::new(3);
    let sandbox = scene.copy();
    let is_over = AtomicBool::new(false);
    let ran = thread::scope(|threads| {
        threads.spawn(|| {
            let journal = sandbox.at(".nixgen-staging/journal");
            while !journal.exists() && !is_over.load(Relaxed) {}
            let _ = fs::remove_dir_all(sandbox.at("vms"));
        });
        let ran = inject(sandbox.path(), "renameat2", "delay_enter=5000", RENDER);
        is_over.store(true, Relaxed);
        Ran::of(ran)
    });
    assert!([0, 5, 6].contains(&ran.status), "{}", ran.stderr);
    let others = |look: &Look| -> Look {
        let others = look.iter().filter(|(path, _)| !path.starts_with("vms"));
        others.map(|(path, thing)| (path.clone(), thing.clone())).collect()
    };
    let whole = if ran.status == 0 { &scene.new } else { &scene.old };
    assert_eq!(others(&look(sandbox.path())), others(whole), "{}", ran.stderr);
}
