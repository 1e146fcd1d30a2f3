//! What the tests share: a sandbox that runs the real binary, and trees.

pub mod drafts;
pub mod forge;
pub mod generated;
pub mod git;
pub mod hostile;
pub mod idioms;
pub mod node;
pub mod reference;
pub mod scene;
pub mod strace;
pub mod versions;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use walkdir::WalkDir;

/// The day of every run, 2026-06-01: NixOS 25.05 is past its end, 25.11 is not.
pub const TODAY: &str = "1780272000";

/// A folder of its own in which the real binary is run.
pub struct Sandbox {
    dir: tempfile::TempDir,
}

/// What a run printed, and how it ended.
#[derive(Debug, PartialEq, Eq)]
pub struct Ran {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

/// Files by path.
pub type Tree = BTreeMap<String, Vec<u8>>;

impl Sandbox {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("a folder") }
    }

    /// One on a file system in memory, if there is one: for many runs of which
    /// none is about the disk.
    pub fn in_memory() -> Self {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        Self { dir: tempfile::tempdir_in(folder).expect("a folder") }
    }

    /// A sandbox that holds the shipped example.
    pub fn with_example() -> Self {
        Self::with_config(&read("cluster.toml"))
    }

    pub fn with_config(text: &str) -> Self {
        let sandbox = Self::new();
        sandbox.write("cluster.toml", text);
        sandbox
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn at(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("written");
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.at(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Replaces a text that must be there.
    pub fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} has no {from:?}");
        self.write(path, &text.replacen(from, to, 1));
    }

    /// Nobody is there whom `render`, as the first word, could ask.
    pub fn command(&self, args: &[&str]) -> Command {
        let asks = args.first() == Some(&"render") && !args.contains(&"--yes");
        let yes: &[&str] = if asks { &["--yes"] } else { &[] };
        let mut command = Command::new(env!("CARGO_BIN_EXE_nixgen"));
        let (first, rest) = args.split_at(args.len().min(1));
        command
            .args(first)
            .args(yes)
            .args(rest)
            .current_dir(self.path())
            .env_remove("NO_COLOR")
            .env_remove("GITHUB_ACTIONS")
            .env("SOURCE_DATE_EPOCH", TODAY)
            .stdin(std::process::Stdio::null());
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        Ran::of(self.command(args).output().expect("nixgen runs"))
    }

    /// Runs it and insists on the status.
    pub fn expect(&self, status: i32, args: &[&str]) -> Ran {
        let ran = self.run(args);
        assert_eq!(ran.status, status, "{args:?}\n{}\n{}", ran.stdout, ran.stderr);
        ran
    }

    pub fn tree(&self) -> Tree {
        tree(self.path())
    }
}

impl Ran {
    pub fn of(output: Output) -> Self {
        Self {
            status: output.status.code().expect("it ended by itself"),
            stdout: String::from_utf8(output.stdout).expect("text"),
            stderr: String::from_utf8(output.stderr).expect("text"),
        }
    }
}

/// The repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of the repository.
pub fn read(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every file below a folder.
pub fn tree(root: &Path) -> Tree {
    let mut tree = Tree::new();
    for entry in WalkDir::new(root).sort_by_file_name() {
        let entry = entry.expect("readable");
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(root).expect("below the root");
            let content = fs::read(entry.path()).expect("readable");
            tree.insert(path.to_str().expect("text").to_owned(), content);
        }
    }
    tree
}

/// Whether golden files are to be rewritten.
pub fn blessing() -> bool {
    std::env::var_os("NIXGEN_BLESS").is_some()
}

/// Runs a tool that the tests need; without it the test fails and says what
/// installs it.
pub fn tool(name: &str, package: &str, args: &[&str]) -> Output {
    Command::new(name).args(args).output().unwrap_or_else(|error| {
        panic!("cannot run {name} ({error}): the tests need it; apt-get install {package}")
    })
}

/// Evaluates a Nix expression with the real Nix.
pub fn evaluate(expression: &str) -> serde_json::Value {
    let output =
        tool("nix-instantiate", "nix-bin", &["--eval", "--strict", "--json", "--expr", expression]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}\n{expression}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}
