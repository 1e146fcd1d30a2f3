//! The real binary, killed at every one of its system calls that write, in
//! turn: after the next run the tree is the old one or the new one, to the byte.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use crate::support::scene::{BY_HAND, Scene, Thing, look};
use crate::support::strace::{Point, killed, points};
use crate::support::{Ran, Sandbox};
use rayon::prelude::*;

/// Writes.
const RENDER: &[&str] = &["render", "--yes", "-q"];
/// Completes a run that was cut short and does nothing else: there is no such file.
const HEAL: &[&str] = &["render", "--yes", "-q", "--force", "no/such/file"];

fn heal(sandbox: &Sandbox) -> Ran {
    sandbox.expect(2, HEAL)
}

/// No file of a person's is lost or changed, and every other one is whole.
fn no_file_is_torn(scene: &Scene, tree: &Path, point: &Point) {
    let now = look(tree);
    for path in BY_HAND {
        assert_eq!(now.get(*path), scene.old.get(*path), "{point:?}: {path}");
    }
    for (path, thing) in now.iter().filter(|(path, _)| !path.starts_with(".nixgen-staging")) {
        let is_whole = matches!(thing, Thing::Folder(_))
            || Some(thing) == scene.old.get(path)
            || Some(thing) == scene.new.get(path);
        assert!(is_whole, "{point:?}: {path} is torn");
    }
}

#[test]
fn killed_anywhere_the_tree_is_the_old_or_the_new_after_the_next_run() {
    let scene = Scene::new(7);
    let (points, output) = points(scene.copy().path(), RENDER);
    assert!(output.status.success(), "{output:?}");
    assert!(scene.files() >= 30, "{} files", scene.files());
    let (old, new) = (AtomicUsize::new(0), AtomicUsize::new(0));
    points.par_iter().for_each(|point| {
        let sandbox = scene.copy();
        killed(sandbox.path(), point, RENDER);
        no_file_is_torn(&scene, sandbox.path(), point);
        let is_committed = sandbox.at(".nixgen-staging/journal").exists();
        let is_left = sandbox.at(".nixgen-staging").exists();
        let healed = heal(&sandbox);
        let is_new = scene.is_new(sandbox.path(), point);
        assert!(is_new || !is_committed, "{point:?}: what is decided is completed");
        assert_eq!(
            healed.stderr.contains("interrupted run"),
            is_left,
            "{point:?}: {}",
            healed.stderr
        );
        let says_old = healed.stderr.contains("none of its files was written");
        assert!(!(is_new && says_old), "{point:?}: {}", healed.stderr);
        assert!(!heal(&sandbox).stderr.contains("interrupted run"), "{point:?}: it is said once");
        if is_new { &new } else { &old }.fetch_add(1, Relaxed);
    });
    let (old, new) = (old.into_inner(), new.into_inner());
    println!(
        "{} files, killed at {} points: {old} times the old tree, {new} times the new one",
        scene.files(),
        points.len()
    );
    assert!(old > 0 && new > 0);
}

#[test]
fn killed_anywhere_while_it_heals_the_tree_is_new_after_the_next_run() {
    let scene = Scene::new(3);
    let (calls, _) = points(scene.copy().path(), RENDER);
    let renames: Vec<&Point> =
        calls.iter().filter(|point| point.call.starts_with("renameat")).collect();
    let mut tried = 0;
    // Right after the journal is there, in the middle, and at the end.
    for at in [1, renames.len() / 2, renames.len() - 1] {
        let crashed = || {
            let sandbox = scene.copy();
            killed(sandbox.path(), renames[at], RENDER);
            assert!(sandbox.at(".nixgen-staging/journal").exists());
            sandbox
        };
        let (points, _) = points(crashed().path(), HEAL);
        points.par_iter().for_each(|point| {
            let sandbox = crashed();
            killed(sandbox.path(), point, HEAL);
            no_file_is_torn(&scene, sandbox.path(), point);
            heal(&sandbox);
            assert!(scene.is_new(sandbox.path(), point));
        });
        tried += points.len();
    }
    println!("killed at {tried} points of healing");
}

/// A copy of the tree whose run was killed when half of the files were swapped.
fn half_way(scene: &Scene) -> Sandbox {
    let (points, _) = points(scene.copy().path(), RENDER);
    let places: Vec<&Point> = points.iter().filter(|point| point.call == "renameat2").collect();
    let sandbox = scene.copy();
    killed(sandbox.path(), places[places.len() / 2], RENDER);
    assert!(!matches!(look(sandbox.path()), now if now == scene.old || now == scene.new));
    sandbox
}

#[test]
fn what_a_person_changed_after_the_crash_is_kept() {
    let scene = Scene::new(7);
    let sandbox = half_way(&scene);
    // Every file that is there, swapped or not, but for the lock.
    let is_there = |path: &String| path != "nixgen.lock" && sandbox.at(path).is_file();
    let changed: Vec<&String> = scene
        .old
        .iter()
        .filter(|(path, thing)| scene.new.get(*path) != Some(*thing) && is_there(path))
        .map(|(path, _)| path)
        .collect();
    assert!(changed.len() > 5, "{changed:?}");
    for path in &changed {
        fs::write(sandbox.at(path), "mine\n").expect("written");
    }
    let healed = heal(&sandbox);
    assert!(!sandbox.at(".nixgen-staging").exists());
    for path in &changed {
        assert_eq!(sandbox.read(path), "mine\n");
        fs::remove_file(sandbox.at(path)).expect("removed");
    }
    assert!(healed.stderr.contains("was changed since, and is left as it is"), "{}", healed.stderr);
    // And all others are new.
    let mut expected = scene.new.clone();
    expected.retain(|path, _| !changed.contains(&path));
    let mut now = look(sandbox.path());
    now.retain(|_, thing| matches!(thing, Thing::File(..)));
    expected.retain(|_, thing| matches!(thing, Thing::File(..)));
    assert_eq!(now, expected);
}

#[test]
fn what_a_program_wrote_into_a_file_that_was_moved_aside_is_kept_after_the_crash() {
    let scene = Scene::new(7);
    let sandbox = half_way(&scene);
    let staged = look(&sandbox.at(".nixgen-staging"));
    let aside: Vec<&String> = staged.keys().filter(|name| name.starts_with("old-")).collect();
    assert!(aside.len() > 2, "{aside:?}");
    for name in &aside {
        sandbox.write(&format!(".nixgen-staging/{name}"), &format!("mine {name}\n"));
    }
    heal(&sandbox);
    let mut now = look(sandbox.path());
    let mut kept = BTreeSet::new();
    for (_, thing) in now.extract_if(.., |path, _| path.ends_with(".orig")) {
        let Thing::File(_, bytes) = thing else { panic!("{thing:?}") };
        kept.insert(bytes);
    }
    let mine: BTreeSet<Vec<u8>> =
        aside.iter().map(|name| format!("mine {name}\n").into_bytes()).collect();
    assert_eq!(kept, mine);
    now.retain(|path, _| scene.new.contains_key(path));
    assert_eq!(now, scene.new);
}

#[test]
fn what_was_moved_aside_waits_for_its_folder() {
    let scene = Scene::new(3);
    let (points, _) = points(scene.copy().path(), RENDER);
    // Right before the first one is replaced that was moved aside.
    let place = points.iter().find(|point| point.call == "renameat2").expect("one is placed");
    let sandbox = scene.copy();
    killed(sandbox.path(), place, RENDER);
    assert!(sandbox.at(".nixgen-staging/old-0").exists());
    fs::rename(sandbox.at("bootstrap"), sandbox.at("away")).expect("moved");
    sandbox.write("bootstrap", "mine\n");
    let before = look(sandbox.path());
    let said = sandbox.expect(6, &["render"]).stderr;
    assert!(said.contains("its folder is a file where a folder has to be"), "{said}");
    assert!(said.contains("what it held is in .nixgen-staging"), "{said}");
    assert_eq!(look(sandbox.path()), before);
    fs::remove_file(sandbox.at("bootstrap")).expect("removed");
    fs::rename(sandbox.at("away"), sandbox.at("bootstrap")).expect("moved");
    heal(&sandbox);
    assert!(scene.is_new(sandbox.path(), &"the folder is back"));
}

#[test]
fn readers_do_not_take_a_half_written_tree_for_drift() {
    let sandbox = half_way(&Scene::new(3));
    let before = look(sandbox.path());
    for command in [&["check"][..], &["diff"], &["render", "--dry-run"]] {
        let ran = sandbox.expect(6, command);
        assert_eq!(ran.stdout, "");
        assert!(ran.stderr.contains("a run that wrote to it was interrupted"), "{}", ran.stderr);
        assert!(ran.stderr.contains("`nixgen render` completes that run first"), "{}", ran.stderr);
    }
    assert_eq!(look(sandbox.path()), before);
    let rendered = sandbox.expect(0, &["render"]);
    let completed = "completed an interrupted run that was writing";
    assert!(rendered.stderr.contains(completed), "{}", rendered.stderr);
    sandbox.expect(1, &["check"]); // the edited orphan
}

#[test]
fn a_journal_that_nixgen_did_not_write_is_not_trusted() {
    let scene = Scene::new(3);
    let outside = tempfile::tempdir().expect("a folder");
    fs::write(outside.path().join("kept"), "kept").expect("written");
    let name = outside.path().file_name().expect("a name").to_str().expect("text");
    let escape = format!(r#"[{{"path":"../{name}/kept","old":null,"new":null}}]"#);
    let git = r#"[{"path":".git/hooks/post-checkout","old":null,"new":"00"}]"#;
    let staged = r#"[{"path":".nixgen-staging/x","old":null,"new":"00"}]"#;
    for journal in ["", "garbage", "[", "{}", "[{\"path\":1}]", escape.as_str(), git, staged] {
        let sandbox = half_way(&scene);
        let folder = fs::metadata(sandbox.at(".nixgen-staging")).expect("there").ino();
        sandbox.write(".nixgen-staging/journal", &format!("[{folder},{journal}]"));
        let before = look(sandbox.path());
        for command in [RENDER, HEAL, &["check"]] {
            let ran = sandbox.expect(6, command);
            assert!(ran.stderr.contains("/.nixgen-staging/journal: it is not"), "{}", ran.stderr);
        }
        assert!(sandbox.expect(6, &["render"]).stderr.contains("delete .nixgen-staging"));
        assert_eq!(look(sandbox.path()), before, "{journal}");
    }
    assert_eq!(fs::read(outside.path().join("kept")).expect("there"), b"kept");
    // Nor is one that came along with a copy, as it would with a branch.
    let sandbox = Scene::copy_of(half_way(&scene).path());
    let before = look(sandbox.path());
    assert!(sandbox.expect(6, RENDER).stderr.contains("/.nixgen-staging/journal: it is not"));
    assert_eq!(look(sandbox.path()), before);
    // A staged file that is damaged is not put in place either.
    let sandbox = half_way(&scene);
    let staged = look(&sandbox.at(".nixgen-staging"));
    let name = staged.keys().find(|name| name.starts_with("new-")).expect("one is left");
    sandbox.write(&format!(".nixgen-staging/{name}"), "");
    let before = look(sandbox.path());
    assert!(sandbox.expect(6, RENDER).stderr.contains("it is not what the interrupted run wrote"));
    assert_eq!(look(sandbox.path()), before);
}
