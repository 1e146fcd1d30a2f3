//! `--message-format json`: every line on standard error is an object, and says
//! what the message for people says.

use std::collections::BTreeSet;
use std::fs;

use crate::support::{Ran, Sandbox, read, repository};
use serde_json::Value;

/// The objects on standard error.
fn objects(ran: &Ran) -> Vec<Value> {
    let object = |line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
    ran.stderr.lines().map(object).collect()
}

fn kinds(ran: &Ran) -> Vec<String> {
    objects(ran).iter().map(|object| object["kind"].as_str().expect("a kind").to_owned()).collect()
}

/// What a position is in the text, by counting.
fn offset(text: &str, position: &Value) -> usize {
    let number = |key: &str| usize::try_from(position[key].as_u64().expect(key)).expect("small");
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let before: usize = lines[..number("line") - 1].iter().map(|line| line.len()).sum();
    let line = lines.get(number("line") - 1).copied().unwrap_or_default();
    before + line.chars().take(number("column") - 1).map(char::len_utf8).sum::<usize>()
}

#[test]
fn every_mistake_is_the_same_object_as_message() {
    let folder = repository().join("tests/golden/err");
    let mut codes = BTreeSet::new();
    for entry in fs::read_dir(folder).expect("the folder of the cases") {
        let path = entry.expect("an entry").path();
        let Some(name) = path.to_str().and_then(|path| path.strip_suffix(".toml")) else {
            continue;
        };
        let human = fs::read_to_string(format!("{name}.stderr")).expect("the message");
        let sandbox = Sandbox::new();
        let bytes = fs::read(&path).expect("the cluster");
        fs::write(sandbox.at("cluster.toml"), &bytes).expect("written");
        let ran = sandbox.run(&["validate", "--message-format", "json"]);
        assert_eq!(ran.stdout, "");
        for object in objects(&ran).iter().filter(|object| object["kind"] == "diagnostic") {
            let said = |key: &str| object[key].as_str().expect(key);
            let title = format!("{}[{}]: {}\n", said("severity"), said("code"), said("message"));
            assert!(human.contains(&title), "{name}: {title}");
            assert_eq!(said("path"), "cluster.toml");
            if let Some(help) = object["help"].as_str() {
                assert!(human.contains(&format!("= help: {help}\n")), "{name}: {help}");
            }
            if let Some(note) = object["note"].as_str() {
                assert!(human.contains(&format!("= note: {note}\n")), "{name}: {note}");
            }
            codes.insert(said("code").to_owned());
            let Ok(text) = str::from_utf8(&bytes) else { continue };
            let secondary = object["secondary"].as_array().expect("a list");
            for place in secondary.iter().chain(object.get("primary").filter(|p| !p.is_null())) {
                for end in ["start", "end"] {
                    let byte = place["bytes"][end].as_u64().map(usize::try_from);
                    assert_eq!(byte, Some(Ok(offset(text, &place[end]))), "{name}: {place}");
                }
            }
            if let Some(start) = object["primary"].get("start") {
                let place = format!("--> cluster.toml:{}:{}\n", start["line"], start["column"]);
                assert!(human.contains(&place), "{name}: {place}");
            }
        }
        let count = human.lines().filter(|line| line.starts_with(['e', 'w'])).count();
        let noted = objects(&ran).iter().filter(|object| object["note"].is_string()).count();
        assert_eq!(noted, human.matches("= note: ").count(), "{name}");
        assert_eq!(kinds(&ran).iter().filter(|kind| *kind == "diagnostic").count(), count);
    }
    assert!(codes.len() > 50, "{codes:?}");
}

#[test]
fn no_secret_is_in_any_object() {
    let sandbox = Sandbox::with_config(&read("tests/golden/err/07-literal-secret.toml"));
    let said = sandbox.expect(3, &["validate", "--message-format", "json"]).stderr;
    assert!(said.contains("NG0701") && !said.contains("0123456789abcdef"), "{said}");
}

#[test]
fn failures_and_notes_are_objects_too() {
    let sandbox = Sandbox::with_config(&read("tests/golden/ok/minimal.toml"));
    let json = |args: &[&str]| sandbox.run(&[args, &["--message-format", "json"]].concat());
    assert_eq!(kinds(&json(&["validate"])), ["note"]);
    let missing = json(&["validate", "--config", "missing.toml"]);
    assert_eq!((missing.status, kinds(&missing)), (6, vec!["io-error".into(), "note".into()]));
    assert_eq!(objects(&missing)[0]["path"], "missing.toml");
    sandbox.write("vms/cp.nix", "{ mine = true; }\n");
    let refused = json(&["render"]);
    assert_eq!((refused.status, kinds(&refused).contains(&"error".into())), (5, true));
    assert_eq!(kinds(&json(&["explain", "nothing"])), ["error", "note"]);
    assert_eq!(json(&["validate", "-q"]).stderr, "");
}
