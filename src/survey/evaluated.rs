//! What a flake's machines evaluate to, as far as `cluster.toml` asks for it.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::Value as Json;

use crate::nix::attrs::{AttrPath, Attrs, Entry, Value};

/// The function that the machines are given to.
const FACTS: &str = include_str!("facts.nix");

/// The time that an evaluation has.
const PATIENCE: Duration = Duration::from_mins(1);

/// The bytes of its answer that are read.
const MOST: u64 = 16 << 20;

/// The options of each machine of the flake in a folder, or why they are not known.
/// Nothing is built, nothing is asked, and no lock is written.
pub fn evaluate(folder: &Path) -> Result<BTreeMap<String, Attrs>, String> {
    let machines = ask(folder)?;
    let Json::Object(machines) = machines else { return Ok(BTreeMap::new()) };
    let attrs = |facts: &Json| {
        let mut attrs = Attrs::default();
        add(&mut attrs, &mut Vec::new(), facts);
        attrs
    };
    Ok(machines.iter().map(|(name, facts)| (name.clone(), attrs(facts))).collect())
}

fn ask(folder: &Path) -> Result<Json, String> {
    let mut command = Command::new("nix");
    command
        .args(["--extra-experimental-features", "nix-command flakes"])
        .args(["eval", "--json", "--no-write-lock-file"])
        .args(["--option", "allow-import-from-derivation", "false"])
        .args([".#nixosConfigurations", "--apply", FACTS])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        // What it starts itself ends with it.
        .process_group(0);
    let mut child = command.spawn().map_err(|_| "Nix is not there".to_owned())?;
    let answer = child.stdout.take();
    let reader = thread::spawn(move || {
        let mut bytes = Vec::new();
        answer.map(|answer| answer.take(MOST).read_to_end(&mut bytes));
        bytes
    });
    let is_done = wait(&mut child);
    let bytes = reader.join().unwrap_or_default();
    match is_done {
        Some(true) => serde_json::from_slice(&bytes).map_err(|error| error.to_string()),
        Some(false) => Err("`nix eval .#nixosConfigurations` fails".to_owned()),
        None => Err(format!("`nix eval` took longer than {} s", PATIENCE.as_secs())),
    }
}

/// Whether it succeeded; `None` if it had to be ended.
fn wait(child: &mut Child) -> Option<bool> {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
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

/// Adds what a document holds below a path.
fn add(attrs: &mut Attrs, path: &mut Vec<String>, json: &Json) {
    if let Json::Object(set) = json {
        for (name, json) in set {
            path.push(name.clone());
            add(attrs, path, json);
            path.pop();
        }
    } else if let Some(value) = value(json) {
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        attrs.entries.insert(AttrPath::of(&names), Entry { value, offset: 0 });
    }
}

fn value(json: &Json) -> Option<Value> {
    Some(match json {
        Json::Null => return None,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => Value::Int(number.as_i64()?),
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(items) => Value::List(items.iter().filter_map(value).collect()),
        Json::Object(set) => {
            let named = |(name, json)| Some((AttrPath::of(&[name]), value(json)?));
            Value::Set(set.iter().filter_map(|(name, json)| named((name.as_str(), json))).collect())
        }
    })
}
