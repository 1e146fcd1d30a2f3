//! Every field of cluster.toml that takes text is given hostile text: it is either
//! refused at its place, or arrives in every output exactly as it was written.
//!
//! A failure names its seed; `NIXGEN_SEED` runs another one.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::drafts::{Case, Draft};
use crate::support::hostile::{seed, toml_string};
use crate::support::{self, evaluate};
use nixgen::diagnostic::Code;
use nixgen::input::Document;
use nixgen::pipeline::{build, read};
use nixgen::source::Source;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use rayon::prelude::*;
use serde_json::{Value, json};

/// Clusters that are made.
const CLUSTERS: usize = 40;

/// The MicroVMs of each.
const MACHINES: [&str; 3] = ["one", "two", "three"];

/// A cluster that was accepted, and written.
struct Written {
    cases: Vec<Case>,
    root: PathBuf,
    files: BTreeSet<String>,
}

/// Takes refused values out until the cluster is accepted, and writes its tree.
fn written(number: usize, root: PathBuf) -> (Written, Vec<Case>) {
    let mut gone = Vec::new();
    let mut refused = Vec::new();
    loop {
        let mut draft = Draft::new(number, refused.clone());
        let source = Source::new("cluster.toml", &*draft.text);
        let mut log = Vec::new();
        let cluster = read(&source, &mut log).cluster;
        let name = format!("seed {}, cluster {number}", seed());
        // What is refused until it is meant is no mistake of a value.
        log.retain(|found| found.is_error() && found.code != Code::DataInMemory);
        let Some(cluster) = cluster.filter(|_| log.is_empty()) else {
            let before = gone.len();
            for found in &log {
                let at = found.span.as_ref().map_or(0, |span| span.start);
                let hit = draft.cases.iter().position(|case| case.place.contains(&at));
                // A second mistake of a value that is gone already.
                gone.extend(hit.map(|at| draft.cases.remove(at)));
            }
            assert!(
                gone.len() > before,
                "{name}: no value is to blame for {log:#?}\n{}",
                draft.text
            );
            refused.extend(gone[before..].iter().map(|case| case.number));
            continue;
        };
        let ready = build(&cluster, None).unwrap_or_else(|bugs| panic!("{name}: {}", bugs[0]));
        let mut files = BTreeSet::new();
        for file in ready.files() {
            let path = root.join(file.path());
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, file.text()).expect("written");
            files.insert(file.path().to_owned());
        }
        return (Written { cases: draft.cases, root, files }, gone);
    }
}

impl Written {
    fn path_of(&self, end: &str) -> &str {
        self.files.iter().find(|path| path.ends_with(end)).unwrap_or_else(|| panic!("no {end}"))
    }

    fn read(&self, end: &str) -> String {
        self.text(self.path_of(end))
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).expect("text")
    }

    /// The file with this in it, wherever it was put.
    fn holding(&self, what: &str) -> String {
        let mut texts = self.files.iter().map(|path| self.text(path));
        texts.find(|text| text.contains(what)).unwrap_or_else(|| panic!("nothing holds {what}"))
    }
}

/// What Nix finds in every tree.
fn nix(trees: &[Written], folder: &Path) -> Vec<Value> {
    let paths: Vec<Value> = trees
        .iter()
        .map(|tree| {
            let vms = MACHINES.map(|name| tree.path_of(&format!("/{name}.nix")));
            json!({ "root": tree.root, "vms": vms })
        })
        .collect();
    let list = folder.join("trees.json");
    fs::write(&list, Value::from(paths).to_string()).expect("written");
    let found = evaluate(&format!(
        r#"map (tree: let
          at = path: import (tree.root + "/" + path);
          data = at "lib/domains";
          host = at "hosts/host.nix" {{ lib = {{ }}; }};
          adapters = at "lib/adapters/microvms.nix" {{ inherit data; lib = {{ }}; }};
          files = machine: map toString (builtins.filter (it: !builtins.isAttrs it) machine.imports);
          # What `nixos` tables say is a module in the file.
          own = machine: builtins.foldl' (all: it: all // it) {{ }} (builtins.filter builtins.isAttrs machine.imports);
        in {{
          inherit (data) hosts vms;
          url = (at "flake.nix").inputs.nixpkgs-kubernetes.url or null;
          devices = builtins.catAttrs "device" (builtins.attrValues (host.fileSystems or {{ }}));
          keys = host.users.users.admin.openssh.authorizedKeys.keys;
          password = host.users.users.admin.hashedPasswordFile or null;
          imports = files host;
          modules = map (vm: toString (builtins.head (adapters.mkVmModules vm))) [ "one" "two" "three" ];
          vmImports = map (vm: files (at vm)) tree.vms;
          parameters = (own host).boot.kernelParams or [ ];
          variables = builtins.mapAttrs (_: machine: (own machine).environment.variables or {{ }}) {{
            inherit host;
            one = at (builtins.elemAt tree.vms 0);
            two = at (builtins.elemAt tree.vms 1);
            three = at (builtins.elemAt tree.vms 2);
          }};
        }}) (builtins.fromJSON (builtins.readFile {}))"#,
        list.display()
    ));
    found.as_array().expect("a list").clone()
}

/// What Bash makes of a text, in words.
fn bash(script: &str, folder: &Path) -> Vec<String> {
    let path = folder.join("words.sh");
    fs::write(&path, script).expect("written");
    let run = |check: &[&str]| {
        let output = Command::new("bash").args(check).arg(&path).output().expect("bash runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && said.is_empty(), "seed {}: {said}\n{script}", seed());
        String::from_utf8(output.stdout).expect("text")
    };
    run(&["-n"]);
    run(&[]).split_terminator('\0').map(str::to_owned).collect()
}

/// The words of the scripts and of the runbook's commands: what a script keeps
/// in variables, what it asks of kubectl, and whom ssh reaches.
fn shell(tree: &Written, page: &str) -> Vec<String> {
    let mut script = String::from("failed=0\nkubectl() { printf '%s\\0' \"$@\"; }\n");
    let mut say = |line: std::fmt::Arguments<'_>| writeln!(script, "{line}").expect("text");
    for end in ["20-cni.sh", "30-join.sh", "50-workloads.sh"] {
        for line in tree.read(end).lines().filter(|line| line.starts_with("readonly ")) {
            let name = line["readonly ".len()..].split('=').next().unwrap_or_default();
            say(format_args!("(\n{line}\nprintf '%s\\0' \"${name}\"\n)"));
        }
    }
    for line in tree.read("40-labels.sh").lines().filter(|line| line.starts_with("kubectl ")) {
        say(format_args!("{line}"));
    }
    for line in page.lines().filter_map(|line| line.strip_prefix("  HostName ")) {
        say(format_args!("printf '%s\\0' {line}"));
    }
    bash(&script, &tree.root)
}

/// The code on a page: its spans and its blocks.
fn code(page: &str) -> (Vec<String>, Vec<String>) {
    let (mut spans, mut blocks) = (Vec::new(), Vec::new());
    let mut inside: Option<String> = None;
    for event in Parser::new_ext(page, Options::ENABLE_TABLES) {
        match event {
            Event::Code(text) => spans.push(text.to_string()),
            Event::Start(Tag::CodeBlock(_)) => inside = Some(String::new()),
            Event::InlineHtml(tag) if &*tag == "<code>" => inside = Some(String::new()),
            Event::Text(text) => inside.iter_mut().for_each(|inside| inside.push_str(&text)),
            Event::End(TagEnd::CodeBlock) => blocks.extend(inside.take()),
            Event::InlineHtml(tag) if &*tag == "</code>" => spans.extend(inside.take()),
            Event::InlineHtml(tag) => panic!("seed {}: a value became {tag}", seed()),
            _ => {}
        }
    }
    (spans, blocks)
}

fn documents(text: &str) -> Vec<Value> {
    serde_norway::Deserializer::from_str(text)
        .map(|document| serde::Deserialize::deserialize(document).expect("valid YAML"))
        .collect()
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// How a node is registered, by kubeadm's own file.
fn registration(tree: &Written, machine: &str) -> Value {
    let file = match machine {
        "one" => "/kubeadm/init.yaml".to_owned(),
        name => format!("/kubeadm/join-{name}.yaml"),
    };
    let documents = documents(&tree.read(&file));
    documents.into_iter().find_map(|d| d.get("nodeRegistration").cloned()).expect("a registration")
}

/// The pod of a workload's Deployment.
fn deployment(tree: &Written, name: &str) -> Value {
    let manifest =
        documents(&tree.holding(&format!("kind: Deployment\nmetadata:\n  name: {name}")));
    let mut found = manifest.into_iter().find(|it| it["kind"] == "Deployment").expect("one");
    found["spec"]["template"]["spec"].take()
}

/// Where a workload keeps its data.
fn kept(tree: &Written, workload: &str) -> String {
    let path = if workload == "local-path" {
        let manifest = documents(&tree.holding("kind: StorageClass"));
        let config = manifest.iter().find(|it| it["kind"] == "ConfigMap").expect("one");
        let config = config["data"]["config.json"].as_str().expect("text");
        serde_json::from_str::<Value>(config).expect("JSON")["nodePathMap"][0]["paths"][0].take()
    } else {
        deployment(tree, workload)["volumes"][0]["hostPath"]["path"].take()
    };
    path.as_str().expect("text").to_owned()
}

/// What a tree says, to each that reads it.
struct Outputs<'a> {
    tree: &'a Written,
    nix: &'a Value,
    /// Code on the runbook's page.
    page: Vec<String>,
    words: Vec<String>,
}

impl<'a> Outputs<'a> {
    fn of(tree: &'a Written, nix: &'a Value) -> Self {
        let page = tree.holding("<!-- Generated by nixgen");
        let (spans, blocks) = code(&page);
        let commands: Vec<&str> =
            blocks.iter().map(String::as_str).filter(|block| block.contains("ssh ")).collect();
        bash(&format!("exit 0\n{}", commands.join("\n")), &tree.root);
        Self { tree, nix, words: shell(tree, &page), page: spans }
    }

    /// What the data files say of a machine.
    fn data(&self, machine: &str) -> &Value {
        match machine {
            "host" => &self.nix["hosts"]["definitions"]["host"],
            name => &self.nix["vms"]["definitions"][name],
        }
    }

    fn imports(&self, machine: &str) -> &Value {
        match MACHINES.iter().position(|name| *name == machine) {
            Some(vm) => &self.nix["vmImports"][vm],
            None => &self.nix["imports"],
        }
    }

    fn in_words(&self, text: &str) -> bool {
        self.words.iter().any(|word| word == text)
    }

    fn on_page(&self, text: &str) -> bool {
        self.page.iter().any(|code| code == text)
    }

    /// Whether a case is wherever it belongs.
    fn have(&self, case: &Case) -> bool {
        let Case { value, machine, .. } = case;
        let data = self.data(machine);
        let among = |list: &Value, text: &str| texts(list).contains(&text);
        let path = self.tree.root.join(value.strip_prefix("./").unwrap_or(value));
        match case.field {
            "join_token_file" => {
                self.nix["vms"]["k8s"]["joinTokenFile"] == **value && self.in_words(value)
            }
            "ca_cert_hash_file" => {
                self.nix["vms"]["k8s"]["caCertHashFile"] == **value && self.in_words(value)
            }
            "kubernetes_nixpkgs" => self.nix["url"] == **value,
            // The scripts' folder is any, so the way from there is.
            "manifests" => self.words.iter().any(|word| {
                let way = word.trim_start_matches("../").trim_start_matches("./");
                !way.is_empty()
                    && value.ends_with(way)
                    && Path::new(word).file_name() == path.file_name()
            }),
            "env" => {
                let container = &deployment(self.tree, &case.key)["containers"][0];
                let mut variables = container["env"].as_array().into_iter().flatten();
                variables.any(|it| it["name"] == "X" && it["value"] == **value)
            }
            "data" => kept(self.tree, &case.key) == *value && self.on_page(value),
            "outputs" => self.has_output(&case.key, &path),
            // Of the MicroVMs, the runbook has the nodes alone.
            "target_host" => {
                data["deployment"]["targetHost"] == **value
                    && (*machine == "three" || self.in_words(value))
            }
            // Only a second control plane reads these. What a release and a chip are
            // called is known, and ours are the templates.
            "certificate_key_file"
            | "encryption_config_file"
            | "nixos"
            | "state_version"
            | "model"
            | "hsa_override"
            | "templates" => true,
            "extra_modules" | "hardware" => {
                among(self.imports(machine), path.to_str().expect("text"))
            }
            "device" => among(&self.nix["devices"], value),
            "ssh_keys" => among(&self.nix["keys"], value) && among(&data["adminKeys"], value),
            "taints" => self.has_taint(machine, value),
            "labels" => self.has_label(machine, &case.key, value),
            "persist" => {
                let mut shares = data["persist"].as_array().into_iter().flatten();
                shares.any(|share| share["mountPoint"] == **value)
            }
            "storage" => data["storage"]["mountPoint"] == **value,
            "source" => data["storage"]["source"] == **value,
            "rw" => data["shares"]["rw"]["source"] == **value,
            "ro" => data["readOnlyShares"]["ro"]["source"] == **value,
            "hashed_password_file" => self.nix["password"] == **value,
            "mount" => data["volumes"]["backup"]["mountPoint"] == **value,
            "ports" => data["ports"][value].is_u64(),
            "variables" => self.nix["variables"][machine][&case.key] == **value,
            "nixos.boot.kernelParams" => among(&self.nix["parameters"], value),
            other => panic!("nobody looks for `{other}`"),
        }
    }

    fn has_output(&self, output: &str, path: &Path) -> bool {
        let text = path.to_str().expect("text");
        let scripts = self.tree.root.join(self.tree.path_of("/20-cni.sh")).with_file_name("");
        let same_file = |word: &String| {
            let word = fs::canonicalize(scripts.join(word));
            word.is_ok_and(|word| Some(word) == fs::canonicalize(path).ok())
        };
        match output {
            "flannel" | "ollama" => path.is_file() && self.words.iter().any(same_file),
            "vms" => texts(&self.nix["modules"])[0] == format!("{text}/one.nix"),
            "worker-host" => texts(&self.nix["imports"]).contains(&text),
            _ => path.exists(),
        }
    }

    fn has_taint(&self, machine: &str, written: &str) -> bool {
        let (mark, effect) = written.rsplit_once(':').expect("an effect");
        let (key, value) = mark.split_once('=').expect("a value");
        let taint = json!({ "key": key, "value": value, "effect": effect });
        let taints = registration(self.tree, machine)["taints"].take();
        taints.as_array().is_some_and(|taints| taints.contains(&taint))
            && self.in_words(written)
            && self.on_page(written)
    }

    fn has_label(&self, machine: &str, key: &str, value: &str) -> bool {
        let label = format!("{key}={value}");
        let arguments = registration(self.tree, machine)["kubeletExtraArgs"].take();
        let mut arguments = arguments.as_array().into_iter().flatten();
        let labels = arguments.find(|argument| argument["name"] == "node-labels");
        let labels = labels.and_then(|argument| argument["value"].as_str()).unwrap_or_default();
        labels.split(',').any(|it| it == label)
            // The scripts put secrets between such, and must not find one here.
            && !label.contains('@')
            && self.in_words(&label)
            && self.on_page(&label)
            && (machine != "host" || self.data(machine)["labels"][key] == *value)
    }
}

/// Whether a path is an absolute and normal one on one line: nothing else
/// matters of these fields.
fn is_path(text: &str) -> bool {
    let normal = |rest: &str| rest.split('/').all(|part| !matches!(part, "" | "." | ".."));
    // A path is shown and typed: nothing is in it that nobody sees.
    let is_plain = |c: char| c.is_ascii_graphic() || c == ' ' || c.is_alphanumeric();
    text.strip_prefix('/').is_some_and(normal) && text.chars().all(is_plain)
}

/// A text of the schema, and the place that it has there.
fn texts_of_schema<'s>(path: &str, schema: &'s Value, found: &mut Vec<(String, &'s Value)>) {
    if schema["type"] == "string" && schema["enum"].is_null() {
        found.push((path.to_owned(), schema));
    }
    for (key, inner) in schema["properties"].as_object().into_iter().flatten() {
        texts_of_schema(&format!("{path}.{key}"), inner, found);
    }
    for (inner, mark) in
        [("propertyNames", "<name>"), ("additionalProperties", "*"), ("items", "*")]
    {
        if schema[inner].is_object() {
            texts_of_schema(&format!("{path}.{mark}"), &schema[inner], found);
        }
    }
}

/// Whether a text may have a sign in it that some language takes for more than a
/// letter: one put somewhere into the example is as good.
fn takes_any_sign(schema: &Value) -> bool {
    let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
    compiler.add_resource("text.json", schema.clone()).expect("a resource");
    let index = compiler.compile("text.json", &mut schemas).expect("a schema");
    let example = schema["examples"][0].as_str().expect("an example");
    let places = example.char_indices().map(|(at, _)| at).chain([example.len()]);
    places.flat_map(|at| "\"'$`\\".chars().map(move |sign| (at, sign))).any(|(at, sign)| {
        let text = format!("{}{sign}{}", &example[..at], &example[at..]);
        schemas.validate(&text.into(), index).is_ok()
    })
}

/// The places of the schema that the cases of a draft are at.
fn written_by(draft: &Draft, schema: &Value) -> BTreeSet<String> {
    fn visit(
        path: &str,
        node: &Document<'_>,
        schema: &Value,
        draft: &Draft,
        found: &mut BTreeSet<String>,
    ) {
        let is_case = draft.cases.iter().any(|case| case.place.contains(&node.span().start));
        if is_case && node.get_ref().is_str() {
            found.insert(path.to_owned());
        }
        for item in node.get_ref().as_array().into_iter().flatten() {
            visit(&format!("{path}.*"), item, &schema["items"], draft, found);
        }
        for (key, value) in node.get_ref().as_table().into_iter().flatten() {
            let key: &str = key.get_ref();
            match &schema["properties"][key] {
                Value::Null => {
                    visit(
                        &format!("{path}.*"),
                        value,
                        &schema["additionalProperties"],
                        draft,
                        found,
                    );
                }
                inner => visit(&format!("{path}.{key}"), value, inner, draft, found),
            }
        }
    }
    let source = Source::new("cluster.toml", &*draft.text);
    let document = nixgen::input::parse(&source, &mut Vec::new()).expect("TOML");
    let mut found = BTreeSet::new();
    visit("", &document, schema, draft, &mut found);
    found
}

/// Who adds a field that takes text adds it to the drafts too.
#[test]
fn every_field_of_text_is_given_hostile_text() {
    let schema: Value =
        serde_json::from_str(&support::read("docs/cluster.schema.json")).expect("JSON");
    let written: BTreeSet<String> = (0..CLUSTERS)
        .flat_map(|number| written_by(&Draft::new(number, Vec::new()), &schema))
        .collect();
    let mut texts = Vec::new();
    texts_of_schema("", &schema, &mut texts);
    let open = texts.iter().filter(|(_, schema)| takes_any_sign(schema)).map(|(path, _)| path);
    let missing: Vec<&String> = open.clone().filter(|path| !written.contains(*path)).collect();
    assert!(open.count() > 20, "{texts:?}");
    assert!(missing.is_empty(), "support/drafts.rs writes no hostile text into {missing:?}");
}

#[test]
fn no_field_takes_nul() {
    let draft = Draft::new(0, Vec::new());
    let fields: BTreeSet<&str> = draft.cases.iter().map(|case| case.field).collect();
    for field in fields {
        let case = draft.cases.iter().find(|case| case.field == field).expect("one of each");
        let mut text = draft.text.clone();
        let written = toml_string(&case.value);
        let nul = text[case.place.clone()].replacen(&written, r#""a\u0000b""#, 1);
        text.replace_range(case.place.clone(), &nul);
        let mut log = Vec::new();
        read(&Source::new("cluster.toml", text), &mut log);
        let at = case.place.start..case.place.start + nul.len();
        let refused = log.iter().any(|found| {
            found.is_error() && found.span.as_ref().is_some_and(|span| at.contains(&span.start))
        });
        assert!(nul.contains("u0000") && refused, "{field}: {log:#?}");
    }
}

#[test]
fn every_value_is_refused_or_arrives() {
    let folder = tempfile::tempdir().expect("a folder");
    let trees: Vec<(Written, Vec<Case>)> = (0..CLUSTERS)
        .into_par_iter()
        .map(|number| written(number, folder.path().join(number.to_string())))
        .collect();
    let (trees, refused): (Vec<_>, Vec<_>) = trees.into_iter().unzip();
    for case in refused.iter().flatten() {
        let must_do = matches!(case.field, "join_token_file" | "ca_cert_hash_file");
        assert!(!must_do || !is_path(&case.value), "seed {}: refused {case:?}", seed());
    }
    let arriving = trees.iter().map(|tree| tree.cases.len()).sum::<usize>();
    let refused = refused.iter().map(Vec::len).sum::<usize>();
    assert!(
        arriving > 4 * CLUSTERS * 10 && refused > CLUSTERS,
        "{arriving} arrive, {refused} do not"
    );
    let found = nix(&trees, folder.path());
    trees.par_iter().zip(&found).for_each(|(tree, found)| {
        let outputs = Outputs::of(tree, found);
        for case in &tree.cases {
            let controls =
                case.key.contains(char::is_control) || case.value.contains(char::is_control);
            let takes_them = matches!(case.field, "variables" | "nixos.boot.kernelParams");
            assert!(!controls || takes_them, "seed {}: no field takes {case:?}", seed());
            assert!(outputs.have(case), "seed {}: lost or altered: {case:?}", seed());
        }
    });
}
