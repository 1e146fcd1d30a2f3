//! Who may do what with files that are written: as root, as by `sudo`, too.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::Path;
use std::process::Command;

use crate::support::scene::look;
use crate::support::{Sandbox, read};
use rustix::process::geteuid;

/// Whose something is.
fn owner(path: &Path) -> (u32, u32) {
    let there =
        fs::symlink_metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    (there.uid(), there.gid())
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("there").mode() & 0o7777
}

/// A user and a group to give files to. Whoever is not root has none but their own.
fn others(root: &Path, number: u32) -> (u32, u32) {
    if geteuid().is_root() { (number, number + 1) } else { owner(root) }
}

fn give(path: &Path, (uid, gid): (u32, u32)) {
    chown(path, Some(uid), Some(gid)).expect("given");
}

#[test]
fn what_root_writes_is_whose_it_was_or_whose_the_folder_is() {
    let sandbox = Sandbox::with_config(&read("tests/golden/ok/minimal.toml"));
    let (home, other) = (others(sandbox.path(), 4001), others(sandbox.path(), 5001));
    give(sandbox.path(), home);
    sandbox.expect(0, &["render", "-q"]);
    let is_theirs = |path: &str| assert_eq!(owner(&sandbox.at(path)), home, "{path}");
    look(sandbox.path()).keys().filter(|path| *path != "cluster.toml").for_each(|it| is_theirs(it));

    give(&sandbox.at("vms/cp.nix"), other);
    give(&sandbox.at("vms"), other);
    sandbox.edit("cluster.toml", "memory = \"8GiB\"", "memory = \"16GiB\"");
    sandbox.edit("cluster.toml", "[vms.worker]", "[vms.helper]");
    sandbox.edit("docs/cluster.md", "Kubernetes", "My Kubernetes");
    sandbox.expect(0, &["render", "-q", "--force"]);
    assert_eq!(owner(&sandbox.at("vms/cp.nix")), other, "replaced");
    assert_eq!(owner(&sandbox.at("vms/helper.nix")), other, "new in a folder");
    for path in ["docs/cluster.md", "docs/cluster.md.orig", "nixgen.lock"] {
        is_theirs(path);
    }
    sandbox.expect(0, &["templates", "eject", "vms/vm.nix"]);
    sandbox.expect(0, &["eject", "docs/cluster.md"]);
    for path in ["nixgen/templates/vms", "nixgen/templates/vms/vm.nix.tera", ".nixgen/base/docs"] {
        is_theirs(path);
    }
    sandbox.expect(0, &["render", "-q", "--out", "new/tree"]);
    for path in ["new", "new/tree", "new/tree/vms", "new/tree/vms/cp.nix"] {
        is_theirs(path);
    }
}

#[test]
fn permissions_stay_and_a_copy_is_no_more_public_than_what_it_is_of() {
    let sandbox = Sandbox::with_config(&read("tests/golden/ok/minimal.toml"));
    sandbox.expect(0, &["render", "-q"]);
    sandbox.edit("vms/cp.nix", "vcpu = 2", "vcpu = 3");
    fs::set_permissions(sandbox.at("vms/cp.nix"), Permissions::from_mode(0o600)).expect("set");
    sandbox.expect(0, &["render", "-q", "--force"]);
    assert_eq!(mode(&sandbox.at("vms/cp.nix")), 0o600);
    assert_eq!(mode(&sandbox.at("vms/cp.nix.orig")), 0o600);
    assert_eq!(mode(&sandbox.at("bootstrap/10-init.sh")) & 0o111, 0o111);
}

#[test]
fn what_a_file_may_run_as_is_not_passed_on_to_what_is_rendered() {
    let sandbox = Sandbox::with_config(&read("tests/golden/ok/minimal.toml"));
    sandbox.expect(0, &["render", "-q"]);
    for (path, bits) in [("bootstrap/10-init.sh", 0o6755), ("docs/cluster.md", 0o1644)] {
        fs::set_permissions(sandbox.at(path), Permissions::from_mode(bits)).expect("set");
        sandbox.edit(path, "Do not edit", "Do edit");
    }
    sandbox.expect(0, &["render", "-q", "--force"]);
    for (path, bits) in [("bootstrap/10-init.sh", 0o755), ("docs/cluster.md", 0o644)] {
        assert_eq!(mode(&sandbox.at(path)), bits, "{path}");
        assert_eq!(mode(&sandbox.at(&format!("{path}.orig"))), bits, "{path}");
    }
}

#[test]
fn a_folder_with_a_group_for_all_has_it_for_what_is_new() {
    let sandbox = Sandbox::with_config(&read("tests/golden/ok/minimal.toml"));
    let (uid, gid) = others(sandbox.path(), 4001);
    let group = others(sandbox.path(), 6001).1;
    fs::create_dir(sandbox.at("vms")).expect("made");
    for folder in ["", "vms"] {
        give(&sandbox.at(folder), (uid, gid));
    }
    give(&sandbox.at("vms"), (uid, group));
    fs::set_permissions(sandbox.at("vms"), Permissions::from_mode(0o2775)).expect("set");
    // The program's own folder may be closed to others. Copied by another process:
    // what another test starts while this one writes would keep it from being run.
    let mut copy = Command::new("cp");
    copy.args([env!("CARGO_BIN_EXE_nixgen"), "nixgen"]).current_dir(sandbox.path());
    assert!(copy.status().expect("cp runs").success());
    let mut command = Command::new("./nixgen");
    if geteuid().is_root() {
        command = Command::new("setpriv");
        command.args([&format!("--reuid={uid}"), &format!("--regid={gid}")]);
        command.args([&format!("--groups={gid},{group}"), "./nixgen"]);
    }
    let output = command.args(["render", "--yes", "-q"]).current_dir(sandbox.path()).output();
    let output = output.expect("setpriv of util-linux runs");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(owner(&sandbox.at("vms/cp.nix")), (uid, group));
    assert_eq!(owner(&sandbox.at("hosts/box.nix")), (uid, gid));
}
