//! The kubelet's unit, read by the real systemd. `flake_fixtures.rs` proves that
//! the expectations, from which it is taken here, are what the modules evaluate to.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::support::{read, tool};
use serde_json::Value;

/// The kubelets of every fixture, by fixture and machine.
fn kubelets() -> Vec<(String, Value)> {
    let mut units = Vec::new();
    for fixture in ["hybrid", "minimal", "ha", "cloud-hypervisor", "existing", "nftables"] {
        let report = read(&format!("flake-fixtures/{fixture}/expected.json"));
        let report: Value = serde_json::from_str(&report).expect("JSON");
        for (machine, values) in report["machines"].as_object().expect("machines") {
            if let Some(kubelet) = values.get("kubelet") {
                units.push((format!("{fixture} {machine}"), kubelet.clone()));
            }
        }
    }
    assert!(units.len() > 10, "{}", units.len());
    units
}

/// A unit as NixOS writes it: a line for each element of a list.
fn unit_text(unit: &Value) -> String {
    let mut text = String::from("[Unit]\n");
    let mut line = |key: &str, value: &Value| {
        let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        for value in values {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            writeln!(text, "{key}={value}").expect("text");
        }
    };
    line("Description", &unit["description"]);
    line("After", &unit["after"]);
    line("Wants", &unit["wants"]);
    for (key, value) in unit["unitConfig"].as_object().expect("a section") {
        line(key, value);
    }
    line("\n[Service]\nType", &"simple".into());
    for (key, value) in unit["environment"].as_object().into_iter().flatten() {
        let assignment = format!("{key}={}", value.as_str().expect("text"));
        line("Environment", &Value::String(assignment).to_string().into());
    }
    for (key, value) in unit["serviceConfig"].as_object().expect("a section") {
        line(key, value);
    }
    line("\n[Install]\nWantedBy", &unit["wantedBy"]);
    text
}

/// What systemd has to say of a unit; nothing, if it is right.
fn verify(unit: &Value, folder: &Path) -> String {
    // The report says `<kubernetes>` for the package's place in the store.
    let binary = folder.join("kubernetes/bin/kubelet");
    fs::create_dir_all(binary.parent().expect("a folder")).expect("a folder");
    fs::write(&binary, "").expect("written");
    fs::set_permissions(&binary, fs::Permissions::from_mode(0o755)).expect("executable");
    let package = folder.join("kubernetes");
    let text = unit_text(unit).replace("<kubernetes>", package.to_str().expect("text"));
    let path = folder.join("kubelet.service");
    fs::write(&path, &text).expect("written");
    let args = ["verify", "--man=no", path.to_str().expect("text")];
    let output = tool("systemd-analyze", "systemd", &args);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    // An unknown directive is a warning to systemd, and the status is 0.
    if output.status.success() && said.is_empty() { said } else { format!("{said}\n{text}") }
}

#[test]
fn systemd_understands_every_kubelet_unit() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, unit) in kubelets() {
        let said = verify(&unit, folder.path());
        assert_eq!(said, "", "{name}");
    }
}

#[test]
fn systemd_would_say_so_if_it_did_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_, right) = kubelets().remove(0);
    for (section, key, value, expected) in [
        ("serviceConfig", "StartLimitIntervalSec", "0", "Unknown key"),
        ("serviceConfig", "ConditionPathExists", "/var/lib/kubelet/config.yaml", "Unknown key"),
        ("serviceConfig", "Restart", "forever", "Failed to parse"),
        ("serviceConfig", "ExecStart", "/nonexistent/kubelet", "not executable"),
        ("unitConfig", "RequiresMountsFor", "var/lib/kubelet", "not absolute"),
    ] {
        let mut wrong = right.clone();
        wrong[section][key] = value.into();
        let said = verify(&wrong, folder.path());
        assert!(said.contains(expected), "{section} {key}: {said}");
    }
}
