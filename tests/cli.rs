//! The commands as a user meets them: streams, files and exit status.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::SystemTime;

use crate::support::{self, Ran, Sandbox, TODAY, read};

/// A cluster of one control plane and one worker.
fn minimal() -> Sandbox {
    Sandbox::with_config(&read("tests/golden/ok/minimal.toml"))
}

#[test]
fn render_writes_what_it_shows_and_then_has_nothing_to_do() {
    let sandbox = minimal();
    let first = sandbox.expect(0, &["render"]);
    assert!(first.stdout.contains("+++ b/vms/cp.nix"), "{}", first.stdout);
    assert!(first.stderr.contains(" to create, 0 to update, 0 to delete, 0 unchanged\n"));
    let written = sandbox.tree();
    assert!(written.contains_key("vms/worker.nix") && written.contains_key("nixgen.lock"));

    let times = |sandbox: &Sandbox| -> Vec<SystemTime> {
        let modified = |path| fs::metadata(sandbox.at(path)).expect("there").modified();
        written.keys().map(|path| modified(path).expect("a time")).collect()
    };
    let before = times(&sandbox);
    let second = sandbox.expect(0, &["render"]);
    assert_eq!(second.stdout, "");
    assert!(second.stderr.starts_with("0 to create, 0 to update, 0 to delete, "));
    assert_eq!(sandbox.tree(), written);
    assert_eq!(times(&sandbox), before, "unchanged files are not touched");
    sandbox.expect(0, &["check"]);
    sandbox.expect(0, &["diff"]);
}

#[test]
fn init_writes_an_example_that_renders_and_nothing_over_a_file() {
    let sandbox = Sandbox::new();
    sandbox.expect(0, &["init"]);
    let example = read("cluster.toml").replace("docs/cluster.schema.json", "cluster.schema.json");
    assert_eq!(sandbox.read("cluster.toml"), example);
    sandbox.expect(0, &["render"]);
    sandbox.write("cluster.toml", "mine");
    let again = sandbox.expect(5, &["init"]);
    assert!(again.stderr.contains("cluster.toml is there already"), "{}", again.stderr);
    assert_eq!(sandbox.read("cluster.toml"), "mine");
    let nowhere = sandbox.expect(6, &["init", "--config", "no/cluster.toml"]);
    assert!(nowhere.stderr.contains("cannot write no/cluster.toml"), "{}", nowhere.stderr);
}

#[test]
fn a_nixos_table_cannot_set_what_a_module_sets_to_another_value() {
    let taken = [
        ("users.users.admin.isNormalUser = false", "users.users.admin.isNormalUser"),
        ("systemd.services.kubelet.serviceConfig.RestartSec = 9", "RestartSec"),
        ("environment.etc.'crictl.yaml'.text = 'x'", "environment.etc.\"crictl.yaml\".text"),
        ("zramSwap.enable = true", "nixgen itself sets `zramSwap.enable`, to `lib.mkForce false`"),
    ];
    let merged = [
        "users.users.admin = { isNormalUser = true, extraGroups = ['video'] }",
        "networking.firewall = { allowedTCPPorts = [9100], extraCommands = 'true' }",
        "systemd.network.networks.30-mine.matchConfig.Name = 'usb0'",
        "boot.kernelParams = ['quiet']",
        "networking.nat.extraCommands = 'true'",
        "services.udev.extraRules = '# mine'",
    ];
    let sandbox = Sandbox::with_example();
    let example = sandbox.read("cluster.toml");
    let with = |line: &str| format!("{example}\n[hosts.homelab.nixos]\n{line}\n");
    for (line, name) in taken {
        sandbox.write("cluster.toml", &with(line));
        let said = sandbox.expect(3, &["validate"]).stderr;
        assert!(said.contains("[NG0801]") && said.contains(name), "{said}");
    }
    // With other mistakes of the file.
    let twice = "[vms.astray]\nrole = 'worker'\nvlan = 'services'\nip = '192.0.2.1'\n";
    sandbox.write("cluster.toml", &(with(taken[0].0) + twice));
    let said = sandbox.expect(3, &["validate"]).stderr;
    assert!(said.contains("[NG0801]") && said.contains("192.0.2.1"), "{said}");
    for line in merged {
        sandbox.write("cluster.toml", &with(line));
        sandbox.expect(0, &["render"]);
    }
    // What a template of the user's leaves to them is theirs to set.
    let base = "modules/nixos/k8s-kubeadm-base.nix.tera";
    let ours = read(&format!("templates/{base}"));
    let theirs = ours.replace("  zramSwap.enable = lib.mkForce false;\n", "");
    assert_ne!(ours, theirs);
    sandbox.write(&format!("nixgen/templates/{base}"), &theirs);
    sandbox.write("cluster.toml", &with("zramSwap.enable = true"));
    sandbox.expect(0, &["validate"]);
}

#[test]
fn one_changed_value_is_one_changed_line_wherever_it_stands() {
    let sandbox = minimal();
    sandbox.expect(0, &["render", "-q"]);
    sandbox.edit("cluster.toml", "memory = \"8GiB\"", "memory = \"16GiB\"");
    let diff = sandbox.expect(1, &["diff"]);
    let changed: Vec<&str> = diff
        .stdout
        .lines()
        .filter(|line| {
            line.starts_with(['+', '-']) && !line.starts_with("+++") && !line.starts_with("---")
        })
        .collect();
    for line in &changed {
        assert!(line.contains("8192") || line.contains("16384") || line.contains("GiB"), "{line}");
    }
    assert!(changed.contains(&"-    mem = 8192;") && changed.contains(&"+    mem = 16384;"));
    assert_eq!(
        sandbox.expect(1, &["check"]).stderr.lines().last(),
        Some("run `nixgen render` and commit what it writes")
    );
    sandbox.expect(0, &["render", "--yes"]);
    sandbox.expect(0, &["check"]);
}

#[test]
fn git_and_patch_accept_the_diff() {
    for program in ["git", "patch"] {
        let sandbox = minimal();
        sandbox.write("vms/with space.txt", "kept\n");
        let rendered = Sandbox::with_config(&sandbox.read("cluster.toml"));
        rendered.expect(0, &["render", "-q"]);
        // From nothing, and then from an older input with a VM less and one more.
        for change in [None, Some(("[vms.worker]", "[vms.worker-9]"))] {
            if let Some((from, to)) = change {
                sandbox.edit("cluster.toml", from, to);
                rendered.edit("cluster.toml", from, to);
            }
            let diff = sandbox.run(&["diff"]).stdout;
            rendered.expect(0, &["render", "-q"]);
            sandbox.write("the.diff", &diff);
            let args: &[&str] = match program {
                "git" => &["apply", "the.diff"],
                _ => &["-p1", "-s", "-i", "the.diff"],
            };
            let output = std::process::Command::new(program)
                .args(args)
                .current_dir(sandbox.path())
                .output()
                .expect("it runs");
            assert!(output.status.success(), "{program}: {output:?}");
            let applied = |sandbox: &Sandbox| {
                let mut tree = sandbox.tree();
                tree.retain(|path, _| {
                    path.ends_with(".nix") || path.ends_with(".yaml") || path.ends_with(".sh")
                });
                tree
            };
            assert_eq!(applied(&sandbox), applied(&rendered), "{program}");
            let lock = rendered.read("nixgen.lock");
            sandbox.write("nixgen.lock", &lock);
        }
    }
}

#[test]
fn dry_runs_diffs_and_checks_write_nothing() {
    let sandbox = minimal();
    let before = sandbox.tree();
    sandbox.expect(0, &["render", "--dry-run"]);
    sandbox.expect(1, &["diff"]);
    sandbox.expect(1, &["check"]);
    sandbox.expect(0, &["validate"]);
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn check_lists_every_file_that_is_not_as_it_should_be() {
    let sandbox = minimal();
    sandbox.expect(0, &["render", "-q"]);
    fs::remove_file(sandbox.at("vms/cp.nix")).expect("removed");
    sandbox.edit("modules/nixos/microvm-guest.nix", "mkDefault true", "mkDefault false");
    sandbox.edit("cluster.toml", "[vms.worker]", "[vms.helper]");
    let Ran { stdout, .. } = sandbox.expect(1, &["check"]);
    let lines: Vec<&str> = stdout.lines().collect();
    for expected in [
        "edited         modules/nixos/microvm-guest.nix",
        "missing        vms/cp.nix",
        "missing        vms/helper.nix",
        "orphan         vms/worker.nix",
        "stale          lib/domains/vms.nix",
    ] {
        assert!(lines.contains(&expected), "{expected}\n{stdout}");
    }
}

#[test]
fn removing_a_vm_removes_its_files_and_nothing_else() {
    let sandbox = minimal();
    sandbox.write("vms/by-hand.nix", "{ }\n");
    sandbox.expect(0, &["render", "-q"]);
    sandbox.edit("cluster.toml", "[vms.worker]", "[vms.helper]");
    sandbox.expect(0, &["render", "-q"]);
    let tree = sandbox.tree();
    assert!(!tree.contains_key("vms/worker.nix") && tree.contains_key("vms/helper.nix"));
    assert_eq!(sandbox.read("vms/by-hand.nix"), "{ }\n");
    assert!(!sandbox.read("nixgen.lock").contains("vms/worker.nix"));
}

#[test]
fn a_foreign_file_is_never_overwritten_unasked() {
    let sandbox = minimal();
    sandbox.write("vms/cp.nix", "{ mine = true; }\n");
    let before = sandbox.tree();
    let refused = sandbox.expect(5, &["render", "--yes"]);
    assert!(refused.stderr.contains("vms/cp.nix was not written by nixgen"), "{}", refused.stderr);
    assert!(refused.stdout.contains("-{ mine = true; }"));
    assert_eq!(sandbox.tree(), before, "all or nothing");
    sandbox.expect(5, &["render", "--force", "vms/worker.nix"]);
    let stranger = sandbox.expect(2, &["render", "--force", "vms/typo.nix"]);
    assert!(
        stranger.stderr.contains("nixgen does not write `vms/typo.nix`"),
        "{}",
        stranger.stderr
    );
    assert_eq!(sandbox.tree(), before);
    // As a shell completes it, from a folder below.
    let output = sandbox
        .command(&["render", "-c", "../cluster.toml", "--force", "cp.nix"])
        .current_dir(sandbox.at("vms"))
        .output()
        .expect("nixgen runs");
    assert!(output.status.success(), "{output:?}");
    sandbox.expect(0, &["check"]);
}

#[test]
fn an_edited_file_of_a_removed_vm_is_kept_until_it_is_given_up() {
    let sandbox = minimal();
    sandbox.expect(0, &["render", "-q"]);
    sandbox.edit("vms/worker.nix", "vcpu = 2", "vcpu = 3");
    sandbox.edit("cluster.toml", "[vms.worker]", "[vms.helper]");
    let rendered = sandbox.expect(0, &["render"]);
    assert!(
        rendered.stdout.contains("# vms/worker.nix is not wanted any more"),
        "{}",
        rendered.stdout
    );
    assert!(
        !rendered.stdout.contains("--- a/vms/worker.nix"),
        "it is not deleted, so none is shown"
    );
    // Its kubeadm file was not edited, and goes.
    assert!(rendered.stderr.contains("1 to delete") && rendered.stderr.contains("1 kept"));
    assert!(sandbox.read("vms/worker.nix").contains("vcpu = 3"));
    assert!(sandbox.expect(1, &["check"]).stderr.contains("--force PATH"));
    sandbox.expect(0, &["render", "--force", "vms/worker.nix"]);
    assert!(!sandbox.at("vms/worker.nix").exists());
    sandbox.expect(0, &["check"]);
}

#[test]
fn a_tree_inside_a_tree_is_its_own() {
    let sandbox = minimal();
    sandbox.write("lab/cluster.toml", &sandbox.read("cluster.toml"));
    sandbox.expect(0, &["render", "-q", "-c", "lab/cluster.toml"]);
    let checked = sandbox.expect(1, &["check"]);
    assert!(!checked.stdout.contains("lab/"), "{}", checked.stdout);
}

#[test]
fn a_hand_edit_is_never_overwritten_unasked() {
    let sandbox = minimal();
    sandbox.expect(0, &["render", "-q"]);
    sandbox.edit("vms/cp.nix", "vcpu = 2", "vcpu = 3");
    let refused = sandbox.expect(5, &["render"]);
    assert!(refused.stderr.contains("vms/cp.nix was edited since nixgen wrote it"));
    assert!(sandbox.read("vms/cp.nix").contains("vcpu = 3"));
    let forced = sandbox.expect(0, &["render", "--force"]);
    assert!(forced.stderr.contains("what vms/cp.nix held is kept in vms/cp.nix.orig"));
    assert!(sandbox.read("vms/cp.nix").contains("vcpu = 2"));
    assert!(sandbox.read("vms/cp.nix.orig").contains("vcpu = 3"));
    // The next one gets a name of its own; what is kept already is not kept again.
    for (vcpu, backup) in [(4, "vms/cp.nix.orig2"), (3, "vms/cp.nix.orig")] {
        sandbox.edit("vms/cp.nix", "vcpu = 2", &format!("vcpu = {vcpu}"));
        let forced = sandbox.expect(0, &["render", "--force", "vms/cp.nix"]);
        assert!(forced.stderr.contains(&format!("is kept in {backup}\n")), "{}", forced.stderr);
        assert!(sandbox.read(backup).contains(&format!("vcpu = {vcpu}")));
    }
    assert!(!sandbox.at("vms/cp.nix.orig3").exists());
}

#[test]
fn a_changed_volume_says_that_its_image_stays() {
    let sandbox = Sandbox::with_example();
    sandbox.expect(0, &["render", "-q"]);
    sandbox.edit(
        "cluster.toml",
        "kubelet = { size = \"10GiB\" }",
        "kubelet = { size = \"20GiB\" }",
    );
    let note = "warning[NG0911]: the image of the volume `kubelet` of `k8s-master` keeps its 10GiB";
    for (status, command) in [(1, "diff"), (0, "render")] {
        let Ran { stderr, .. } = sandbox.expect(status, &[command]);
        assert_eq!(stderr.matches(note).count(), 1, "{stderr}");
    }
}

#[test]
fn levels_of_the_command_line_count_before_those_of_the_file() {
    let sandbox = minimal();
    sandbox.edit("cluster.toml", "admin = true, ", "");
    let warned = sandbox.expect(0, &["validate"]).stderr;
    assert!(warned.contains("warning[NG0512]"), "{warned}");
    for deny in ["no-admin", "NG0512", "warnings"] {
        let denied = sandbox.expect(3, &["render", "--deny", deny]).stderr;
        assert!(denied.contains("error[NG0512]") && denied.contains("1 error in"), "{denied}");
    }
    let allowed = sandbox.expect(0, &["validate", "--allow", "no-admin"]).stderr;
    assert_eq!(allowed.lines().count(), 1, "{allowed}");

    let text = sandbox.read("cluster.toml");
    sandbox.write("cluster.toml", &format!("{text}\n[lints]\nno-admin = \"deny\"\n"));
    sandbox.expect(3, &["validate"]);
    sandbox.expect(0, &["validate", "--warn", "no-admin"]);
    sandbox.expect(3, &["validate", "--allow", "no-admin", "--deny", "no-admin"]);
}

#[test]
fn a_level_is_of_something_that_can_have_it() {
    let sandbox = minimal();
    for (args, help) in [
        (["--allow", "no-admn"], "did you mean `no-admin`?"),
        (["--allow", "NG0203"], "it is an error, which stays one"),
        (["--warn", "duplicate-address"], "it is an error, which stays one"),
        (["--deny", ""], "there is no diagnostic"),
    ] {
        let said = sandbox.expect(2, &[&["validate"][..], &args].concat()).stderr;
        assert!(said.contains(help), "{said}");
    }
    sandbox.expect(0, &["validate", "--deny", "duplicate-address"]);
}

#[test]
fn a_module_that_is_not_there_is_named_once_the_tree_is_known() {
    let sandbox = minimal();
    let text = sandbox.read("cluster.toml");
    sandbox.write(
        "cluster.toml",
        &text.replace("[vms.cp]\n", "[vms.cp]\nextra_modules = [\"mine\"]\n"),
    );
    let silent = sandbox.expect(0, &["validate"]).stderr;
    assert!(!silent.contains("warning"), "{silent}");
    for (status, command) in [(1, "diff"), (1, "check"), (0, "render")] {
        let said = sandbox.expect(status, &[command, "-q"]).stderr;
        assert!(said.starts_with("warning[NG0604]: the module `mine` of `cp`"), "{said}");
        sandbox.expect(3, &[command, "-q", "--deny", "missing-module"]);
    }
    // A folder with a `default.nix` is one, too.
    sandbox.write("mine/default.nix", "{ }\n");
    assert_eq!(sandbox.expect(0, &["check", "-q"]).stderr, "");
}

#[test]
fn layout_and_line_endings_are_not_an_edit() {
    let sandbox = minimal();
    sandbox.expect(0, &["render", "-q"]);
    let text = sandbox.read("vms/cp.nix");
    sandbox.write("vms/cp.nix", &text.replace("    ", "\t").replace('\n', "\r\n"));
    let tree = sandbox.tree();
    sandbox.expect(0, &["check"]);
    sandbox.expect(0, &["render"]);
    assert_eq!(sandbox.tree(), tree, "the person's layout stays");
}

#[test]
fn a_mistake_changes_nothing_and_names_its_place() {
    let sandbox = minimal();
    sandbox.edit("cluster.toml", "role = \"worker\"", "rolle = \"worker\"");
    let before = sandbox.tree();
    for command in ["render", "diff", "check", "validate"] {
        let Ran { stdout, stderr, .. } = sandbox.expect(3, &[command]);
        assert_eq!(stdout, "");
        assert!(stderr.contains("error[NG0111]: unknown key `rolle`"), "{stderr}");
        assert!(stderr.contains("help: did you mean `role`?"), "{stderr}");
        assert!(stderr.contains("--> cluster.toml:"), "{stderr}");
    }
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn every_exit_status_has_its_one_meaning() {
    let sandbox = minimal();
    sandbox.expect(2, &["rendre"]);
    sandbox.expect(2, &["render", "--bogus"]);
    sandbox.expect(6, &["render", "--config", "absent.toml"]);
    // 4 needs a broken template; the unit tests of the nix stage have one.
    sandbox.write("latin1.toml", "");
    fs::write(sandbox.at("latin1.toml"), b"# caf\xe9\n").expect("written");
    assert!(
        sandbox.expect(3, &["validate", "-c", "latin1.toml"]).stderr.contains("latin1.toml:1:6")
    );
    sandbox.write("empty.toml", "");
    sandbox.expect(3, &["validate", "-c", "empty.toml"]);
    sandbox.write("no-dir", "");
    sandbox.expect(6, &["render", "-q", "--out", "no-dir/tree"]);
}

#[test]
fn a_folder_in_the_way_is_refused_even_by_force() {
    let sandbox = minimal();
    fs::create_dir_all(sandbox.at("vms/cp.nix")).expect("created");
    let refused = sandbox.expect(5, &["render", "--force"]);
    assert!(refused.stderr.contains("vms/cp.nix is a folder"), "{}", refused.stderr);
}

#[test]
fn links_that_lead_outside_are_never_followed() {
    let outside = tempfile::tempdir().expect("a folder");
    let sandbox = minimal();
    std::os::unix::fs::symlink(outside.path(), sandbox.at("vms")).expect("linked");
    sandbox.expect(5, &["render", "--force"]);
    assert_eq!(fs::read_dir(outside.path()).expect("readable").count(), 0);
}

#[test]
fn a_file_that_cannot_be_staged_changes_nothing() {
    let sandbox = minimal();
    // Longer than a file name can be, in the last folder that is written to:
    // everything before it is staged by then.
    let name = format!("vms/{}", "x".repeat(300));
    sandbox.write(
        "cluster.toml",
        &(sandbox.read("cluster.toml") + &format!("\n[outputs]\nvms = {{ path = \"{name}\" }}\n")),
    );
    let before = sandbox.tree();
    let failed = sandbox.expect(6, &["render"]);
    assert!(failed.stderr.contains("xxx"), "the path is named: {}", failed.stderr);
    assert_eq!(sandbox.tree(), before);
}

#[test]
fn scripts_can_be_run_and_modes_are_kept() {
    let sandbox = minimal();
    sandbox.expect(0, &["render", "-q"]);
    let mode =
        |path: &str| fs::metadata(sandbox.at(path)).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode("bootstrap/10-init.sh") & 0o100, 0o100);
    assert_eq!(mode("vms/cp.nix") & 0o111, 0);
    fs::set_permissions(sandbox.at("vms/cp.nix"), fs::Permissions::from_mode(0o600)).expect("set");
    sandbox.edit("cluster.toml", "memory = \"8GiB\"", "memory = \"16GiB\"");
    sandbox.expect(0, &["render", "-q"]);
    assert_eq!(mode("vms/cp.nix"), 0o600);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    use std::process::Stdio;
    // More than a pipe holds, so that writing meets the closed end.
    let sandbox = Sandbox::with_config(&support::generated::cluster(100));
    let mut child = sandbox
        .command(&["diff"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("nixgen runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn colour_is_for_terminals_or_for_who_asks() {
    let sandbox = minimal();
    assert!(!sandbox.expect(1, &["diff"]).stdout.contains('\u{1b}'));
    assert!(sandbox.expect(1, &["diff", "--color", "always"]).stdout.contains('\u{1b}'));
    sandbox.expect(0, &["render", "-q"]);
    sandbox.edit("cluster.toml", "memory = \"8GiB\"", "memory = \"16GiB\"");
    let coloured = sandbox.expect(1, &["diff", "--color", "always"]).stdout;
    assert!(coloured.contains("\u{1b}[7m"), "the changed words are marked: {coloured:?}");
}

#[test]
fn a_lost_lock_is_survived() {
    let sandbox = minimal();
    sandbox.expect(0, &["render", "-q"]);
    fs::remove_file(sandbox.at("nixgen.lock")).expect("removed");
    sandbox.edit("cluster.toml", "[vms.worker]", "[vms.helper]");
    let checked = sandbox.expect(1, &["check"]);
    assert!(checked.stdout.contains("edited+orphan  vms/worker.nix"), "{}", checked.stdout);
}

#[test]
fn on_a_terminal_render_asks_first() {
    let sandbox = minimal();
    for (answer, status, written) in [("n", 0, false), ("y", 0, true)] {
        let binary = env!("CARGO_BIN_EXE_nixgen");
        // `script` (util-linux) gives it a real pseudo-terminal.
        let output = std::process::Command::new("sh")
            .arg("-c")
            .arg(format!(
                "printf '{answer}\\n' | script -qec '{binary} render --color never' /dev/null"
            ))
            .env("SOURCE_DATE_EPOCH", TODAY)
            .current_dir(sandbox.path())
            .output()
            .expect("script runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let root = sandbox.path().canonicalize().expect("there");
        assert!(text.contains(&format!("Write this to {}? [y/N]", root.display())), "{text}");
        assert_eq!(output.status.code(), Some(status), "{text}");
        assert_eq!(sandbox.at("vms/cp.nix").exists(), written, "{text}");
    }
}

#[test]
fn options_of_the_users_templates_are_judged_by_their_list_and_ours_by_nobody() {
    let sandbox = Sandbox::with_example();
    // It lacks nearly all that nixgen sets.
    sandbox.write("options.json", &read("tests/golden/options.json"));
    sandbox.expect(1, &["diff", "--options", "options.json"]);

    let ours = read("templates/modules/nixos/cluster-network.nix.tera");
    let theirs = ours.replacen("  networking = {", "  swapDevice = [ ];\n\n  networking = {", 1);
    sandbox.write("nixgen/templates/modules/nixos/cluster-network.nix.tera", &theirs);
    sandbox.expect(1, &["diff"]);
    let ran = sandbox.expect(4, &["diff", "--options", "options.json"]);
    assert!(ran.stderr.contains("`swapDevice` is no known option"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("bug of nixgen"), "{}", ran.stderr);

    sandbox.write("options.json", "[]");
    let ran = sandbox.expect(6, &["check", "--options", "options.json"]);
    assert!(ran.stderr.contains("cannot read the options of options.json"), "{}", ran.stderr);
}

#[test]
fn options_of_the_user_are_judged_where_they_are_written() {
    let config = read("tests/golden/ok/minimal.toml");
    let sandbox = Sandbox::with_config(&config);
    sandbox.write("options.json", &read("tests/golden/options.json"));
    let said = |status: i32, line: &str| {
        sandbox.write("cluster.toml", &format!("{config}\n[vms.worker.nixos]\n{line}\n"));
        let args = ["validate", "--color", "never", "--options", "options.json"];
        sandbox.expect(status, &args).stderr
    };
    let line = config.lines().count() + 3;
    for (written, code, message, help) in [
        (
            "boot.kernelParams = \"a\"",
            "NG0806",
            "`boot.kernelParams` takes list of string, with spaces inside double quotes, not the string \"a\"",
            "write `[` and `]` around it",
        ),
        ("boot.kernelParams = [1]", "NG0806", "`boot.kernelParams.*` takes", "`\"1\"`"),
        ("environment.etc.a.text = 1", "NG0806", "`environment.etc.a.text` takes", "in quotes"),
        ("swapDevices = [{ device = true }]", "NG0801", "nixgen itself sets `swapDevices`", ""),
        (
            "boot.kernelParam = []",
            "NG0807",
            "`boot.kernelParam` is no option",
            "`boot.kernelParams`",
        ),
        (
            "users.users.a.keys = []",
            "NG0807",
            "`users.users.a.keys` is no option",
            "with that module",
        ),
        ("own.x = 1", "NG0807", "`own` is no option of NixOS", ""),
    ] {
        let said = said(3, written);
        let first = said.lines().next().unwrap_or_default();
        assert!(first.starts_with(&format!("error[{code}]: {message}")), "{written}: {said}");
        assert!(said.contains(&format!("cluster.toml:{line}:")) && said.contains(help), "{said}");
        assert!(!said.contains("bug of nixgen"), "{said}");
    }
    for right in [
        "boot.kernelParams = [\"a\"]",
        "services.openssh.settings.X11Forwarding = true",
        "users.users.a.openssh.authorizedKeys.keys = [\"x\"]",
        "microvm.own = 1",
    ] {
        said(0, right);
    }
    // Modules of others have options that are not in the list.
    let lints = "\n[lints]\nunknown-option = \"allow\"\n";
    sandbox.write("cluster.toml", &format!("{config}{lints}\n[vms.worker.nixos]\nown.x = 1\n"));
    let ran = sandbox.run(&["diff", "--color", "never", "--options", "options.json"]);
    assert!(!ran.stderr.contains("`own"), "{}", ran.stderr);
}

#[test]
fn shells_and_man_are_told_of_every_command() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = sandbox.expect(0, &["completions", shell]).stdout;
        assert!(script.contains("validate") && script.contains("message-format"), "{shell}");
    }
    let manual = sandbox.expect(0, &["man"]).stdout;
    for page in [".TH nixgen 1", ".TH nixgen-render 1", ".TH nixgen-explain 1"] {
        assert!(manual.contains(page), "{page}");
    }
    sandbox.expect(2, &["completions", "tcsh"]);
    sandbox.expect(0, &["man", "share/man"]);
    for page in ["nixgen", "nixgen-render", "nixgen-templates-eject"] {
        let text = sandbox.read(&format!("share/man/{page}.1"));
        assert!(text.contains(&format!(".TH {page} 1")), "{page}");
    }
    sandbox.write("file", "");
    sandbox.expect(6, &["man", "file/man"]);
}

#[test]
fn the_version_tells_what_it_can_write_for() {
    let sandbox = Sandbox::new();
    let version = format!("nixgen {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(sandbox.expect(0, &["-V"]).stdout, version);
    let long = sandbox.expect(0, &["--version"]).stdout;
    let rest = long.strip_prefix(&version).expect("no commit is in what the tests build");
    assert_eq!(
        rest,
        "for NixOS 24.11, 25.05, 25.11, 26.05, 26.11, unstable\nand Kubernetes 1.31 to 1.38\n"
    );
}
