//! `nixgen schema`: the schema takes every cluster that nixgen takes, and
//! refuses what a schema can refuse. `NIXGEN_BLESS=1` rewrites the shipped one.

use std::path::{Path, PathBuf};

use crate::support::{Sandbox, blessing, generated, read, repository};
use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::Value;

const SHIPPED: &str = "docs/cluster.schema.json";

/// Mistakes of the same codes that only show across several keys, or to who knows
/// more than text.
const BEYOND_A_SCHEMA: &[&str] = &[
    "01-missing-boot",
    "01-missing-node-address",
    "01-missing-volume-size",
    "01-nothing-but-a-cluster",
    "01-port-zero",
    "01-secrets-elsewhere",
    "04-endpoint-without-machines",
    "04-state-version-of-unstable",
    // What NixOS's options are is for NixOS to say.
    "01-not-a-value-of-nix",
];

fn schema() -> Value {
    let printed = Sandbox::new().expect(0, &["schema"]).stdout;
    serde_json::from_str(&printed).expect("JSON")
}

/// The schema, ready to be asked.
struct Validator {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Validator {
    fn new() -> Self {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.add_resource("schema.json", schema()).expect("a resource");
        let index = compiler.compile("schema.json", &mut schemas).expect("a schema");
        Self { schemas, index }
    }

    fn is_valid(&self, cluster: &Value) -> bool {
        self.schemas.validate(cluster, self.index).is_ok()
    }

    fn assert_valid(&self, name: &Path, text: &str) {
        let cluster = cluster(text).expect("TOML");
        if let Err(error) = self.schemas.validate(&cluster, self.index) {
            panic!("{}: {error:#}", name.display());
        }
    }
}

/// A cluster as JSON; none where it is no TOML.
fn cluster(text: &str) -> Option<Value> {
    toml::from_str(text).ok()
}

fn files(folder: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(repository().join(folder)).expect("the folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|e| e == "toml")).collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

#[test]
fn the_shipped_schema_is_what_is_printed() {
    let printed = Sandbox::new().expect(0, &["schema"]).stdout;
    if blessing() {
        std::fs::write(repository().join(SHIPPED), &printed).expect("written");
    }
    assert_eq!(read(SHIPPED), printed, "rewrite it with NIXGEN_BLESS=1");
    let first = read("cluster.toml").lines().next().map(str::to_owned);
    assert_eq!(first, Some(format!("#:schema {SHIPPED}")));
}

#[test]
fn what_nixgen_takes_the_schema_takes() {
    let validator = Validator::new();
    validator.assert_valid(Path::new("cluster.toml"), &read("cluster.toml"));
    validator.assert_valid(Path::new("generated"), &generated::cluster(100));
    for path in files("tests/golden/ok") {
        validator.assert_valid(&path, &std::fs::read_to_string(&path).expect("readable"));
    }
    let mut fixtures = 0;
    for entry in std::fs::read_dir(repository().join("flake-fixtures")).expect("the folder") {
        let path = entry.expect("an entry").path().join("cluster.toml");
        if path.exists() {
            validator.assert_valid(&path, &std::fs::read_to_string(&path).expect("readable"));
            fixtures += 1;
        }
    }
    assert!(fixtures > 3, "{fixtures}");
}

#[test]
fn what_the_shipped_file_shows_behind_a_hash_is_taken() {
    let validator = Validator::new();
    let shipped = read("cluster.toml");
    let is_key = |line: &str| {
        let key = line.split_once(" = ").map(|(key, _)| key);
        key.is_some_and(|key| key.bytes().all(|b| b.is_ascii_lowercase() || b"_-".contains(&b)))
    };
    let mut header = None;
    let mut shown = 0;
    for line in shipped.lines() {
        let Some(hidden) = line.strip_prefix('#').map(str::trim_start) else {
            header = None;
            continue;
        };
        if hidden.starts_with('[') {
            header = Some(hidden);
        } else if is_key(hidden) {
            let mut text = shipped.replacen(line, hidden, 1);
            if let Some(header) = header {
                text = text.replacen(&format!("# {header}\n"), &format!("{header}\n"), 1);
            }
            validator.assert_valid(Path::new(hidden), &text);
            shown += 1;
        }
    }
    assert!(shown > 30, "{shown}");
}

#[test]
fn what_a_schema_can_refuse_is_refused() {
    let validator = Validator::new();
    let (mut refused, mut different) = (0, Vec::new());
    for path in files("tests/golden/err") {
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name");
        let said = std::fs::read_to_string(path.with_extension("stderr")).expect("readable");
        let text = std::fs::read(&path).expect("readable");
        let Some(cluster) = str::from_utf8(&text).ok().and_then(cluster) else { continue };
        let of_a_value = ["NG0111", "NG0112", "NG0113", "NG0114"];
        if of_a_value.iter().any(|code| said.contains(&format!("[{code}]"))) {
            match (validator.is_valid(&cluster), BEYOND_A_SCHEMA.contains(&name)) {
                (true, false) => different.push(format!("{name} is taken")),
                (false, true) => different.push(format!("{name} is refused")),
                (is_valid, _) => refused += usize::from(!is_valid),
            }
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
    assert!(refused >= 12, "{refused}");
}

#[test]
fn every_key_is_described_and_tables_are_closed() {
    fn visit(at: &str, schema: &Value, keys: &mut usize) {
        let Some(properties) = schema["properties"].as_object() else {
            for inner in ["items", "additionalProperties"] {
                if schema[inner].is_object() {
                    visit(&format!("{at}.*"), &schema[inner], keys);
                }
            }
            return;
        };
        assert_eq!(schema["additionalProperties"], false, "{at}");
        for (key, schema) in properties {
            let at = format!("{at}.{key}");
            let description = schema["description"].as_str().unwrap_or_default();
            assert!(
                description.ends_with('.') && !description.contains("  "),
                "{at}: {description}"
            );
            *keys += 1;
            visit(&at, schema, keys);
        }
    }
    let schema = schema();
    let mut keys = 0;
    visit("", &schema, &mut keys);
    assert!(keys > 80, "{keys}");
    let vm = &schema["properties"]["vms"]["additionalProperties"]["properties"];
    assert_eq!(vm["vcpu"]["default"], 2);
    assert_eq!(vm["role"]["enum"], serde_json::json!(["control-plane", "worker", "none"]));
    assert_eq!(vm["vcpu"]["maximum"], 65535);
    assert_eq!(schema["required"], serde_json::json!(["cluster", "network"]));
}
