//! What is rendered, read by the real tools: Nix, ShellCheck and Bash.

use crate::support::{Sandbox, evaluate, generated, read, tool};
use serde_json::{Value, json};

fn example() -> Sandbox {
    let sandbox = Sandbox::with_example();
    sandbox.expect(0, &["render", "-q"]);
    sandbox
}

fn import(sandbox: &Sandbox, path: &str) -> Value {
    evaluate(&format!("import {}", sandbox.at(path).display()))
}

#[test]
fn every_nix_file_parses() {
    let alejandra =
        read("cluster.toml").replacen("[cluster]", "[cluster]\nformatter = \"alejandra\"", 1);
    for config in [
        read("cluster.toml"),
        alejandra,
        read("tests/golden/ok/minimal.toml"),
        generated::cluster(100),
    ] {
        let sandbox = Sandbox::with_config(&config);
        sandbox.expect(0, &["render", "-q"]);
        let files: Vec<String> = sandbox
            .tree()
            .keys()
            .filter(|path| path.ends_with(".nix"))
            .map(|path| sandbox.at(path).to_str().expect("text").to_owned())
            .collect();
        assert!(files.len() > 10);
        let args: Vec<&str> =
            std::iter::once("--parse").chain(files.iter().map(String::as_str)).collect();
        let output = tool("nix-instantiate", "nix-bin", &args);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn the_data_files_are_plain_and_keep_the_contract() {
    let sandbox = example();
    let network = import(&sandbox, "lib/domains/network.nix");
    assert_eq!(
        network["wan"],
        json!({ "network": "192.168.1.0/24", "host": "192.168.1.10", "gateway": "192.168.1.1", "prefixLength": 24 })
    );
    assert_eq!(
        network["vlans"]["services"],
        json!({ "id": 20, "network": "10.0.20.0/24", "gateway": "10.0.20.1", "host": "10.0.20.5", "prefixLength": 24 })
    );
    assert_eq!(network["dns"], json!(["1.1.1.1", "9.9.9.9"]));

    let vms = import(&sandbox, "lib/domains/vms.nix");
    let order =
        json!(["k8s-master", "k8s-worker-1", "k8s-worker-2", "vault", "jenkins", "registry"]);
    assert_eq!(vms["order"], order);
    assert_eq!(vms["microvmList"], order);
    let master = &vms["definitions"]["k8s-master"];
    for (key, value) in [
        ("vlan", json!("services")),
        ("ip", json!("10.0.20.10")),
        ("mac", json!("02:00:0a:00:14:0a")),
        ("vsockCid", json!(0x0a00_140a)),
        ("vcpu", json!(4)),
        ("mem", json!(8192)),
        ("tapId", json!("vm-k8s-master")),
        ("hostname", json!("k8s-master")),
    ] {
        assert_eq!(master[key], value, "{key}");
    }
    for port in [
        "ssh",
        "api",
        "etcdClient",
        "etcdPeer",
        "kubelet",
        "scheduler",
        "controller",
        "nodePortMin",
        "nodePortMax",
    ] {
        assert!(master["ports"][port].is_u64(), "{port}");
    }
    assert_eq!(vms["definitions"]["vault"]["storage"]["mountPoint"], json!("/var/lib/vault"));
    assert_eq!(vms["definitions"]["vault"]["deployment"]["user"], json!("root"));
    let tags = json!(["vm", "k8s", "control-plane", "worker", "management", "services"]);
    assert_eq!(vms["tagList"], tags);

    let hosts = import(&sandbox, "lib/domains/hosts.nix");
    assert_eq!(hosts["default"], json!("homelab"));
    assert_eq!(
        hosts["common"],
        json!({ "hypervisor": "qemu", "nixos": "26.05", "stateVersion": "26.05", "platform": "x86_64-linux" })
    );
    assert_eq!(hosts["definitions"]["homelab"]["username"], json!("admin"));
    assert_eq!(hosts["definitions"]["homelab"]["deployment"]["targetHost"], json!("192.168.1.10"));
}

/// A value as TOML writes it.
fn toml(value: &Value) -> String {
    match value {
        Value::Object(set) => {
            let pairs =
                set.iter().map(|(name, value)| format!("{} = {}", quoted(name), toml(value)));
            format!("{{ {} }}", pairs.collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(toml).collect::<Vec<_>>().join(", "))
        }
        Value::String(text) => quoted(text),
        other => other.to_string(),
    }
}

fn quoted(text: &str) -> String {
    // JSON leaves DEL alone, TOML does not.
    json!(text).to_string().replace('\u{7f}', "\\u007f")
}

/// Everything that TOML can say arrives in Nix, and as what it is.
#[test]
fn options_keep_their_names_types_and_values() {
    let mut texts: Vec<String> = vec![String::new()];
    for length in 0..4 {
        let longer = texts.iter().filter(|text| text.chars().count() == length);
        let longer = longer.flat_map(|text| "'$\\{\n a".chars().map(move |c| format!("{text}{c}")));
        texts.extend(longer.collect::<Vec<_>>());
    }
    // The same on later lines, where a text is an indented string.
    texts.extend(texts.clone().iter().map(|text| format!("a\n{text}")));
    let rare = ["${x}", "\"", "a\r\nb", "a\n\tb\tc\n", "ü\u{1F600}\u{202e}\n\u{a0}", "\u{7f}\u{1}"];
    texts.extend(rare.map(str::to_owned));
    let mut expected = json!({
        "numbers": [16, -1, 1024.5, -0.5, 1e300, 5e-300, i64::MAX, i64::MIN, 0],
        "one": { "two": { "in": { "a.b": true } } },
        "sets": [{ "a": 1, "b": { "c": -2 } }, {}],
        "nothing": {},
        "if": -9.25,
        "lowest": i64::MIN,
    });
    expected["listed"] = json!(texts);
    for (at, text) in texts.iter().enumerate() {
        expected["texts"][format!("t{at}")] = json!(text);
        expected["names"][text] = json!(at);
    }
    for formatter in ["nixfmt", "alejandra"] {
        let config = read("tests/golden/ok/minimal.toml").replacen(
            "[cluster]",
            &format!("[cluster]\nformatter = \"{formatter}\""),
            1,
        );
        let sandbox = Sandbox::with_config(&format!("{config}nixos = {}\n", toml(&expected)));
        sandbox.expect(0, &["render", "-q"]);
        let file = sandbox.at("vms/worker.nix");
        let last = "builtins.elemAt m (builtins.length m - 1)";
        let found = evaluate(&format!("let m = (import {}).imports; in {last}", file.display()));
        assert!(found == expected, "{}", sandbox.read("vms/worker.nix"));
    }
}

#[test]
fn the_justfiles_own_expressions_work() {
    let sandbox = example();
    let data = sandbox.at("lib/domains");
    let get = |what: &str| evaluate(&format!("let data = import {}; in {what}", data.display()));
    assert_eq!(get("data.vms.definitions.\"k8s-master\".ip"), json!("10.0.20.10"));
    assert_eq!(get("data.network.wan.host"), json!("192.168.1.10"));
    assert_eq!(get("builtins.length data.vms.order"), json!(6));
}

#[test]
fn the_flake_lists_its_inputs_and_the_adapters_their_functions() {
    let sandbox = example();
    let inputs = evaluate(&format!("(import {}).inputs", sandbox.at("flake.nix").display()));
    assert_eq!(inputs["nixpkgs"]["url"], json!("github:NixOS/nixpkgs/nixos-26.05"));
    assert_eq!(inputs["microvm"]["inputs"]["nixpkgs"]["follows"], json!("nixpkgs"));
    let names = evaluate(&format!(
        "builtins.attrNames (import {} {{ lib = {{ }}; data.vms.definitions = {{ }}; }})",
        sandbox.at("lib/adapters/microvms.nix").display()
    ));
    for function in ["mkStorageModule", "mkK8sStorageModule", "mkVmModules", "mkHostVms"] {
        assert!(
            names.as_array().expect("a list").contains(&json!(function)),
            "{function}: {names}"
        );
    }
}

#[test]
fn the_qcow2_volume_is_made_once_by_the_real_qemu_img() {
    let sandbox = example();
    // The adapter's own preStart, with the tool's real place in it.
    let qemu_img =
        String::from_utf8(tool("sh", "dash", &["-c", "command -v qemu-img"]).stdout).expect("text");
    let script = evaluate(&format!(
        r#"let
          lib = {{ getExe' = _: _: "{}"; mkIf = _: x: x; }};
          adapters = import {} {{ inherit lib; data.vms.definitions = {{ }}; }};
          module = adapters.mkQcow2Volume "kubelet" {{ size = 64; mountPoint = "/x"; fsType = "ext4"; }} {{
            inherit lib;
            options = {{ }};
            config.microvm = {{ hypervisor = "qemu"; shares = [ 1 ]; vmHostPackages.qemu-utils = ""; }};
          }};
        in {{ inherit (module.microvm) preStart; args = module.microvm.qemu.extraArgs; }}"#,
        qemu_img.trim(),
        sandbox.at("lib/adapters/microvms.nix").display()
    ));
    let folder = tempfile::tempdir().expect("a folder");
    let start = || {
        let output = std::process::Command::new("/bin/sh")
            .args(["-euc", script["preStart"].as_str().expect("a script")])
            .current_dir(folder.path())
            // The unit's PATH is empty.
            .env("PATH", "")
            .output()
            .expect("sh runs");
        assert!(output.status.success(), "{output:?}");
    };
    let image = folder.path().join("kubelet.qcow2");
    let info = || -> Value {
        let output = tool(
            "qemu-img",
            "qemu-utils",
            &["info", "--output=json", image.to_str().expect("text")],
        );
        serde_json::from_slice(&output.stdout).expect("JSON")
    };
    start();
    assert_eq!(info()["format"], json!("qcow2"));
    assert_eq!(info()["virtual-size"], json!(64_u64 << 20));
    // A mark inside the image survives the next start.
    let mark =
        tool("qemu-io", "qemu-utils", &["-c", "write -P 7 0 4096", image.to_str().expect("text")]);
    assert!(mark.status.success());
    start();
    let kept =
        tool("qemu-io", "qemu-utils", &["-c", "read -P 7 0 4096", image.to_str().expect("text")]);
    assert!(!String::from_utf8_lossy(&kept.stdout).contains("verification failed"), "{kept:?}");
    assert!(
        script["args"].to_string().contains("format=qcow2,file=kubelet.qcow2"),
        "not opened as raw"
    );
}

#[test]
fn scripts_pass_shellcheck_and_shfmt_and_say_how_they_are_used() {
    let golden = ["minimal", "ha", "units", "units-ha"];
    let golden = golden.map(|name| format!("tests/golden/ok/{name}.toml"));
    for config in golden.into_iter().chain(["cluster.toml".to_owned()]) {
        let config = read(&config);
        let sandbox = Sandbox::with_config(&config);
        let allowed = ["--allow", "missing-module", "--allow", "missing-output"];
        sandbox.expect(0, &[&["render", "-q"], &allowed[..]].concat());
        let scripts: Vec<String> = sandbox
            .tree()
            .keys()
            .filter(|path| path.ends_with(".sh"))
            .map(|path| sandbox.at(path).to_str().expect("text").to_owned())
            .collect();
        assert!(scripts.len() >= 4, "{scripts:?}");
        let args: Vec<&str> = scripts.iter().map(String::as_str).collect();
        let output = tool("shellcheck", "shellcheck", &args);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        // With and without `-ci` users have it run over all that they commit.
        for style in [&["-i", "2", "-d"][..], &["-i", "2", "-ci", "-d"]] {
            let output = tool("shfmt", "shfmt", &[style, &args].concat());
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        }
        for script in &scripts {
            let output = tool("bash", "bash", &[script, "--help"]);
            assert!(output.status.success() && output.stdout.starts_with(b"Usage: "), "{script}");
        }
    }
}
