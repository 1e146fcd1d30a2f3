//! The reference of every key of `cluster.toml`: the schema says what each is, a plan of
//! what is rendered from whole clusters which options it sets, and the golden errors
//! which rules hold it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use serde_json::Value;

use super::{Sandbox, read, repository};

/// What is known of each key besides its schema, by its path.
type ByKey = BTreeMap<String, BTreeSet<String>>;

/// So many options of a key are named.
const NAMED: usize = 6;

/// Clusters that between them use most keys.
const CLUSTERS: [&str; 6] = [
    "cluster.toml",
    "tests/golden/ok/ha.toml",
    "tests/golden/ok/hybrid.toml",
    "tests/golden/ok/own-nix.toml",
    "flake-fixtures/cloud-hypervisor/cluster.toml",
    "flake-fixtures/nftables/cluster.toml",
];

/// The page.
pub fn reference() -> String {
    let schema = Sandbox::new().expect(0, &["schema"]).stdout;
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    let (options, codes) = (options(&schema), codes(&schema));
    let mut page = String::from(
        "# The keys\n\n\
         Every key of `cluster.toml`, as `nixgen schema` has it: what it takes, what it is where \
         it is left out, the NixOS options of the machines that follow from it, and the \
         [diagnostics](diagnostics/index.md) that are about it. What is in capitals is a name \
         of yours. `nixgen explain FILE:LINE` tells the way back, from a rendered line to its \
         keys.\n",
    );
    visit("", &schema, &mut |path: &str, key: &Value, required: bool| {
        if key["properties"].is_object() {
            let _ = write!(page, "\n## `{path}`\n\n{}\n", description(key));
            return;
        }
        let _ = write!(page, "\n### `{path}`\n\n{} {}", description(key), takes(key));
        let default = match &key["default"] {
            Value::Null if required => "; it has to be there".to_owned(),
            Value::Null => String::new(),
            Value::String(text) => format!("; `\"{text}\"` by default"),
            other => format!("; `{other}` by default"),
        };
        let _ = writeln!(page, "{default}.");
        if let Some(all) = options.get(path) {
            let more = if all.len() > NAMED { ", …" } else { "" };
            let named: Vec<String> =
                all.iter().take(NAMED).map(|option| format!("`{option}`")).collect();
            let _ = write!(page, "\nSets {}{more}.\n", named.join(", "));
        }
        if let Some(all) = codes.get(path) {
            let link = |code: &String| format!("[{code}](diagnostics/{code}.md)");
            let links: Vec<String> = all.iter().map(link).collect();
            let _ = write!(page, "\nHeld by {}.\n", links.join(", "));
        }
    });
    page
}

fn description(key: &Value) -> &str {
    key["description"].as_str().unwrap_or("One of them.")
}

/// What a key takes, in words.
fn takes(key: &Value) -> String {
    if let Some(choices) = key["enum"].as_array() {
        let choices: Vec<String> = choices.iter().map(|choice| format!("`{choice}`")).collect();
        return format!("One of {}", choices.join(", "));
    }
    match key["type"].as_str() {
        Some("string") => match &key["examples"][0] {
            Value::String(example) => format!("Text such as `\"{example}\"`"),
            _ => "Text".to_owned(),
        },
        Some("integer") => format!("A whole number from {} to {}", key["minimum"], key["maximum"]),
        Some("boolean") => "`true` or `false`".to_owned(),
        Some("array") => format!("A list, each: {}", lower(&takes(&key["items"]))),
        _ if key["additionalProperties"].is_object() => {
            format!("A table, each value: {}", lower(&takes(&key["additionalProperties"])))
        }
        _ => "A table".to_owned(),
    }
}

fn lower(text: &str) -> String {
    let first = text.chars().next().map(|c| c.to_ascii_lowercase());
    first.into_iter().chain(text.chars().skip(1)).collect()
}

/// Visits the keys of a table with those below each, and whether it needs them.
fn visit(at: &str, schema: &Value, found: &mut impl FnMut(&str, &Value, bool)) {
    let Some(keys) = schema["properties"].as_object() else { return };
    let needs =
        |key: &str| schema["required"].as_array().is_some_and(|all| all.contains(&key.into()));
    let path = |key: &str| if at.is_empty() { key.to_owned() } else { format!("{at}.{key}") };
    // What is a single value comes before what is a table.
    let (tables, single): (Vec<_>, Vec<_>) =
        keys.iter().partition(|(_, schema)| inside("", schema).1["properties"].is_object());
    for (key, schema) in single.into_iter().chain(tables) {
        let (path, inner) = inside(&path(key), schema);
        let mut shown = inner.clone();
        shown["description"] = schema["description"].clone();
        found(&path, &shown, needs(key));
        visit(&path, inner, found);
    }
}

/// The table that a table or list of tables is of, at its path; else the schema itself.
fn inside<'s>(path: &str, schema: &'s Value) -> (String, &'s Value) {
    let (of_map, of_list) = (&schema["additionalProperties"], &schema["items"]);
    if of_map["properties"].is_object() {
        (format!("{path}.NAME"), of_map)
    } else if of_list["properties"].is_object() {
        (format!("{path}[]"), of_list)
    } else {
        (path.to_owned(), schema)
    }
}

/// The path of a key as the page has it, as far as the schema goes, with the names that
/// are the user's.
fn known(schema: &Value, path: &str) -> (String, Vec<String>) {
    let (mut at, mut schema, mut names) = (String::new(), schema, Vec::new());
    let mut parts =
        path.split('.').map(|part| part.split('[').next().unwrap_or(part).trim_matches('"'));
    while let Some(part) = parts.next() {
        let next = &schema["properties"][part];
        if next.is_null() {
            break;
        }
        at = if at.is_empty() { part.to_owned() } else { format!("{at}.{part}") };
        let (path, inner) = inside(&at, next);
        if path.ends_with(".NAME") {
            names.extend(parts.next().map(str::to_owned));
        }
        (at, schema) = (path, inner);
    }
    (at, names)
}

/// The options that follow from each key.
fn options(schema: &Value) -> ByKey {
    let mut found = ByKey::new();
    for cluster in CLUSTERS {
        let sandbox = Sandbox::with_config(&read(cluster));
        let allowed =
            ["missing-module", "missing-output", "ended-release"].map(|it| ["--allow", it]);
        let args = ["diff", "--format", "json"];
        let plan = sandbox.expect(1, &[&args[..], allowed.as_flattened()].concat()).stdout;
        let plan: Value = serde_json::from_str(&plan).expect("JSON");
        for node in plan["nodes"].as_array().expect("machines") {
            for option in node["options"].as_array().expect("options") {
                let path = option["path"].as_str().expect("a path");
                for key in option["keys"].as_array().into_iter().flatten() {
                    let (key, names) = known(schema, key["path"].as_str().expect("a path"));
                    let is_name =
                        |part: &str| names.iter().any(|name| name == part.trim_matches('"'));
                    let parts = path.split('.').map(|it| if is_name(it) { "NAME" } else { it });
                    let path = parts.collect::<Vec<_>>().join(".");
                    // What a whole machine sets is no key's.
                    if path != "imports" && !path.starts_with("let.") {
                        found.entry(key).or_default().insert(path);
                    }
                }
            }
        }
    }
    found
}

/// The diagnostics of each key, but for those that any key can have.
fn codes(schema: &Value) -> ByKey {
    let mut found = ByKey::new();
    for entry in fs::read_dir(repository().join("tests/golden/err")).expect("the errors") {
        let path = entry.expect("readable").path();
        if path.extension().is_none_or(|ending| ending != "toml") {
            continue;
        }
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let sandbox = Sandbox::with_config(&text);
        let said = sandbox.run(&["validate", "--message-format", "json"]).stderr;
        for line in said.lines() {
            let said: Value = serde_json::from_str(line).expect("JSON");
            let (Some(code), Some(start)) =
                (said["code"].as_str(), said["primary"]["bytes"]["start"].as_u64())
            else {
                continue;
            };
            let is_of_any = code.starts_with("NG01") || code.starts_with("NG07");
            let (key, _) = known(schema, &key_at(&text, usize::try_from(start).expect("a place")));
            if !is_of_any && !key.is_empty() {
                found.entry(key).or_default().insert(code.to_owned());
            }
        }
    }
    found
}

/// The path of the key whose value a place is in.
fn key_at(text: &str, place: usize) -> String {
    let before = &text[..place];
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    // The line itself may be the header of a table.
    let until = text[place..].find('\n').map_or(text.len(), |at| place + at);
    let header = text[..until].lines().rev().find(|line| line.starts_with('['));
    let mut path: Vec<String> =
        header.map(|it| it.trim_matches(['[', ']']).to_owned()).into_iter().collect();
    let end = text[place..].find(['=', ',', '\n', ']']).map_or(text.len(), |at| place + at);
    // A key that is named itself stands before its sign.
    let rest = if text[end..].starts_with('=') { end + 1 } else { place };
    let (mut open, mut key) = (Vec::new(), String::new());
    for part in text[line..rest].split_inclusive(['=', '{', '}', ',']) {
        let word = part.trim_end_matches(['=', '{', '}', ',']).trim();
        match part.chars().last() {
            Some('=') => word.clone_into(&mut key),
            Some('{') => open.push(std::mem::take(&mut key)),
            Some('}') => drop(open.pop()),
            _ => {}
        }
    }
    path.extend(open);
    path.push(key);
    path.retain(|part| !part.is_empty());
    path.join(".")
}
