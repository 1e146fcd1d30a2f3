//! The same input gives the same bytes, wherever and by whomever it is run.

use crate::support::{self, Sandbox, Tree, generated, read};

fn without_config(sandbox: &Sandbox) -> Tree {
    let mut tree = sandbox.tree();
    tree.remove("cluster.toml");
    tree
}

#[test]
fn folder_user_locale_time_zone_and_threads_do_not_matter() {
    let config = read("cluster.toml");
    let reference = Sandbox::with_config(&config);
    reference.expect(0, &["render", "-q"]);

    let elsewhere = Sandbox::new();
    elsewhere.write("deep/folder with space/cluster.toml", &config);
    let output = elsewhere
        .command(&["render", "-q", "-c", "deep/folder with space/cluster.toml", "-o", "out"])
        .env_clear()
        .env("LC_ALL", "tr_TR.UTF-8")
        .env("LANG", "ar_EG.UTF-8")
        .env("TZ", "Asia/Kathmandu")
        .env("HOME", "/nonexistent")
        .env("USER", "somebody-else")
        .env("RAYON_NUM_THREADS", "1")
        .output()
        .expect("nixgen runs");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(support::tree(&elsewhere.at("out")), without_config(&reference));
}

#[test]
fn the_order_of_tables_is_that_of_the_lists_of_names_and_nothing_else() {
    let config = read("cluster.toml");
    let reference = Sandbox::with_config(&config);
    reference.expect(0, &["render", "-q"]);
    let mut tables: Vec<String> = Vec::new();
    for line in config.lines() {
        if line.starts_with('[') || tables.is_empty() {
            tables.push(String::new());
        }
        if let Some(table) = tables.last_mut() {
            table.push_str(line);
            table.push('\n');
        }
    }
    tables.reverse();
    let reversed = Sandbox::with_config(&tables.concat());
    reversed.expect(0, &["render", "-q"]);
    let names = |sandbox: &Sandbox| {
        let vms = sandbox.read("lib/domains/vms.nix");
        let list = |key: &str| {
            let (_, list) = vms.split_once(&format!("  {key} = [\n"))?;
            let (list, rest) = list.split_once("  ];\n")?;
            Some((list.lines().map(str::to_owned).collect::<Vec<_>>(), rest.to_owned()))
        };
        (list("order").expect("a list").0, list("tagList").expect("a list"))
    };
    let (mut order, (tags, rest)) = names(&reference);
    let (other_order, (other_tags, other_rest)) = names(&reversed);
    order.reverse();
    assert_eq!((order, rest), (other_order, other_rest));
    assert_ne!(tags, other_tags, "the first machine's come first");
    let but_those = |sandbox: &Sandbox| {
        let mut tree = without_config(sandbox);
        tree.retain(|path, _| !["lib/domains/vms.nix", "nixgen.lock"].contains(&path.as_str()));
        tree
    };
    assert_eq!(but_those(&reversed), but_those(&reference));

    // The order is the user's own doing, and not another version's.
    reference.write("cluster.toml", &reversed.read("cluster.toml"));
    let listed = reference.expect(1, &["check"]).stdout;
    assert!(listed.contains("stale") && listed.contains("lib/domains/vms.nix"), "{listed}");
}

#[test]
fn adding_and_removing_a_vm_changes_no_other_vms_file() {
    let few = Sandbox::with_config(&generated::cluster(40));
    let many = Sandbox::with_config(&generated::cluster(41));
    few.expect(0, &["render", "-q"]);
    many.expect(0, &["render", "-q"]);
    let (few, mut many) = (few.tree(), many.tree());
    assert!(many.remove("vms/node-40.nix").is_some());
    for (path, content) in few.iter().filter(|(path, _)| path.starts_with("vms/")) {
        assert_eq!(Some(content), many.get(path), "{path}");
    }
}

#[test]
fn derived_addresses_depend_on_the_machine_alone() {
    let config = read("tests/golden/ok/minimal.toml");
    let address = |sandbox: &Sandbox, vm: &str| {
        let text = sandbox.read(&format!("vms/{vm}.nix"));
        let line = text.lines().find(|line| line.contains("address = ")).expect("an address");
        line.trim().to_owned()
    };
    let before = Sandbox::with_config(&config);
    before.expect(0, &["render", "-q"]);
    let after = Sandbox::with_config(&format!("{config}\n[vms.another]\n\n[vms.more]\n"));
    after.expect(0, &["render", "-q"]);
    for vm in ["cp", "worker"] {
        assert_eq!(address(&before, vm), address(&after, vm));
    }
}

#[test]
fn the_formatters_change_nothing_in_what_is_rendered() {
    for formatter in ["nixfmt", "alejandra"] {
        let config = read("cluster.toml");
        let config =
            config.replacen("[cluster]", &format!("[cluster]\nformatter = \"{formatter}\""), 1);
        let sandbox = Sandbox::with_config(&config);
        sandbox.expect(0, &["render", "-q"]);
        for (path, content) in sandbox.tree().iter().filter(|(path, _)| path.ends_with(".nix")) {
            let text = String::from_utf8(content.clone()).expect("text");
            let again = match formatter {
                "nixfmt" => nixfmt_rs::format(&text).expect("it formats"),
                _ => alejandra::format::in_memory(path.clone(), text.clone()).1,
            };
            assert_eq!(again, text, "{formatter} {path}");
        }
    }
}

#[test]
fn no_machine_path_time_or_version_is_in_any_output() {
    let sandbox = Sandbox::with_example();
    sandbox.expect(0, &["render", "-q"]);
    let here = sandbox.path().to_str().expect("text").to_owned();
    for (path, content) in sandbox.tree().iter().filter(|(path, _)| *path != "cluster.toml") {
        let text = String::from_utf8_lossy(content);
        for forbidden in [here.as_str(), concat!("nixgen ", env!("CARGO_PKG_VERSION")), "/root/"] {
            assert!(
                !text.contains(forbidden) || forbidden == "/root/" && path.ends_with("ollama.yaml"),
                "{path} has {forbidden}"
            );
        }
    }
}
