//! What a flake's machines evaluate to, as far as it is asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::Value as Json;

use crate::nix::attrs::{AttrPath, Attrs, Entry, Value};

/// The function that `init` gives the machines to.
const FACTS: &str = include_str!("facts.nix");

/// The function that takes paths of options, and then the machines.
const VALUES: &str = include_str!("values.nix");

/// The time that an evaluation has: for what a file begins with, and for all that the
/// files of a repository set.
const PATIENCE: Duration = Duration::from_mins(1);
const MUCH_PATIENCE: Duration = Duration::from_mins(10);

/// The bytes of its answer that are read.
const MOST: u64 = 64 << 20;

/// The bytes of an argument, of which Linux takes 128 KiB.
const LONGEST: usize = 100_000;

/// The options of each machine by its name.
pub type Machines = BTreeMap<String, Attrs>;

/// The facts on each machine of the flake in a folder, or why they are not known.
/// Nothing is built, nothing is asked, and no lock is written.
pub fn evaluate(folder: &Path) -> Result<Machines, String> {
    ask(folder, FACTS, PATIENCE)
}

/// The values of those options of each machine that are named by paths, where `*` is
/// any name. MicroVMs are named after their host.
pub fn values(folder: &Path, paths: &BTreeSet<Vec<&str>>) -> Result<Machines, String> {
    let mut machines = ask(folder, &format!("({VALUES}) {}", fitting(paths)), MUCH_PATIENCE)?;
    for attrs in machines.values_mut() {
        attrs.entries.retain(|_, entry| entry.value != Value::List(Vec::new()));
    }
    Ok(machines)
}

/// The paths as a list in Nix, as deep as it fits into an argument.
fn fitting(paths: &BTreeSet<Vec<&str>>) -> String {
    let deepest = paths.iter().map(Vec::len).max().unwrap_or_default();
    let mut lists = (1..=deepest).rev().map(|depth| {
        let mut kept: Vec<&[&str]> = Vec::new();
        for path in paths {
            let path = path.get(..depth).unwrap_or(path);
            // A path stands behind those that it is in.
            if kept.last().is_none_or(|last| !path.starts_with(last)) {
                kept.push(path);
            }
        }
        let text = |name: &&str| Value::Text((*name).to_owned());
        let list = |path: &&[&str]| Value::List(path.iter().map(text).collect());
        Value::List(kept.iter().map(list).collect()).to_string()
    });
    lists.find(|list| list.len() <= LONGEST).unwrap_or_else(|| "[ ]".to_owned())
}

/// What a function makes of the machines of the flake in a folder.
fn ask(folder: &Path, function: &str, patience: Duration) -> Result<Machines, String> {
    let mut command = Command::new("nix");
    command
        .args(["--extra-experimental-features", "nix-command flakes"])
        .args(["eval", "--json", "--no-write-lock-file"])
        .args(["--option", "allow-import-from-derivation", "false"])
        .args([".#nixosConfigurations", "--apply", function])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // What it starts itself ends with it.
        .process_group(0);
    let mut child = command.spawn().map_err(|_| "Nix is not there".to_owned())?;
    let (answer, complaint) = (read(child.stdout.take()), read(child.stderr.take()));
    let is_done = wait(&mut child, patience);
    let [answer, complaint] = [answer, complaint].map(|it| it.join().unwrap_or_default());
    match is_done {
        Some(true) => machines(&answer).map_err(|error| error.to_string()),
        Some(false) => {
            let complaint = String::from_utf8_lossy(&complaint);
            let said = complaint.lines().rev().find_map(|line| line.trim().strip_prefix("error: "));
            let said = said.map(|said| format!(": {said}")).unwrap_or_default();
            Err(format!("`nix eval .#nixosConfigurations` fails{said}"))
        }
        None => Err(format!("`nix eval` took longer than {} s", patience.as_secs())),
    }
}

fn read(from: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        from.map(|from| from.take(MOST).read_to_end(&mut bytes));
        bytes
    })
}

/// Whether it succeeded; `None` if it had to be ended.
fn wait(child: &mut Child, patience: Duration) -> Option<bool> {
    let start = Instant::now();
    while start.elapsed() < patience {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status.success()),
            Ok(None) => thread::sleep(Duration::from_millis(20)),
            Err(_) => break,
        }
    }
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    group.map(|group| kill_process_group(group, Signal::KILL));
    let _ = child.wait();
    None
}

/// The machines of an answer.
fn machines(answer: &[u8]) -> Result<Machines, serde_json::Error> {
    let Json::Object(machines) = serde_json::from_slice(answer)? else {
        return Ok(BTreeMap::new());
    };
    let attrs = |facts: &Json| {
        let mut attrs = Attrs::default();
        add(&mut attrs, &mut Vec::new(), facts);
        // Of several documents.
        for facts in facts.as_array().into_iter().flatten() {
            add(&mut attrs, &mut Vec::new(), facts);
        }
        attrs
    };
    Ok(machines.iter().map(|(name, facts)| (name.clone(), attrs(facts))).collect())
}

/// Adds what a document holds below a path.
fn add(attrs: &mut Attrs, path: &mut Vec<String>, json: &Json) {
    if let Json::Object(set) = json {
        for (name, json) in set {
            path.push(name.clone());
            add(attrs, path, json);
            path.pop();
        }
    } else if let (false, Some(value)) = (path.is_empty(), value(json)) {
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        attrs.entries.insert(AttrPath::of(&names), Entry { value, offset: 0 });
    }
}

fn value(json: &Json) -> Option<Value> {
    Some(match json {
        Json::Null => return None,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => Value::Int(number.as_i64()?),
        Json::String(text) => Value::Text(without_hashes(text)),
        Json::Array(items) => {
            // What several modules add may be there twice.
            let mut list = Vec::new();
            for item in items.iter().filter_map(value) {
                if !list.contains(&item) {
                    list.push(item);
                }
            }
            Value::List(list)
        }
        Json::Object(set) => {
            let named = |(name, json)| Some((AttrPath::of(&[name]), value(json)?));
            Value::Set(set.iter().filter_map(|(name, json)| named((name.as_str(), json))).collect())
        }
    })
}

/// A text with store paths by their names: each change of a source changes hashes.
fn without_hashes(text: &str) -> String {
    const STORE: &str = "/nix/store/";
    /// A hash and the dash behind it.
    const HASH: usize = 33;

    let mut parts = text.split(STORE);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let name = part.get(HASH..).filter(|_| part.as_bytes().get(HASH - 1) == Some(&b'-'));
        out.push_str(STORE);
        out.push_str(name.unwrap_or(part));
    }
    out
}
