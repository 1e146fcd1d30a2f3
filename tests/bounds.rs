//! Any file that is given as `--config` gets an answer, in bounded time and
//! memory: hostile texts, other files, and what is no file.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::support::{Ran, Sandbox, read};

/// The memory that a run may take, in kilobytes.
const MOST_MEMORY: u64 = 200_000;

/// Runs `validate` with little stack and no patience: a run that needs more ends
/// by a signal or with status 124. The memory that it took is held against what
/// any file may take.
fn validate(sandbox: &Sandbox, config: &str) -> Ran {
    let run = "ulimit -s 1024; exec timeout 60 time --quiet --format %M --output memory \"$@\"";
    let output = Command::new("bash")
        .args(["-c", run, "bash", env!("CARGO_BIN_EXE_nixgen"), "validate", "-c", config])
        .current_dir(sandbox.path())
        .output()
        .expect("bash runs");
    let memory = std::fs::read_to_string(sandbox.at("memory")).expect("`time` measured");
    let memory: u64 = memory.trim().parse().expect("a number");
    assert!(memory <= MOST_MEMORY, "{config}: {memory} kilobytes");
    Ran::of(output)
}

/// A text or bytes, the status, and what has to be in the answer.
fn assert_answered(name: &str, config: &[u8], status: i32, answer: &str) {
    let sandbox = Sandbox::new();
    std::fs::write(sandbox.at("cluster.toml"), config).expect("written");
    let ran = validate(&sandbox, "cluster.toml");
    assert_eq!(ran.status, status, "{name}: {}", ran.stderr);
    assert!(ran.stderr.contains(answer), "{name}: {}", ran.stderr);
    assert!(!ran.stderr.contains("panicked"), "{name}: {}", ran.stderr);
}

#[test]
fn a_tangled_file_in_the_tree_is_told_and_left_alone() {
    let sandbox = Sandbox::with_config(&read("tests/golden/ok/minimal.toml"));
    sandbox.expect(0, &["render", "-q"]);
    let tangled = "a.".repeat(100_000);
    sandbox.write("vms/cp.nix", &tangled);
    sandbox.write("vms/worker.nix", &tangled);
    sandbox.edit("cluster.toml", "[vms.worker]", "[vms.helper]");
    let start = Instant::now();
    for args in [&["check"][..], &["diff", "--format", "options"], &["list"]] {
        let said = sandbox.run(args);
        assert!([0, 1].contains(&said.status), "{said:?}");
    }
    let refused = sandbox.expect(5, &["render"]).stderr;
    assert!(refused.contains("vms/cp.nix is a file with a name without an end"), "{refused}");
    assert_eq!(sandbox.read("vms/worker.nix"), tangled);
    assert!(start.elapsed().as_secs() < 30);
}

#[test]
fn what_is_deeply_nested_is_refused() {
    const DEEP: usize = 100_000;
    for (open, close) in [("[", "]"), ("{a=", "}"), ("{a.b=", "}"), ("[{a=", "}]")] {
        for close in [close.repeat(DEEP), String::new()] {
            let text = format!("x = {}1{close}\n", open.repeat(DEEP));
            assert_answered(open, text.as_bytes(), 3, "more than 80 tables and lists");
        }
    }
    for text in [format!("a{} = 1", ".a".repeat(DEEP)), format!("[a{}]", ".a".repeat(DEEP))] {
        assert_answered("a dotted key", text.as_bytes(), 3, "more than 80 tables and lists");
    }
    // As deep as is allowed, in every way at once: nothing overflows.
    let deep = format!("a{} = [[{{ b{} = 1 }}]]\n", ".a".repeat(40), ".b".repeat(35));
    assert_answered("the deepest", deep.as_bytes(), 3, "unknown key `a`");
}

fn lines(count: usize, line: &dyn Fn(usize) -> String) -> String {
    (0..count).map(|number| line(number) + "\n").collect()
}

#[test]
fn what_is_large_is_refused_or_read() {
    let tables = lines(300_000, &|number| format!("[a{number}]"));
    let vms = lines(70_000, &|number| format!("[vms.a{number}]"));
    let label = |number| format!("\"a{number}\" = \"\"");
    let labels = format!("[vms.a.labels]\n{}", lines(65_000, &label));
    for (name, text, answer) in [
        ("a long line", format!("x = \"{}\"\n", "a".repeat(8 << 20)), "unknown key `x`"),
        ("a long key", format!("{} = 1\n", "a".repeat(8 << 20)), "unknown key `aaa"),
        ("a long value", format!("[cluster]\nname = \"{}\"", "A".repeat(8 << 20)), "[NG0114]"),
        ("a long word", "a ".repeat(1 << 20), "[NG0101]"),
        ("empty lines", "\n".repeat(8 << 20), "200 MB of memory"),
        ("dots", ".".repeat(8 << 20), "200 MB of memory"),
        ("brackets", "[\n".repeat(1 << 20), "[NG0101]"),
        ("quotes", "\"".repeat(1 << 20), "[NG0101]"),
        ("values", format!("x = [{}]", "1,".repeat(1 << 20)), "200 MB of memory"),
        ("escapes", format!("x = \"{}\"", "\\q".repeat(1 << 20)), "[NG0101]"),
        ("one key", "x = 1\n".repeat(1 << 17), "the key `x` is there twice"),
        ("many tables", tables, "200 MB of memory"),
        ("many VMs", vms, "70000 entries"),
        // Nearly as much as is read, of each kind.
        ("keys", lines(215_000, &|number| format!("a{number} = 1")), "unknown key `a0`"),
        ("labels", labels, "[NG0112]"),
        ("dotted keys", lines(93_000, &|number| format!("a{number}.b = 1")), "unknown key `a0`"),
        ("headers", lines(140_000, &|number| format!("[a{number}]")), "unknown key `a0`"),
        ("strings", format!("x = [{}]", "\"\",".repeat(360_000)), "unknown key `x`"),
        ("inline tables", format!("x = [{}]", "{},".repeat(150_000)), "unknown key `x`"),
        ("lists", format!("x = [{}]", "[],".repeat(310_000)), "unknown key `x`"),
        ("comments", "# \n".repeat(1_100_000), "`[cluster]` is missing"),
    ] {
        assert_answered(name, text.as_bytes(), 3, answer);
    }
}

#[test]
fn what_is_no_text_is_refused() {
    let noise: Vec<u8> = (0..1_u64 << 20)
        .map(|at| (at.wrapping_mul(6_364_136_223_846_793_005) >> 56) as u8)
        .collect();
    for (name, bytes, answer) in [
        ("noise", &noise[..], "not UTF-8 text"),
        ("UTF-16", b"\xff\xfe[\0c\0]\0", "UTF-16"),
        ("a program", b"\x7fELF\x02\x01\x01\0\0", "[NG0101]"),
        ("nothing", b"", "the table `[cluster]` is missing"),
        ("NUL", b"[cluster]\nname = \"a\0b\"\n", "a control character"),
        ("NULs", &[0; 4096], "[NG0101]"),
        ("a BOM", b"\xef\xbb\xbf[cluster]\nname = 1\n", "cluster.toml:2:8"),
    ] {
        assert_answered(name, bytes, 3, answer);
    }
}

#[test]
fn what_is_no_file_is_refused() {
    let sandbox = Sandbox::new();
    let pipe = Command::new("mkfifo").arg(sandbox.at("pipe")).status().expect("mkfifo runs");
    assert!(pipe.success());
    for path in ["pipe", "/dev/zero", "/dev/full", "/dev/null"] {
        let ran = validate(&sandbox, path);
        assert_eq!(ran.status, 6, "{path}: {}", ran.stderr);
        assert!(ran.stderr.contains("it is not a regular file"), "{path}: {}", ran.stderr);
    }
    for path in [".", "/"] {
        let ran = validate(&sandbox, path);
        assert_eq!((ran.status, ran.stderr.contains("it is a folder")), (6, true), "{path}");
    }
    std::os::unix::fs::symlink("nowhere", sandbox.at("link")).expect("a link");
    assert_eq!(validate(&sandbox, "link").status, 6);
    assert!(!Path::new("nixgen.lock").exists());
}

#[test]
fn a_thousand_mistakes_are_enough() {
    let mut text = String::new();
    for number in 0..3000 {
        let _ = writeln!(text, "[vms.a{number}]\nmemroy = \"{}\"\nip = 1", "x".repeat(100));
    }
    let sandbox = Sandbox::with_config(&text);
    let human = sandbox.expect(3, &["validate"]).stderr;
    let shown = human.lines().filter(|line| line.starts_with("error[")).count();
    assert_eq!(shown, nixgen::diagnostic::MOST, "{}", human.len());
    let json = sandbox.expect(3, &["validate", "--message-format", "json"]).stderr;
    let shown = json.lines().filter(|line| line.contains("\"kind\":\"diagnostic\"")).count();
    assert_eq!(shown, nixgen::diagnostic::MOST);
}
