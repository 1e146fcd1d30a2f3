//! Any file that is given as `--config` gets an answer, in bounded memory and with
//! work that grows as the file does: hostile texts, other files, and what is no file.
//!
//! Nothing here looks at a clock. Memory is the whole process's, and work is the
//! processor time of a text beside that of a quarter of it.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use crate::support::generated::{cluster, full_cluster};
use crate::support::{Ran, Sandbox, TODAY, read};

/// The memory that a run may take, in kilobytes. The worst of the texts below takes
/// 480,000: options in a chain of keys as deep as is allowed.
const MOST_MEMORY: u64 = 600_000;

/// What a run took.
struct Cost {
    /// At its peak, in kilobytes.
    memory: u64,
    /// Of the processor, in seconds.
    work: f64,
}

/// Runs the program with little stack: a run that needs more, or does not end, ends
/// by a signal.
fn run(sandbox: &Sandbox, args: &[&str]) -> (Ran, Cost) {
    let limits = "ulimit -s 1024 -t 300; exec time --quiet --format '%M %U' --output cost \"$@\"";
    let output = Command::new("bash")
        .args(["-c", limits, "bash", env!("CARGO_BIN_EXE_nixgen")])
        .args(args)
        .env("SOURCE_DATE_EPOCH", TODAY)
        .current_dir(sandbox.path())
        .output()
        .expect("bash runs");
    let cost = sandbox.read("cost");
    let (memory, work) = cost.trim().split_once(' ').expect("`time` measured");
    let cost =
        Cost { memory: memory.parse().expect("a number"), work: work.parse().expect("a number") };
    assert!(cost.memory <= MOST_MEMORY, "{args:?}: {} kilobytes", cost.memory);
    (Ran::of(output), cost)
}

fn validate(sandbox: &Sandbox, config: &str) -> (Ran, Cost) {
    run(sandbox, &["validate", "-c", config])
}

/// Holds the work of a text against that of a quarter of it: four times as much is
/// what it has to be, and sixteen times would be the square.
fn assert_grows_evenly(name: &str, quarter: &Cost, whole: &Cost) {
    let (quarter, whole) = (quarter.work, whole.work);
    assert!(
        whole <= 10.0 * quarter + 0.5,
        "{name}: {quarter} s, and of four times as much {whole} s"
    );
}

/// A text or bytes, the status, and what has to be in the answer.
fn assert_answered(name: &str, config: &[u8], status: i32, answer: &str) -> Cost {
    let sandbox = Sandbox::new();
    std::fs::write(sandbox.at("cluster.toml"), config).expect("written");
    let (ran, cost) = validate(&sandbox, "cluster.toml");
    assert_eq!(ran.status, status, "{name}: {}", ran.stderr);
    assert!(ran.stderr.contains(answer), "{name}: {}", ran.stderr);
    assert!(!ran.stderr.contains("panicked"), "{name}: {}", ran.stderr);
    cost
}

#[test]
fn a_tangled_file_in_the_tree_is_told_and_left_alone() {
    let [quarter, whole] = [25_000, 100_000].map(|links| {
        let sandbox = Sandbox::with_config(&read("tests/golden/ok/minimal.toml"));
        sandbox.expect(0, &["render", "-q"]);
        let tangled = "a.".repeat(links);
        sandbox.write("vms/cp.nix", &tangled);
        sandbox.write("vms/worker.nix", &tangled);
        sandbox.edit("cluster.toml", "[vms.worker]", "[vms.helper]");
        let costs = [&["check"][..], &["diff", "--format", "options"], &["list"]].map(|args| {
            let (said, cost) = run(&sandbox, args);
            assert!([0, 1].contains(&said.status), "{said:?}");
            cost
        });
        let refused = sandbox.expect(5, &["render"]).stderr;
        let told = "vms/cp.nix is a Nix file whose names have thousands of dots";
        assert!(refused.contains(told), "{refused}");
        assert_eq!(sandbox.read("vms/worker.nix"), tangled);
        costs
    });
    for (quarter, whole) in quarter.iter().zip(&whole) {
        assert_grows_evenly("a tangled file", quarter, whole);
    }
}

/// Each kind of expression that can stand in another one, again and again.
#[test]
fn a_deep_file_in_the_tree_is_told_and_left_alone() {
    const DEEP: usize = 50_000;
    let prefixes = ["!", "-", "f ", "1 + ", "a ++ ", "{ } // ", "a -> ", "a && ", "f <| ", "a: "];
    let heads = ["let a = 1; in ", "with a; ", "assert a; ", "if a then b else ", "if "];
    let open = ["[ ", "(", "{ a = ", "\"${", "{ a }: ", "let a = ", "a.", "rec { a."];
    let beginnings = prefixes.iter().chain(&heads).chain(&open);
    let mut texts: Vec<String> = beginnings.map(|part| part.repeat(DEEP)).collect();
    for (open, close) in [("[ ", " ]"), ("(", ")"), ("{ a = ", "; }"), ("lib.mkIf a (", ")")] {
        texts.push(open.repeat(DEEP) + "a" + &close.repeat(DEEP));
    }
    for end in [" + 1", ".b or c", " ? b", " |> f"] {
        texts.push("a".to_owned() + &end.repeat(DEEP));
    }
    // Within a binding, as in a module.
    texts.extend(prefixes.iter().map(|part| format!("{{ x = {}a; }}", part.repeat(DEEP))));
    let config = cluster(texts.len());
    let sandbox = Sandbox::with_config(&config);
    sandbox.expect(0, &["render", "-q"]);
    let machines = config.lines().filter_map(|line| line.strip_prefix("[vms.")?.strip_suffix(']'));
    let paths: Vec<String> = machines.map(|name| format!("vms/{name}.nix")).collect();
    for (path, text) in paths.iter().zip(&texts) {
        assert!(sandbox.at(path).is_file(), "{path}");
        sandbox.write(path, text);
    }
    let list = sandbox.read("nixgen.lock");
    for args in [&["check", "-q"][..], &["diff", "--format", "options"], &["list"], &["adopt"]] {
        let (ran, _) = run(&sandbox, args);
        assert!([0, 1, 5].contains(&ran.status), "{args:?}: {}", ran.stderr);
    }
    assert_eq!(sandbox.read("nixgen.lock"), list);
    for (path, text) in paths.iter().zip(&texts) {
        assert_eq!(&sandbox.read(path), text, "{path}");
    }
}

#[test]
fn the_mistakes_of_a_template_are_told_with_work_that_grows_as_they_do() {
    for mistake in ["a = 1; ", "a = b; ", "; a "] {
        let [quarter, whole] = [25_000, 100_000].map(|count| {
            let sandbox = Sandbox::with_config(&read("tests/golden/ok/minimal.toml"));
            let text = format!("{{ {} }}\n", mistake.repeat(count));
            sandbox.write("nixgen/templates/vms/vm.nix.tera", &text);
            let (said, cost) = run(&sandbox, &["check", "-q"]);
            assert_eq!(said.status, 4, "{said:?}");
            cost
        });
        assert_grows_evenly(mistake, &quarter, &whole);
    }
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

#[test]
fn a_file_of_gigabytes_in_the_way_costs_no_memory() {
    let put = |sandbox: &Sandbox, path: &str| {
        std::fs::create_dir_all(sandbox.at(path).parent().expect("a folder")).expect("made");
        let file = std::fs::File::create(sandbox.at(path)).expect("created");
        file.set_len(8 << 30).expect("a sparse file");
    };
    let render: &[&str] = &["render", "--yes"];
    let check: &[&str] = &["check", "--options", "options.json"];
    for (path, args, status, told) in [
        ("vms/cp.nix", render, 5, "vms/cp.nix is a file too large to be nixgen's"),
        (
            "vms/worker.nix",
            &["render", "--yes", "--force"],
            5,
            "is a file too large to be nixgen's",
        ),
        ("vms/cp.nix", &["diff"], 1, ""),
        ("nixgen.lock", render, 6, "nixgen.lock: it is a file too large"),
        (".gitattributes", render, 0, ""),
        (".gitattributes", &["render", "--yes", "--git-attributes"], 6, "it is a file too large"),
        ("nixgen/templates/vms/vm.nix.tera", render, 4, "the file is larger than 1 MiB"),
        ("cluster.toml", render, 3, "the file has more than 16 MiB"),
        ("options.json", check, 6, "options.json: it has more than 64 MiB"),
        (".nixgen-staging/journal", render, 6, "it is not what nixgen wrote"),
        (".nixgen-staging/new-0", render, 0, "none of its files was written"),
    ] {
        let sandbox = Sandbox::with_config(&read("tests/golden/ok/minimal.toml"));
        put(&sandbox, path);
        let (ran, _) = run(&sandbox, args);
        assert_eq!(ran.status, status, "{path}: {}", ran.stderr);
        assert!(ran.stderr.contains(told), "{path}: {}", ran.stderr);
    }
    // Of files that were nixgen's, too.
    let sandbox = Sandbox::with_config(&read("tests/golden/ok/minimal.toml"));
    sandbox.expect(0, render);
    sandbox.edit("cluster.toml", "[vms.worker]", "[vms.helper]");
    put(&sandbox, "vms/worker.nix");
    put(&sandbox, "vms/cp.nix");
    for (args, status) in [(&["diff"][..], 1), (&["check"], 1), (&["list"], 0), (render, 5)] {
        let (ran, _) = run(&sandbox, args);
        assert_eq!(ran.status, status, "{args:?}: {}", ran.stderr);
    }
    sandbox.expect(5, &["eject", "vms/cp.nix"]);
}

fn lines(count: usize, line: &dyn Fn(usize) -> String) -> String {
    (0..count).map(|number| line(number) + "\n").collect()
}

/// Chains of dotted keys, up to a number of keys.
fn chains(keys: usize, depth: usize) -> String {
    lines(keys / depth, &|number| format!("a{number}{}=1", ".b".repeat(depth - 1)))
}

fn list(count: usize, element: &str) -> String {
    format!("x = [{}]", element.repeat(count))
}

/// A kind of text: its name, how much of it is read at most, the text of a size,
/// and what is said of that.
type Kind<'a> = (&'a str, usize, &'a dyn Fn(usize) -> String, &'a str);

#[test]
fn what_is_large_is_refused_or_read() {
    let key = |number| format!("a{number}=1");
    let nested = |count: usize| list(count / 78, &format!("{}{},", "[".repeat(78), "]".repeat(78)));
    let texts: &[Kind<'_>] = &[
        (
            "a long line",
            8 << 20,
            &|size| format!("x = \"{}\"\n", "a".repeat(size)),
            "unknown key `x`",
        ),
        ("a long key", 8 << 20, &|size| format!("{} = 1\n", "a".repeat(size)), "unknown key `aaa"),
        (
            "a long value",
            8 << 20,
            &|size| format!("[cluster]\nname = \"{}\"", "A".repeat(size)),
            "[NG0114]",
        ),
        ("a long word", 1 << 19, &|size| "a ".repeat(size), "[NG0101]"),
        ("brackets", 1 << 19, &|size| "[\n".repeat(size), "[NG0101]"),
        ("quotes", 1 << 20, &|size| "\"".repeat(size), "[NG0101]"),
        ("escapes", 1 << 20, &|size| format!("x = \"{}\"", "\\q".repeat(size)), "[NG0101]"),
        ("one key", 1 << 19, &|size| "x=1\n".repeat(size - 1), "the key `x` is there twice"),
        ("one table", 1 << 19, &|size| "[x]\n".repeat(size - 1), "the table `[x]` is there twice"),
        // As much as is read, of each kind.
        ("keys", 1 << 19, &|size| lines(size - 1, &key), "unknown key `a0`"),
        ("dotted keys", 1 << 19, &|size| chains(size, 79), "unknown key `a0`"),
        (
            "tables of one key",
            1 << 18,
            &|size| lines(size - 1, &|number| format!("a{number}.b=1")),
            "unknown key `a0`",
        ),
        (
            "headers",
            1 << 19,
            &|size| lines(size - 1, &|number| format!("[a{number}]")),
            "unknown key `a0`",
        ),
        ("strings", 1 << 19, &|size| list(size - 2, "\"\","), "unknown key `x`"),
        ("inline tables", 1 << 19, &|size| list(size - 2, "{},"), "unknown key `x`"),
        ("lists", 1 << 19, &|size| list(size - 2, "[],"), "unknown key `x`"),
        ("lists in lists", 1 << 19, &|size| nested(size - 2), "unknown key `x`"),
        ("comments", 1 << 20, &|size| "#\n".repeat(size - 1), "`[cluster]` is missing"),
        ("empty lines", (1 << 21) - 1, &|size| "\n".repeat(size), "`[cluster]` is missing"),
        (
            "labels",
            65_000,
            &|size| {
                let label = |number| format!("\"a{number}\" = \"\"");
                format!("[vms.a.labels]\n{}", lines(size, &label))
            },
            "[NG0112]",
        ),
        (
            "options",
            1 << 19,
            &|size| format!("[vms.a.nixos]\n{}", chains(size - 100, 70)),
            "[NG0112]",
        ),
    ];
    for (name, size, text, answer) in texts {
        let [quarter, whole] =
            [size / 4, *size].map(|size| assert_answered(name, text(size).as_bytes(), 3, answer));
        assert_grows_evenly(name, &quarter, &whole);
    }
    for (name, text, answer) in [
        ("more empty lines", "\n".repeat(1 << 21), "2097152 words and signs"),
        ("more strings", list(1 << 19, "0,"), "524288 keys and values"),
        ("dots", ".".repeat(8 << 20), "2097152 words and signs"),
        ("many VMs", lines(70_000, &|number| format!("[vms.a{number}]")), "70000 entries"),
        ("more than a file", "a".repeat(17 << 20), "16 MiB"),
    ] {
        assert_answered(name, text.as_bytes(), 3, answer);
    }
}

/// Ten thousand machines with all that people write of them are read, written and
/// compared within that memory too.
#[test]
fn a_large_cluster_is_rendered() {
    let sandbox = Sandbox::in_memory();
    sandbox.write("cluster.toml", &full_cluster(10_000));
    for args in [&["render", "--yes", "-q"][..], &["check", "-q"]] {
        let (ran, cost) = run(&sandbox, args);
        assert_eq!(ran.status, 0, "{args:?}: {}", ran.stderr);
        println!("{args:?}: {} kilobytes", cost.memory);
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
    let config = read("tests/golden/ok/minimal.toml");
    sandbox.write("cluster.toml", &config);
    for path in ["pipe", "/dev/zero", "/dev/full", "/dev/null"] {
        for option in ["--config", "--options"] {
            let (ran, _) = run(&sandbox, &["validate", option, path]);
            assert_eq!(ran.status, 6, "{option} {path}: {}", ran.stderr);
            assert!(ran.stderr.contains("it is not a regular file"), "{path}: {}", ran.stderr);
        }
    }
    // What is open already, whatever it is: a tree beside it would be in /dev.
    for path in ["/dev/stdin", "/dev/fd/0", "/proc/self/fd/0", "/proc/thread-self/fd/0"] {
        let mut command = sandbox.command(&["render", "--yes", "-c", path]);
        command.stdin(std::fs::File::open(sandbox.at("cluster.toml")).expect("open"));
        let ran = Ran::of(command.output().expect("it runs"));
        assert_eq!(ran.status, 6, "{path}: {}", ran.stderr);
        assert!(ran.stderr.contains("standard input and pipes are not read"), "{}", ran.stderr);
    }
    for args in [["render", "-c", "-"], ["init", "-c", "-"]] {
        let ran = sandbox.expect(2, &args);
        assert!(ran.stderr.contains("standard input is not read"), "{}", ran.stderr);
    }
    for path in [".", "/"] {
        let (ran, _) = validate(&sandbox, path);
        assert_eq!((ran.status, ran.stderr.contains("it is a folder")), (6, true), "{path}");
    }
    std::os::unix::fs::symlink("nowhere", sandbox.at("link")).expect("a link");
    assert_eq!(validate(&sandbox, "link").0.status, 6);
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
