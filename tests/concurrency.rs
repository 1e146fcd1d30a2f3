//! Several runs at once, and a person or a stranger at work meanwhile.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;

use crate::support::scene::{Look, Scene, Thing, look};
use crate::support::strace::inject;
use crate::support::{Ran, Sandbox, TODAY};
use rustix::fs::{FlockOperation, flock};

const ROUNDS: usize = 5;
const PROCESSES: usize = 20;

/// Starts a run that renders one of two inputs into one root.
fn start(sandbox: &Sandbox, config: &Path, root: &Path) -> Child {
    let [config, root] = [config, root].map(|path| path.to_str().expect("text"));
    sandbox
        .command(&["render", "-q", "--config", config, "--out", root])
        .env("RAYON_NUM_THREADS", "1")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("nixgen runs")
}

#[test]
fn twenty_runs_of_two_inputs_leave_one_of_the_two() {
    let scene = Scene::new(3);
    let sandbox = Sandbox::in_memory();
    // Both inputs have one name: it is in the header of every file.
    let inputs: Vec<(PathBuf, Look)> = ["8GiB", "16GiB"]
        .iter()
        .map(|memory| {
            let config = scene.before.read("cluster.toml").replace("16GiB", memory);
            sandbox.write(&format!("{memory}/cluster.toml"), &config);
            let config = sandbox.at(&format!("{memory}/cluster.toml"));
            let alone = sandbox.at(&format!("{memory}/alone"));
            assert!(start(&sandbox, &config, &alone).wait().expect("it ends").success());
            (config, look(&alone))
        })
        .collect();
    assert_ne!(inputs[0].1, inputs[1].1);
    for round in 0..ROUNDS {
        // From nothing, and then from what the round before left.
        let root = sandbox.at("root");
        let runs: Vec<Child> = (0..PROCESSES)
            .map(|number| start(&sandbox, &inputs[(number + round) % 2].0, &root))
            .collect();
        for run in runs {
            let ran = Ran::of(run.wait_with_output().expect("it ends"));
            assert_eq!(ran.status, 0, "{}", ran.stderr);
            assert!(!ran.stderr.contains("interrupted run"), "{}", ran.stderr);
        }
        let now = look(&root);
        assert!(inputs.iter().any(|(_, tree)| *tree == now), "round {round}: a mix");
    }
    println!("{ROUNDS} rounds of {PROCESSES} runs of 2 inputs");
}

#[test]
fn a_second_run_waits_for_the_first_but_not_for_ever() {
    let scene = Scene::new(3);
    let sandbox = scene.copy();
    let root = fs::File::open(sandbox.path()).expect("open");
    flock(&root, FlockOperation::LockExclusive).expect("locked");
    let lock_held = look(sandbox.path());
    // It would wait for half a minute: its naps are over at once.
    for command in [&["render", "-q"][..], &["check", "-q"], &["diff", "-q"]] {
        let ran = Ran::of(inject(sandbox.path(), "clock_nanosleep", "retval=0", command));
        assert_eq!(ran.status, 6, "{command:?}: {}", ran.stderr);
        let mut lines = ran.stderr.lines();
        let waits = "warning: another nixgen is writing to .; waiting for it";
        assert_eq!(lines.next(), Some(waits));
        let gives_up = "error: cannot use .: another nixgen is still at it after 30 seconds";
        assert_eq!(lines.next(), Some(gives_up));
        assert_eq!(look(sandbox.path()), lock_held);
    }
    // One that only looks is no reason for another look to wait.
    flock(&root, FlockOperation::LockShared).expect("locked");
    sandbox.expect(1, &["check"]);
    flock(&root, FlockOperation::Unlock).expect("unlocked");
    sandbox.expect(0, &["render", "-q"]);
    assert!(scene.is_new(sandbox.path(), &"after the lock"));
}

#[test]
fn where_folders_cannot_be_locked_it_says_so_and_writes() {
    let scene = Scene::new(3);
    let sandbox = scene.copy();
    let ran = Ran::of(inject(sandbox.path(), "flock", "error=ENOLCK", &["render", "--yes", "-q"]));
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let said = "warning: . cannot be locked: see to it that only one nixgen writes to it\n";
    assert_eq!(ran.stderr, said);
    assert!(scene.is_new(sandbox.path(), &"without a lock"));
}

/// Runs `render` on a terminal, does something when it asks, and answers yes.
fn while_it_asks(sandbox: &Sandbox, meanwhile: impl FnOnce()) -> (i32, String) {
    let binary = env!("CARGO_BIN_EXE_nixgen");
    // `script` (util-linux) gives it a real pseudo-terminal.
    let mut child = Command::new("script")
        .args(["-qec", &format!("{binary} render --color never"), "/dev/null"])
        .env("SOURCE_DATE_EPOCH", TODAY)
        .current_dir(sandbox.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("script runs");
    let mut shown = Vec::new();
    let mut screen = child.stdout.take().expect("a screen");
    let mut buffer = [0; 4096];
    while !shown.ends_with(b"[y/N] ") {
        let read = screen.read(&mut buffer).expect("readable");
        assert_ne!(read, 0, "it ended: {}", String::from_utf8_lossy(&shown));
        shown.extend(&buffer[..read]);
    }
    meanwhile();
    child.stdin.take().expect("a keyboard").write_all(b"y\n").expect("typed");
    screen.read_to_end(&mut shown).expect("readable");
    let status = child.wait().expect("it ends").code().expect("by itself");
    (status, String::from_utf8_lossy(&shown).into_owned())
}

#[test]
fn what_a_program_writes_into_a_file_while_it_is_replaced_is_kept_beside_it() {
    let scene = Scene::new(3);
    let is_first = |(path, old): &(&String, &Thing)| {
        matches!(old, Thing::File(..)) && scene.new.get(*path).is_some_and(|new| new != *old)
    };
    let (first, _) = scene.old.iter().find(is_first).expect("one is replaced");
    // What is moved aside is deleted in the order of the paths, what goes last. While
    // the first deletion takes its time, the others were not looked at once more, the
    // first one was; and then it is gone.
    let (begins, ends) = ("delay_enter=1500000:when=1", "delay_exit=1500000:when=1");
    for (path, delay) in [
        ("lib/domains/vms.nix", begins),
        ("k8s/cni/v1/flannel.yaml", begins),
        (first, begins),
        (first, ends),
    ] {
        let sandbox = scene.copy();
        let mut open = fs::File::options().append(true).open(sandbox.at(path)).expect("open");
        let mine = sandbox.read(path) + "mine\n";
        let is_over = AtomicBool::new(false);
        let ran = thread::scope(|threads| {
            threads.spawn(|| {
                let done = sandbox.at(".nixgen-staging/done");
                let is_deleted = || open.metadata().is_ok_and(|it| it.nlink() == 0);
                let is_time = || if delay == ends { is_deleted() } else { done.exists() };
                while !is_time() && !is_over.load(Relaxed) {
                    std::hint::spin_loop();
                }
                open.write_all(b"mine\n").expect("written");
            });
            let ran = inject(sandbox.path(), "unlinkat", delay, &["render", "--yes", "-q"]);
            is_over.store(true, Relaxed);
            Ran::of(ran)
        });
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        let said = format!("{path} was changed while nixgen ran; what it held is kept in {path}");
        assert!(ran.stderr.contains(&said), "{path}: {}", ran.stderr);
        let beside = format!("{path}.orig");
        assert_eq!(sandbox.read(&beside), mine, "{path}");
        fs::remove_file(sandbox.at(&beside)).expect("removed");
        for folder in ["k8s/cni/v1", "k8s/cni", "k8s"].iter().filter(|_| path.starts_with("k8s")) {
            fs::remove_dir(sandbox.at(folder)).expect("left for what is kept, and empty");
        }
        assert!(scene.is_new(sandbox.path(), &path));
    }
}

/// A path, and what a person does to it.
type Edit<'a> = (&'a str, &'a dyn Fn(&Sandbox));

#[test]
fn an_edit_between_the_question_and_the_answer_is_not_lost() {
    let scene = Scene::new(3);
    let edits: &[Edit] = &[
        ("lib/domains/vms.nix", &|tree| tree.write("lib/domains/vms.nix", "mine\n")),
        ("vms/w4.nix", &|tree| tree.write("vms/w4.nix", "mine\n")),
        ("vms/w2.nix", &|tree| tree.write("vms/w2.nix", "mine\n")),
        ("vms/cp.nix", &|tree| fs::remove_file(tree.at("vms/cp.nix")).expect("removed")),
        ("nixgen.lock", &|tree| tree.edit("nixgen.lock", "\"vms/cp.nix\" = \"", "# \"")),
        ("vms/w4.nix", &|tree| fs::create_dir(tree.at("vms/w4.nix")).expect("created")),
        ("lib/domains/vms.nix", &|tree| fs::remove_dir_all(tree.at("lib")).expect("removed")),
        ("the/book/cluster.md", &|tree| symlink("/", tree.at("the")).expect("linked")),
    ];
    for (path, edit) in edits {
        let sandbox = scene.copy();
        let mut expected = None;
        let (status, shown) = while_it_asks(&sandbox, || {
            edit(&sandbox);
            expected = Some(look(sandbox.path()));
        });
        assert_eq!(status, 5, "{shown}");
        assert!(shown.contains("files were changed while nixgen ran; nothing was written"));
        assert!(shown.contains(&format!("\r\n  {path}\r\n")), "{path}: {shown}");
        assert_eq!(Some(look(sandbox.path())), expected, "{path}");
    }
    // Others are not kept from writing by a question on a screen.
    let sandbox = scene.copy();
    let (status, shown) = while_it_asks(&sandbox, || {
        sandbox.expect(0, &["render", "-q"]);
    });
    assert_eq!(status, 5, "{shown}");
    assert!(scene.is_new(sandbox.path(), &"written by the other"));
}
