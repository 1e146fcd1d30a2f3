//! Real faults and real kills, at the very system call that is meant.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::TODAY;

/// The system calls that write to a tree.
const WRITES: &[&str] = &[
    "openat",
    "mkdir",
    "mkdirat",
    "write",
    "fchmod",
    "fchown",
    "fchownat",
    "fsync",
    "syncfs",
    "rename",
    "renameat",
    "renameat2",
    "linkat",
    "unlink",
    "unlinkat",
    "rmdir",
];

/// One system call of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    pub call: String,
    /// It is so manieth of its kind, from 1.
    pub nth: usize,
}

/// Every call of a run that writes to the tree, from the first that does.
pub fn points(folder: &Path, args: &[&str]) -> (Vec<Point>, Output) {
    let log = log();
    let output = strace(folder, &log, &[&format!("trace={}", WRITES.join(","))], args);
    let text = std::fs::read_to_string(&log).expect("a log");
    let mut seen = std::collections::BTreeMap::<&str, usize>::new();
    let mut points = Vec::new();
    let mut main = None;
    for line in text.lines().filter(|line| line.contains('(') && !line.contains("resumed>")) {
        let (process, rest) = line.split_once(' ').expect("a process");
        let (call, arguments) = rest.trim_start().split_once('(').expect("a call");
        // Other threads read only: the counting is the main one's.
        if *main.get_or_insert(process) == process {
            let nth = seen.entry(call).or_default();
            *nth += 1;
            if call != "openat" || arguments.contains("O_CREAT") {
                points.push(Point { call: call.to_owned(), nth: *nth });
            }
        } else {
            assert!(call == "openat" && !arguments.contains("O_CREAT"), "{line}");
        }
    }
    std::fs::remove_file(log).expect("removed");
    (points, output)
}

/// Runs nixgen and kills it at a point.
pub fn killed(folder: &Path, point: &Point, args: &[&str]) {
    use std::os::unix::process::ExitStatusExt as _;
    let output = inject(folder, &point.call, &format!("signal=KILL:when={}", point.nth), args);
    assert_eq!(output.status.signal(), Some(9), "{point:?}: {output:?}");
}

/// Runs nixgen with a fault: `what` is strace's description of it.
pub fn inject(folder: &Path, call: &str, what: &str, args: &[&str]) -> Output {
    let trace = format!("trace={call}");
    strace(folder, Path::new("/dev/null"), &[&trace, &format!("inject={call}:{what}")], args)
}

fn strace(folder: &Path, log: &Path, expressions: &[&str], args: &[&str]) -> Output {
    let mut command = Command::new("strace");
    command.args(["-f", "-s", "0", "-o"]).arg(log);
    // Faster, but then signals are not delivered.
    if !expressions.iter().any(|expression| expression.contains("signal=")) {
        command.arg("--seccomp-bpf");
    }
    for expression in expressions {
        command.args(["-e", expression]);
    }
    let output = command
        .arg(env!("CARGO_BIN_EXE_nixgen"))
        .args(args)
        .env("SOURCE_DATE_EPOCH", TODAY)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| {
            panic!("cannot run strace ({error}): the tests need it; apt-get install strace")
        });
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!said.contains("strace:"), "strace has to be allowed to trace: {said}");
    output
}

fn log() -> PathBuf {
    tempfile::NamedTempFile::new().expect("a file").into_temp_path().keep().expect("kept")
}
