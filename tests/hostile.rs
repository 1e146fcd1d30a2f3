//! Trees that were made to lead nixgen astray: nothing outside the root changes,
//! and nothing in it that is not nixgen's.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;

use crate::support::generated::cluster;
use crate::support::scene::{Scene, look};
use crate::support::strace::inject;
use crate::support::{Ran, Sandbox, read};
use sha2::{Digest as _, Sha256};

const RENDER: &[&str] = &["render", "-q"];

/// What is said of an obstacle, and what puts it there.
type Obstacle<'a> = (&'a str, &'a dyn Fn(&Path));

/// A folder outside, with files at the very names that are rendered.
fn outside(scene: &Scene) -> Sandbox {
    let outside = Sandbox::in_memory();
    for path in scene.old.keys().filter(|path| path.starts_with("vms/")) {
        outside.write(path.trim_start_matches("vms/"), &scene.before.read(path));
    }
    outside.write("kept", "kept\n");
    outside
}

#[test]
fn a_path_that_changes_in_its_case_alone_never_deletes_its_file() {
    let config = read("tests/golden/ok/minimal.toml");
    let sandbox = Sandbox::with_config(&config);
    sandbox.expect(0, RENDER);
    let text = sandbox.read("docs/cluster.md");
    // Two names of one file, as on a file system that takes no notice of case.
    let rename = |to: &str| {
        fs::hard_link(sandbox.at("docs/cluster.md"), sandbox.at(to)).expect("linked");
        let paths = format!("\n[outputs]\nrunbook.path = \"{to}\"\n");
        sandbox.write("cluster.toml", &(config.clone() + &paths));
    };
    rename("docs/Cluster.md");
    assert_eq!(sandbox.expect(1, &["check"]).stdout, "stale          nixgen.lock\n");
    sandbox.expect(0, RENDER);
    sandbox.expect(0, &["check"]);
    for path in ["docs/cluster.md", "docs/Cluster.md"] {
        assert_eq!(sandbox.read(path), text);
    }
    assert!(sandbox.read("nixgen.lock").contains("\"docs/Cluster.md\""));
    assert!(!sandbox.read("nixgen.lock").contains("\"docs/cluster.md\""));
    // An edit of a person is one by the new name, too.
    sandbox.edit("docs/Cluster.md", "Kubernetes", "My Kubernetes");
    let edited = sandbox.read("docs/cluster.md");
    rename("docs/CLUSTER.md");
    assert_eq!(sandbox.expect(1, &["check"]).stdout, "edited         docs/CLUSTER.md\n");
    sandbox.expect(5, RENDER);
    assert_eq!(sandbox.read("docs/CLUSTER.md"), edited);
    sandbox.expect(0, &["eject", "-q", "docs/CLUSTER.md"]);
    assert!(sandbox.read("nixgen.lock").contains("\"docs/CLUSTER.md\" = { ejected"));
    sandbox.expect(0, &["check"]);
}

#[test]
fn a_path_whose_letters_are_composed_otherwise_never_deletes_its_file() {
    let config = read("tests/golden/ok/minimal.toml");
    let rendered_to = |path: &str| format!("{config}\n[outputs]\nrunbook.path = \"{path}\"\n");
    let (composed, decomposed) = ("docs/\u{fc}ber.md", "docs/u\u{308}ber.md");
    let sandbox = Sandbox::with_config(&rendered_to(composed));
    sandbox.expect(0, RENDER);
    let text = sandbox.read(composed);
    fs::hard_link(sandbox.at(composed), sandbox.at(decomposed)).expect("linked");
    sandbox.write("cluster.toml", &rendered_to(decomposed));
    assert_eq!(sandbox.expect(1, &["check"]).stdout, "stale          nixgen.lock\n");
    sandbox.expect(0, RENDER);
    sandbox.expect(0, &["check"]);
    for path in [composed, decomposed] {
        assert_eq!(sandbox.read(path), text);
    }
}

#[test]
fn a_folder_that_is_swapped_for_a_link_meanwhile_is_not_left_through_it() {
    let scene = Scene::new(3);
    let outside = outside(&scene);
    let before = look(outside.path());
    let mut ended = [0; 7];
    for round in 0..16 {
        let sandbox = scene.copy();
        let (vms, away, link) = (sandbox.at("vms"), sandbox.at("vms-away"), sandbox.at("vms-link"));
        symlink(outside.path(), &link).expect("linked");
        let is_over = AtomicBool::new(false);
        let ran = thread::scope(|threads| {
            threads.spawn(|| {
                // Half of the runs find the link, the others are surprised by it.
                let journal = sandbox.at(".nixgen-staging/journal");
                while round % 2 == 0 && !journal.exists() && !is_over.load(Relaxed) {}
                while !is_over.load(Relaxed) {
                    let _ = fs::rename(&vms, &away).and_then(|()| fs::rename(&link, &vms));
                    let _ = fs::rename(&vms, &link).and_then(|()| fs::rename(&away, &vms));
                }
            });
            // Each takes a little, so that there are enough moments to swap in.
            let ran = inject(sandbox.path(), "renameat2", "delay_enter=1000", RENDER);
            is_over.store(true, Relaxed);
            Ran::of(ran)
        });
        assert!([0, 5, 6].contains(&ran.status), "{}", ran.stderr);
        ended[usize::try_from(ran.status).expect("small")] += 1;
        assert_eq!(look(outside.path()), before);
    }
    println!("16 runs while a link was swapped in: status 0, 5, 6: {ended:?}");
}

#[test]
fn an_edit_that_is_made_meanwhile_is_not_lost() {
    let scene = Scene::new(3);
    let (mut later, mut refused) = (0, 0);
    // A file that is replaced and one that is new, saved as editors do when so
    // many others are swapped.
    for (target, swapped) in
        ["lib/domains/vms.nix", "vms/w5.nix"].iter().flat_map(|it| (0..14).map(move |at| (it, at)))
    {
        let sandbox = scene.copy();
        sandbox.write("mine", "mine\n");
        let is_over = AtomicBool::new(false);
        let ran = thread::scope(|threads| {
            threads.spawn(|| {
                let journal = sandbox.at(".nixgen-staging/journal");
                let staged = sandbox.at(&format!(".nixgen-staging/new-{swapped}"));
                while (!journal.exists() || staged.exists()) && !is_over.load(Relaxed) {}
                fs::rename(sandbox.at("mine"), sandbox.at(target)).expect("saved");
            });
            // Each takes a little, between what goes and what comes.
            let ran = inject(sandbox.path(), "renameat2", "delay_enter=3000", RENDER);
            is_over.store(true, Relaxed);
            Ran::of(ran)
        });
        assert_eq!(sandbox.read(target), "mine\n", "{swapped}: {}", ran.stderr);
        let mut expected = match ran.status {
            0 => scene.new.clone(),
            5 => scene.old.clone(),
            _ => panic!("{}", ran.stderr),
        };
        *if ran.status == 0 { &mut later } else { &mut refused } += 1;
        let mut now = look(sandbox.path());
        now.remove(*target);
        let before = expected.remove(*target);
        // What has lost its place to the edit is there, too.
        let beside = now.remove(&format!("{target}.orig"));
        assert!(beside.is_none() || beside == before, "{target} {swapped}");
        assert_eq!(now, expected, "{target} {swapped}");
    }
    println!("28 edits while files were swapped: {refused} refused, {later} made after the swap");
    assert!(refused > 0);
}

#[test]
fn a_lock_that_points_outside_deletes_nothing() {
    let scene = Scene::new(3);
    let outside = outside(&scene);
    let before = look(outside.path());
    let written = scene.before.read("nixgen.lock");
    // The fingerprint of what is outside: were it in the tree, it would be ours.
    let line = written.lines().find(|line| line.starts_with("\"vms/cp.nix\"")).expect("a line");
    let (_, fingerprint) = line.split_once(" = ").expect("a fingerprint");
    let folder = outside.path().to_str().expect("text");
    let name = outside.path().file_name().expect("a name").to_str().expect("text");
    for path in [
        format!("{folder}/cp.nix"),
        format!("../{name}/cp.nix"),
        format!("vms/../../{name}/cp.nix"),
        ".git/cp.nix".to_owned(),
        "vms/.GIT/cp.nix".to_owned(),
        ".nixgen-staging/cp.nix".to_owned(),
        "vms//cp.nix".to_owned(),
        String::new(),
        ".nixgen/base/cp.nix".to_owned(),
        "nixgen.lock".to_owned(),
        ".gitattributes".to_owned(),
        "vms/.gitignore".to_owned(),
        "./vms/cp.nix".to_owned(),
        "NixGen.lock".to_owned(),
        "a/".to_owned(),
    ] {
        let sandbox = scene.copy();
        sandbox.write(".git/cp.nix", &outside.read("cp.nix"));
        sandbox.write("nixgen.lock", &format!("{written}\"{path}\" = {fingerprint}\n"));
        let tree = look(sandbox.path());
        let ran = sandbox.expect(6, RENDER);
        assert!(ran.stderr.contains(&format!("it names `{path}`")), "{}", ran.stderr);
        assert_eq!(look(sandbox.path()), tree);
    }
    // Through a link of the tree, and to what is no file.
    let sandbox = scene.copy();
    symlink(outside.path(), sandbox.at("link")).expect("linked");
    fs::create_dir(sandbox.at("folder")).expect("created");
    drop(UnixListener::bind(sandbox.at("socket")).expect("bound"));
    let named = ["link/cp.nix", "link", "folder", "socket", "nothing"];
    let lines: String = named.map(|path| format!("\"{path}\" = {fingerprint}\n")).concat();
    sandbox.write("nixgen.lock", &(written.clone() + &lines));
    sandbox.expect(0, RENDER);
    assert_eq!(look(outside.path()), before);
    for path in ["link", "folder", "socket"] {
        assert!(fs::symlink_metadata(sandbox.at(path)).is_ok(), "{path}");
    }
}

/// Adds a line to the lock that says of a text file that nixgen wrote it.
fn claim(sandbox: &Sandbox, path: &str) {
    let mut hash = Sha256::new();
    for line in sandbox.read(path).lines() {
        hash.update(format!("{line}\n"));
    }
    let mut digest = String::new();
    for byte in hash.finalize().iter().take(16) {
        let _ = write!(digest, "{byte:02x}");
    }
    sandbox.write(
        "nixgen.lock",
        &format!("{}\"{path}\" = \"{digest}\"\n", sandbox.read("nixgen.lock")),
    );
}

const HEADER: &str = "# Generated by nixgen from cluster.toml. Do not edit:\n";

#[test]
fn a_lock_is_believed_of_what_has_the_header_alone() {
    let minimal = read("tests/golden/ok/minimal.toml");
    let sandbox = Sandbox::with_config(&minimal);
    sandbox.expect(0, RENDER);
    let files = [
        ("notes.txt", "mine\n"),
        ("empty.txt", ""),
        ("conf/late.md", "mine\n\n# Generated by nixgen\n"),
    ];
    for (path, text) in files {
        sandbox.write(path, text);
        claim(&sandbox, path);
    }
    let is_there = || files.iter().for_each(|(path, text)| assert_eq!(sandbox.read(path), *text));
    let said = sandbox.expect(0, &["render", "--yes"]).stderr;
    is_there();
    sandbox.expect(0, &["render", "-q", "--force"]);
    is_there();
    for (path, _) in files {
        assert!(said.contains(&format!("note: {path} is kept")), "{said}");
        sandbox.expect(0, &["eject", "-q", path]);
    }
    is_there();
    sandbox.expect(0, &["check"]);
    // The same at the path of an output.
    sandbox.edit(
        "nixgen.lock",
        "# What nixgen wrote",
        "\"moved.md\" = \"00\"\n# What nixgen wrote",
    );
    sandbox.write("moved.md", "mine\n");
    claim(&sandbox, "moved.md");
    let paths = "\n[outputs]\nrunbook = { path = \"moved.md\" }\n";
    sandbox.write("cluster.toml", &(minimal + paths));
    let said = sandbox.expect(5, &["render"]).stderr;
    assert!(said.contains("moved.md was not written by nixgen"), "{said}");
    assert_eq!(sandbox.read("moved.md"), "mine\n");
    // What nixgen did write goes all the same.
    sandbox.expect(0, &["render", "-q", "--force", "moved.md"]);
    assert!(!sandbox.at("docs").exists());
}

#[test]
fn what_is_rendered_from_stays_whatever_is_said_of_it() {
    let config = HEADER.to_owned() + &read("tests/golden/ok/minimal.toml");
    let template = "nixgen/templates/docs/cluster.md.tera";
    for (folder, out) in [("", "."), ("conf/", "."), ("conf/", "conf")] {
        let sandbox = Sandbox::in_memory();
        let input = format!("{folder}cluster.toml");
        let run = |status, args: &[&str]| {
            sandbox.expect(status, &[args, &["-q", "--config", &input, "--out", out]].concat())
        };
        sandbox.write(&input, &config);
        run(0, &["templates", "eject", "docs/cluster.md"]);
        let template = format!("{folder}{template}");
        sandbox.write(&template, &(HEADER.to_owned() + &sandbox.read(&template)));
        run(0, &["render"]);
        let tree = look(sandbox.path());
        let root = Scene::copy_of(&sandbox.at(out));
        for path in [&input, &template] {
            let Some(inside) =
                (if out == "." { Some(&**path) } else { path.strip_prefix("conf/") })
            else {
                continue;
            };
            claim(&root, inside);
        }
        sandbox.write(&format!("{out}/nixgen.lock"), &root.read("nixgen.lock"));
        let stale = run(1, &["check"]).stdout;
        assert_eq!(stale, "stale          nixgen.lock\n", "{folder} {out}");
        run(0, &["render", "--force"]);
        assert_eq!(look(sandbox.path()), tree, "{folder} {out}");
        // With no lock at all, too.
        fs::remove_file(sandbox.at(&format!("{out}/nixgen.lock"))).expect("removed");
        run(0, &["render", "--force"]);
        assert_eq!(look(sandbox.path()), tree, "{folder} {out}");
    }
}

#[test]
fn what_is_rendered_from_is_overwritten_by_no_output() {
    let minimal = read("tests/golden/ok/minimal.toml");
    for path in ["conf/cluster.toml", "conf/nixgen/templates/x.md"] {
        let sandbox = Sandbox::in_memory();
        let outputs = format!("\n[outputs]\nrunbook = {{ path = \"{path}\" }}\n");
        sandbox.write("conf/cluster.toml", &(HEADER.to_owned() + &minimal + &outputs));
        sandbox.write("conf/nixgen/templates/docs/cluster.md.tera", "mine\n");
        sandbox.write("nixgen.lock", "");
        claim(&sandbox, "conf/cluster.toml");
        let tree = look(sandbox.path());
        let args = ["render", "--force", "--config", "conf/cluster.toml", "--out", "."];
        let said = sandbox.expect(5, &args).stderr;
        assert!(said.contains(&format!("{path} is what the tree is rendered from")), "{said}");
        assert_eq!(look(sandbox.path()), tree);
    }
}

#[test]
fn what_is_in_the_way_is_refused_whatever_it_is() {
    let scene = Scene::new(3);
    let outside = outside(&scene);
    let before = look(outside.path());
    let obstacles: &[Obstacle] = &[
        ("is a symbolic link", &|path| symlink(outside.at("cp.nix"), path).expect("linked")),
        ("is a symbolic link", &|path| symlink("nowhere", path).expect("linked")),
        ("is a folder", &|path| fs::create_dir(path).expect("created")),
        ("is neither a file nor a folder", &|path| {
            let made = Command::new("mkfifo").arg(path).status().expect("mkfifo runs");
            assert!(made.success());
        }),
        ("is neither a file nor a folder", &|path| drop(UnixListener::bind(path).expect("bound"))),
        ("is a file that is not text", &|path| fs::write(path, [0xff]).expect("written")),
    ];
    for (why, put) in obstacles {
        let sandbox = scene.copy();
        fs::remove_file(sandbox.at("vms/cp.nix")).expect("removed");
        put(&sandbox.at("vms/cp.nix"));
        let tree = look(sandbox.path());
        let ran = sandbox.expect(5, &["render", "--force"]);
        assert!(ran.stderr.contains(&format!("vms/cp.nix {why}")), "{}", ran.stderr);
        assert_eq!(look(sandbox.path()), tree);
    }
    // A file where a folder has to be.
    let sandbox = scene.copy();
    sandbox.write("the", "mine\n");
    let tree = look(sandbox.path());
    let ran = sandbox.expect(5, &["render", "--force"]);
    assert!(ran.stderr.contains("is a file where a folder has to be"), "{}", ran.stderr);
    assert_eq!(look(sandbox.path()), tree);
    assert_eq!(look(outside.path()), before);
}

#[test]
fn what_stands_where_writes_are_staged_is_left_alone() {
    let scene = Scene::new(3);
    let outside = outside(&scene);
    let obstacles: &[Obstacle] = &[
        ("a file where a folder has to be", &|path| fs::write(path, "mine\n").expect("written")),
        ("it is a symbolic link", &|path| symlink(outside.path(), path).expect("linked")),
        ("it holds `notes.txt`", &|path| {
            fs::create_dir(path).expect("created");
            fs::write(path.join("notes.txt"), "mine\n").expect("written");
        }),
    ];
    for (why, put) in obstacles {
        let sandbox = scene.copy();
        put(&sandbox.at(".nixgen-staging"));
        let (tree, before) = (look(sandbox.path()), look(outside.path()));
        let ran = sandbox.expect(6, &["render"]);
        assert!(ran.stderr.contains("error: cannot use ./.nixgen-staging: "), "{}", ran.stderr);
        assert!(ran.stderr.contains(why), "{}", ran.stderr);
        assert!(ran.stderr.contains("move away what is there"), "{}", ran.stderr);
        assert_eq!((look(sandbox.path()), look(outside.path())), (tree, before));
    }
}

#[test]
fn ten_thousand_files_of_others_are_left_alone() {
    let scene = Scene::new(3);
    let sandbox = scene.copy();
    for number in 0..10_000 {
        // In the folders that are written to, too, and in one that will be emptied.
        let folder = ["vms", "k8s", "lib/domains", "mine/deep"][number % 4];
        sandbox.write(&format!("{folder}/{number}.nix"), "{ }\n");
    }
    let before = look(sandbox.path());
    sandbox.expect(0, RENDER);
    let after = look(sandbox.path());
    for (path, thing) in &before {
        let is_ours = scene.old.contains_key(path);
        assert!(is_ours || after.get(path) == Some(thing), "{path}");
    }
    let mut ours = after.clone();
    ours.retain(|path, _| !before.contains_key(path) || scene.old.contains_key(path));
    assert_eq!(ours.remove("k8s"), scene.old.get("k8s").cloned(), "it is not empty");
    assert_eq!(ours, scene.new);
}

#[test]
fn a_root_that_is_a_link_is_the_users_choice() {
    let scene = Scene::new(3);
    let sandbox = scene.copy();
    let elsewhere = Sandbox::in_memory();
    let link = elsewhere.at("link");
    symlink(sandbox.path(), &link).expect("linked");
    let mut command = sandbox.command(RENDER);
    command.current_dir("/").arg("-c").arg(link.join("cluster.toml"));
    let ran = Ran::of(command.output().expect("nixgen runs"));
    assert_eq!((ran.status, &*ran.stderr), (0, ""));
    assert!(scene.is_new(sandbox.path(), &"through a link"));
    assert!(fs::symlink_metadata(link).expect("there").is_symlink());
}

/// What a person may have at the path of a module, before nixgen comes.
const BODIES: &[&[u8]] = &[
    b"",
    b"\n",
    b"# a comment\n",
    b"/* a comment",
    b"{ }\n",
    b"{ ... }: { }\n",
    b"{ a = 1; }",
    b"{ ... }: { microvm.vcpu = 1; imports = [ ./x.nix ../y ]; }",
    b"rec { a = 1; }",
    b"[ ]",
    b"[ 1 [ 2 ] { a = 3; } ]",
    b"\"x\"",
    b"''\n  x ${toString 1}\n''",
    b"1",
    b"-1",
    b"null",
    b"./x.nix",
    b"<nixpkgs>",
    b"https://example.org/x",
    b"x",
    b"x.y.z or w",
    b"import ./x.nix",
    b"{ lib, ... }: lib.mkIf true { a = 1; }",
    b"{ lib, ... }: lib.mkMerge [ { } (lib.mkIf false { b = 1; }) ]",
    b"lib.mkForce",
    b"{ a = 1; } // { b = 2; }",
    b"{ a = 1; } // x // f { }",
    b"let x = 1; in { }",
    b"let in [ ]",
    b"let { body = 1; }",
    b"{ ... }: let x = 1; in { a = x; }",
    b"{ ... }: with builtins; { a = 1; }",
    b"with x; y",
    b"{ config, ... }: assert true; { a = 1; }",
    b"if a then { b = 1; } else { c = 1; }",
    b"x: y: z: x y z",
    b"args@{ a ? { b = 1; }, ... }: args",
    b"!a",
    b"a ? b.c",
    b"{ ${x} = 1; \"a b\" = 2; \"${y}\" = 3; }",
    b"{ inherit; inherit (x) a; inherit b; }",
    b"{ a.b = { }; a.b.c = 1; a = 2; }",
    b"{ = 1; }",
    b"{ a = ; }",
    b"{ a = 1 }",
    b"{ a = 1; ",
    b"}",
    b")]}",
    b"{ a = \"",
    b"{ a = ''",
    b"\"${",
    b"${",
    b"a.",
    b"{\r\n  a = 1;\r\n}\r\n",
    b"\xef\xbb\xbf{ a = 1; }",
    b"{ a = \"\xff\"; }",
    b"\xff\xfe{\0 \0}\0",
    b"{ a = \"\0\"; }",
    "{ é = \"\u{202e}ü\"; }".as_bytes(),
    b"{ definitions = 1; order = { }; }",
    b"{ definitions.cp = [ ]; definitions.\"\".role = null; }",
];

#[test]
fn a_module_of_any_body_is_read_or_left_alone() {
    let (of_vms, of_hosts) = BODIES.split_at(BODIES.len() / 2);
    let mut config = cluster(of_vms.len());
    let start = config.find("[hosts.").expect("a host");
    let end = config.find("[vms.").expect("a VM");
    let host = config[start..end].replace("gateway = true", "gateway = false");
    for number in 1..of_hosts.len() {
        config += &host.replace("host-0", &format!("host-{number}"));
    }
    let sandbox = Sandbox::with_config(&config);
    for (name, bodies) in [("vms/node", of_vms), ("hosts/host", of_hosts)] {
        for (number, body) in bodies.iter().enumerate() {
            write_bytes(&sandbox, &format!("{name}-{number}.nix"), body);
        }
    }
    for args in [
        &["check", "-q"][..],
        &["diff", "-q", "--format", "options"],
        &["list", "-q"],
        &["adopt", "-q"],
        &["explain", "-q", "vms/node-1.nix:3"],
        &["render", "-q", "--dry-run"],
        &["render", "-q"],
        &["eject", "-q", "vms/node-1.nix"],
    ] {
        assert_ends_well(&sandbox, args);
    }
}

#[test]
fn a_data_file_of_any_body_is_read_or_left_alone() {
    for body in BODIES {
        let sandbox = Sandbox::with_config(&read("tests/golden/ok/minimal.toml"));
        for name in ["vms", "hosts", "network"] {
            write_bytes(&sandbox, &format!("lib/domains/{name}.nix"), body);
        }
        assert_ends_well(&sandbox, &["check", "-q"]);
        assert_ends_well(&sandbox, &["diff", "-q", "--format", "options"]);
    }
}

fn write_bytes(sandbox: &Sandbox, path: &str, bytes: &[u8]) {
    sandbox.write(path, "");
    fs::write(sandbox.at(path), bytes).expect("written");
}

/// Runs a command that neither stops in the middle nor calls anything a bug.
fn assert_ends_well(sandbox: &Sandbox, args: &[&str]) {
    let ran = sandbox.run(args);
    assert!(ran.status < 100 && ran.status != 4, "{args:?}: {}", ran.stderr);
}
