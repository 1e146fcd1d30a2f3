//! Every way out when a file of the user's is in the way, as a user takes it:
//! on a real terminal, and without one.

use std::fs;
use std::process::Command;

use crate::support::{Sandbox, TODAY, read};

/// A rendered tree with an edited file, and an input that has something new
/// for it.
fn edited() -> Sandbox {
    let sandbox = Sandbox::with_config(&read("tests/golden/ok/minimal.toml"));
    sandbox.expect(0, &["render", "-q"]);
    sandbox.edit("vms/cp.nix", "vcpu = 2", "vcpu = 3");
    sandbox.edit("cluster.toml", "memory = \"8GiB\"", "memory = \"16GiB\"");
    sandbox
}

/// Runs nixgen on a pseudo-terminal (`script` of util-linux makes it) and gives
/// the answers, a line each.
fn terminal(sandbox: &Sandbox, args: &str, answers: &[&str]) -> (i32, String) {
    let binary = env!("CARGO_BIN_EXE_nixgen");
    let output = Command::new("sh")
        .arg("-c")
        .arg(format!(
            "printf '%s\\n' {} | script -qec '{binary} {args} --color never' /dev/null",
            answers.join(" ")
        ))
        .env("SOURCE_DATE_EPOCH", TODAY)
        .current_dir(sandbox.path())
        .output()
        .expect("script runs");
    let text = String::from_utf8_lossy(&output.stdout).replace("\r\n", "\n");
    (output.status.code().expect("it ended by itself"), text)
}

fn git(sandbox: &Sandbox, args: &[&str]) -> String {
    let identity = ["-c", "user.name=n", "-c", "user.email=n@n"];
    let output = Command::new("git").args(identity).args(args).current_dir(sandbox.path()).output();
    let output = output.expect("git runs");
    assert!(output.status.success(), "{args:?} {output:?}");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn a_refusal_shows_the_persons_change_and_names_the_ways_out() {
    let sandbox = edited();
    let before = sandbox.tree();
    let refused = sandbox.expect(5, &["render"]);
    for said in [
        "vms/cp.nix was edited since nixgen wrote it, and nixgen has something new for it",
        "    -    mem = 16384;\n    +    vcpu = 3;\n    +    mem = 8192;",
        "nixgen render --force vms/cp.nix\n",
        "nixgen eject vms/cp.nix\n",
        "nixgen adopt vms/cp.nix\n",
        "cluster.toml, whose `nixos` tables take any option",
        "`extra_modules`",
        "0 to create, 2 to update, 0 to delete, 23 unchanged, 1 in the way",
    ] {
        assert!(refused.stderr.contains(said), "{said}\n{}", refused.stderr);
    }
    assert_eq!(sandbox.tree(), before);
    // Where git has what nixgen wrote, both changes are told apart.
    git(&sandbox, &["init", "-q"]);
    sandbox.edit("vms/cp.nix", "vcpu = 3", "vcpu = 2");
    git(&sandbox, &["add", "."]);
    git(&sandbox, &["commit", "-qm", "rendered"]);
    sandbox.edit("vms/cp.nix", "vcpu = 2", "vcpu = 3");
    git(&sandbox, &["commit", "-qam", "edited"]);
    let refused = sandbox.expect(5, &["render"]);
    let (theirs, ours) = refused.stderr.split_once("nixgen's since then:").expect("both");
    assert!(theirs.contains("+    vcpu = 3;") && !theirs.contains("+    mem = 16384;"));
    assert!(ours.contains("+    mem = 16384;") && !ours.contains("vcpu = 3"), "{ours}");
}

#[test]
fn on_a_terminal_a_file_is_shown_and_overwritten_and_its_text_is_kept() {
    let sandbox = edited();
    let theirs = sandbox.read("vms/cp.nix");
    let (status, text) = terminal(&sandbox, "render", &["d", "x", "o", "y"]);
    assert_eq!(status, 0, "{text}");
    assert!(text.contains("  o  writes nixgen's, and keeps yours beside it"), "x is no answer");
    assert!(text.contains("0 to create, 3 to update, 0 to delete, 23 unchanged\nWrite this to /"));
    assert!(text.contains("[d]iff, [o]verwrite and keep your text beside it, [s]kip, [e]ject"));
    assert_eq!(text.matches("Yours against nixgen's of now:").count(), 1, "{text}");
    assert!(text.contains("what vms/cp.nix held is kept in vms/cp.nix.orig"), "{text}");
    assert_eq!(sandbox.read("vms/cp.nix.orig"), theirs);
    assert!(sandbox.read("vms/cp.nix").contains("mem = 16384"));
    sandbox.expect(0, &["check"]);
}

#[test]
fn on_a_terminal_a_file_is_skipped_and_the_rest_is_written() {
    let sandbox = edited();
    let theirs = sandbox.read("vms/cp.nix");
    let (status, text) = terminal(&sandbox, "render", &["s", "y"]);
    assert_eq!(status, 0, "{text}");
    assert!(text.contains("23 unchanged, 1 in the way\nWrite this to /"), "{text}");
    assert_eq!(sandbox.read("vms/cp.nix"), theirs);
    assert!(sandbox.read("lib/domains/vms.nix").contains("mem = 16384"));
    let checked = sandbox.expect(1, &["check"]);
    assert_eq!(checked.stdout, "edited+stale   vms/cp.nix\n");
}

#[test]
fn on_a_terminal_nothing_is_written_by_who_quits_or_declines_or_leaves() {
    for (answers, status) in [(&["q"][..], 5), (&["o", "n"], 0), (&["z"], 5)] {
        let sandbox = edited();
        let before = sandbox.tree();
        let (ended, text) = terminal(&sandbox, "render", answers);
        assert_eq!(ended, status, "{text}");
        assert!(text.contains("nothing was written"), "{text}");
        assert_eq!(sandbox.tree(), before);
    }
}

#[test]
fn on_a_terminal_a_file_is_ejected() {
    let sandbox = edited();
    let (status, text) = terminal(&sandbox, "render", &["e", "y"]);
    assert_eq!(status, 0, "{text}");
    let theirs = sandbox.read("vms/cp.nix");
    assert!(theirs.contains("vcpu = 3") && theirs.starts_with("# Ejected from nixgen"));
    assert!(!theirs.contains("Do not edit"));
    assert!(text.contains("commit it with .nixgen and nixgen.lock"), "{text}");
    let checked = sandbox.expect(0, &["check"]).stderr;
    assert!(checked.starts_with("0 to create, 0 to update, 0 to delete, 25 unchanged, 1 ejected"));
}

#[test]
fn a_folder_in_the_way_can_only_be_skipped() {
    let sandbox = Sandbox::with_config(&read("tests/golden/ok/minimal.toml"));
    fs::create_dir_all(sandbox.at("vms/cp.nix")).expect("created");
    let (status, text) = terminal(&sandbox, "render", &["o", "e", "s", "y"]);
    assert_eq!(status, 0, "{text}");
    assert!(text.contains("vms/cp.nix is a folder") && sandbox.at("vms/cp.nix").is_dir());
    assert!(sandbox.at("vms/worker.nix").exists());
}

#[test]
fn an_edited_file_that_is_not_wanted_is_kept_until_it_is_given_up() {
    let sandbox = edited();
    sandbox.expect(0, &["render", "-q", "--force"]);
    sandbox.edit("vms/worker.nix", "vcpu = 2", "vcpu = 3");
    sandbox.edit("cluster.toml", "[vms.worker]", "[vms.helper]");
    let kept = sandbox.expect(0, &["render"]);
    assert!(kept.stdout.contains("# vms/worker.nix is not wanted any more; it was edited"));
    for way in
        ["delete it", "`nixgen render --force vms/worker.nix`", "`nixgen eject vms/worker.nix`"]
    {
        assert!(kept.stderr.contains(way), "{}", kept.stderr);
    }
    let forced = sandbox.expect(0, &["render", "--force", "vms/worker.nix"]);
    assert!(forced.stdout.contains("deleted file mode"), "what is shown is done: {forced:?}");
    assert!(sandbox.read("vms/worker.nix.orig").contains("vcpu = 3"));
    assert!(!sandbox.at("vms/worker.nix").exists());
    sandbox.expect(0, &["check"]);
}

#[test]
fn what_nixgen_would_change_in_an_ejected_file_is_shown_and_merged() {
    let sandbox = Sandbox::with_config(&read("tests/golden/ok/minimal.toml"));
    sandbox.expect(0, &["render", "-q"]);
    sandbox.expect(0, &["eject", "vms/cp.nix"]);
    sandbox.expect(0, &["check"]);
    sandbox.edit("vms/cp.nix", "vcpu = 2", "vcpu = 3");
    sandbox.edit("cluster.toml", "memory = \"8GiB\"", "memory = \"16GiB\"");
    let theirs = sandbox.read("vms/cp.nix");
    let rendered = sandbox.expect(0, &["render"]);
    assert_eq!(sandbox.read("vms/cp.nix"), theirs, "it is theirs");
    for said in [
        "# vms/cp.nix was ejected. Since then nixgen would have changed:\n",
        "# +    mem = 16384;\n",
        "# and you have changed:\n",
        "# +    vcpu = 3;\n",
        "# `nixgen eject --merge vms/cp.nix` leaves 1 conflict to you\n",
    ] {
        assert!(rendered.stdout.contains(said), "{said}\n{}", rendered.stdout);
    }
    assert_eq!(sandbox.expect(1, &["check"]).stdout, "ejected+stale  vms/cp.nix\n");

    // Both lines stand side by side, so it is for the person to say.
    let merged = sandbox.expect(1, &["eject", "--merge", "vms/cp.nix"]);
    assert!(merged.stderr.contains("1 conflict: resolve"), "{}", merged.stderr);
    assert!(sandbox.read("vms/cp.nix").contains(
        "<<<<<<< yours\n    vcpu = 3;\n    mem = 8192;\n||||||| when it was ejected\n    vcpu = 2;\n    \
         mem = 8192;\n=======\n    vcpu = 2;\n    mem = 16384;\n>>>>>>> nixgen\n"
    ));
    assert_eq!(sandbox.expect(1, &["check"]).stdout, "conflict       vms/cp.nix\n");
    sandbox.expect(5, &["eject", "--merge", "vms/cp.nix"]);
    let text = sandbox.read("vms/cp.nix");
    let (head, rest) = text.split_once("<<<<<<< yours\n").expect("marks");
    let (_, tail) = rest.split_once(">>>>>>> nixgen\n").expect("marks");
    sandbox.write("vms/cp.nix", &format!("{head}    vcpu = 3;\n    mem = 16384;\n{tail}"));
    sandbox.expect(0, &["check"]);

    // Further away from each other, both come together by themselves.
    sandbox.edit("cluster.toml", "role = \"control-plane\"", "role = \"control-plane\"\nvcpu = 3");
    sandbox.write("vms/cp.nix", &(sandbox.read("vms/cp.nix") + "# mine\n"));
    sandbox.expect(0, &["render", "-q"]);
    let (status, text) = terminal(&sandbox, "eject --merge vms/cp.nix", &["y"]);
    assert_eq!(status, 0, "{text}");
    assert!(sandbox.read("vms/cp.nix").ends_with("# mine\n"));
    sandbox.expect(0, &["check"]);
}

#[test]
fn an_ejected_file_is_taken_back_by_adopting_or_deleting_it() {
    let sandbox = Sandbox::with_config(&read("tests/golden/ok/minimal.toml"));
    sandbox.expect(0, &["render", "-q"]);
    let rendered = sandbox.tree();
    sandbox.expect(0, &["eject", "vms/cp.nix", "vms/worker.nix"]);
    assert!(sandbox.at(".nixgen/base/vms/cp.nix").exists());
    sandbox.edit("vms/cp.nix", "vcpu = 2", "vcpu = 3");
    let shown = sandbox.expect(0, &["adopt", "vms/cp.nix"]);
    assert!(shown.stdout.contains("    microvm.vcpu: 3 → 2\n"), "{}", shown.stdout);
    assert!(sandbox.read("vms/cp.nix").contains("vcpu = 3"), "not before it is told to");
    sandbox.expect(0, &["adopt", "--yes", "vms/cp.nix"]);
    assert!(sandbox.read("vms/cp.nix.orig").contains("vcpu = 3"));
    fs::remove_file(sandbox.at("vms/worker.nix")).expect("removed");
    sandbox.expect(0, &["render", "-q"]);
    fs::remove_file(sandbox.at("vms/cp.nix.orig")).expect("removed");
    assert_eq!(sandbox.tree(), rendered, "no base is left behind");
}

#[test]
fn force_leaves_ejected_files_alone_unless_it_names_them() {
    let sandbox = Sandbox::with_config(&read("tests/golden/ok/minimal.toml"));
    sandbox.expect(0, &["render", "-q"]);
    sandbox.expect(0, &["eject", "vms/cp.nix"]);
    sandbox.edit("vms/cp.nix", "vcpu = 2", "vcpu = 3");
    let theirs = sandbox.read("vms/cp.nix");
    sandbox.expect(0, &["render", "--force"]);
    assert_eq!(sandbox.read("vms/cp.nix"), theirs);
    let forced = sandbox.expect(0, &["render", "--force", "vms/cp.nix"]);
    assert!(forced.stdout.contains("\n-    vcpu = 3;\n+    vcpu = 2;\n"), "{}", forced.stdout);
    assert!(sandbox.read("vms/cp.nix").contains("vcpu = 2"));
    assert_eq!(sandbox.read("vms/cp.nix.orig"), theirs);
    assert!(!sandbox.at(".nixgen").exists());
}

#[test]
fn a_lost_base_is_said_and_never_guessed() {
    let sandbox = Sandbox::with_config(&read("tests/golden/ok/minimal.toml"));
    sandbox.expect(0, &["render", "-q"]);
    sandbox.expect(0, &["eject", "vms/cp.nix"]);
    sandbox.edit("cluster.toml", "memory = \"8GiB\"", "memory = \"16GiB\"");
    // Not what nixgen wrote: merging by it would drop what is new.
    sandbox.edit(".nixgen/base/vms/cp.nix", "mem = 8192", "mem = 16384");
    let shown = sandbox.expect(1, &["diff"]).stdout;
    assert!(shown.contains("# vms/cp.nix was ejected, and what it was then is no longer in"));
    let refused = sandbox.expect(5, &["eject", "--merge", "vms/cp.nix"]);
    assert!(refused.stderr.contains("is no longer in .nixgen"), "{}", refused.stderr);
    // Ejected again, it is as it was seen.
    sandbox.expect(0, &["eject", "vms/cp.nix"]);
    sandbox.expect(0, &["render", "-q"]);
    sandbox.expect(0, &["check"]);
}

#[test]
fn an_ejected_file_of_a_removed_vm_stays_and_is_forgotten() {
    let sandbox = Sandbox::with_config(&read("tests/golden/ok/minimal.toml"));
    sandbox.expect(0, &["render", "-q"]);
    sandbox.expect(0, &["eject", "vms/worker.nix"]);
    sandbox.edit("cluster.toml", "[vms.worker]", "[vms.helper]");
    assert!(sandbox.expect(1, &["check"]).stdout.contains("ejected+orphan vms/worker.nix"));
    sandbox.expect(0, &["render", "-q"]);
    assert!(sandbox.at("vms/worker.nix").exists() && !sandbox.at(".nixgen").exists());
    sandbox.expect(0, &["check"]);
}

#[test]
fn the_layout_of_another_formatter_is_no_conflict() {
    let sandbox = Sandbox::with_config(&read("tests/golden/ok/minimal.toml"));
    sandbox.expect(0, &["render", "-q"]);
    sandbox.expect(0, &["eject", "vms/cp.nix"]);
    sandbox.edit("vms/cp.nix", "hypervisor = \"qemu\";", "hypervisor = \"qemu\"; socket = null;");
    let (_, alejandra) = alejandra::format::in_memory(String::new(), sandbox.read("vms/cp.nix"));
    sandbox.write("vms/cp.nix", &alejandra.replace('\n', "\r\n"));
    sandbox.edit("cluster.toml", "memory = \"8GiB\"", "memory = \"16GiB\"");
    sandbox.expect(0, &["render", "-q"]);
    sandbox.expect(0, &["eject", "--merge", "vms/cp.nix"]);
    let merged = sandbox.read("vms/cp.nix");
    assert!(
        merged.contains("mem = 16384;\r\n") && merged.contains("socket = null;\r\n"),
        "{merged}"
    );
    sandbox.expect(0, &["check"]);
}

#[test]
fn what_is_adopted_keeps_its_data_unless_that_is_meant() {
    let sandbox = Sandbox::with_config(&read("tests/golden/ok/minimal.toml"));
    let own = "{\n  networking.hostName = \"cp\";\n  microvm.volumes = [ { image = \"var.img\"; mountPoint = \"/var\"; size = 9; } ];\n}\n";
    sandbox.write("vms/cp.nix", own);
    let told = sandbox.expect(0, &["adopt"]).stderr;
    assert!(told.contains("DATA AT RISK on `cp`: its images are other ones now"), "{told}");
    let refused = sandbox.expect(5, &["adopt", "--yes"]).stderr;
    assert!(refused.contains("`nixgen adopt --allow data-risk` goes on"), "{refused}");
    assert_eq!(sandbox.read("vms/cp.nix"), own);
    sandbox.expect(0, &["adopt", "--yes", "--allow", "data-risk"]);
    assert_ne!(sandbox.read("vms/cp.nix"), own);
}

#[test]
fn a_state_version_is_not_adopted_away() {
    let sandbox = Sandbox::with_config(&read("tests/golden/ok/minimal.toml"));
    let own = "{\n  networking.hostName = \"box\";\n  system.stateVersion = \"23.11\";\n}\n";
    sandbox.write("hosts/box.nix", own);
    let refused = sandbox.expect(3, &["adopt", "--yes"]).stderr;
    assert!(
        refused.contains("error[NG0908]: the state version that `hosts/box.nix` sets would change"),
        "{refused}"
    );
    assert_eq!(sandbox.read("hosts/box.nix"), own);
    sandbox.edit("cluster.toml", "[cluster]", "[cluster]\nstate_version = \"23.11\"");
    sandbox.expect(0, &["adopt", "--yes"]);
}

#[test]
fn a_repository_of_before_is_adopted_file_by_file() {
    let sandbox = Sandbox::with_config(&read("tests/golden/ok/minimal.toml"));
    sandbox.expect(0, &["render", "-q"]);
    fs::remove_file(sandbox.at("nixgen.lock")).expect("removed");
    let (_, alejandra) =
        alejandra::format::in_memory(String::new(), sandbox.read("vms/worker.nix"));
    sandbox.write("vms/worker.nix", &alejandra);
    sandbox.edit("hosts/box.nix", "# ", "# Mine: ");
    sandbox.edit("vms/cp.nix", "vcpu = 2", "vcpu = 3");
    sandbox.edit("vms/cp.nix", "../modules/nixos/k8s-kubeadm-base.nix", "./mine.nix");
    sandbox.edit("lib/domains/network.nix", "{", "{ {");
    sandbox.write("docs/cluster.md", "mine\n");
    let before = sandbox.tree();
    let shown = sandbox.expect(0, &["adopt"]);
    for said in [
        "identical      bootstrap/10-init.sh\n",
        "format only    vms/worker.nix\n",
        "same options   hosts/box.nix\n",
        "differs        vms/cp.nix\n    imports: - ./mine.nix + ../modules/nixos/k8s-kubeadm-base.nix\n    microvm.vcpu: 3 → 2\n",
        "differs        lib/domains/network.nix\n    it is not valid Nix\n",
        "differs        docs/cluster.md\n    1 lines of yours, ",
    ] {
        assert!(shown.stdout.contains(said), "{said}\n{}", shown.stdout);
    }
    assert_eq!(sandbox.tree(), before, "a report is no change");
    assert!(shown.stderr.contains("nothing was written"), "{}", shown.stderr);
    let (status, text) = terminal(&sandbox, "adopt", &["n"]);
    assert_eq!((status, sandbox.tree() == before), (0, true), "{text}");
    let (status, text) = terminal(&sandbox, "adopt", &["y"]);
    assert_eq!(status, 0, "{text}");
    assert_eq!(sandbox.read("vms/worker.nix"), alejandra, "layout stays");
    assert!(!sandbox.at("vms/worker.nix.orig").exists());
    assert!(sandbox.read("hosts/box.nix.orig").contains("# Mine: "));
    assert!(sandbox.read("vms/cp.nix.orig").contains("vcpu = 3"));
    sandbox.expect(0, &["check"]);
    assert!(sandbox.expect(0, &["adopt"]).stderr.contains("nothing to take over"));
}

#[test]
fn new_nix_files_that_a_flake_does_not_see_are_named_and_added_when_asked() {
    let sandbox = Sandbox::with_config(&read("tests/golden/ok/minimal.toml"));
    git(&sandbox, &["init", "-q"]);
    sandbox.write(".gitignore", "hosts/\n");
    let rendered = sandbox.expect(0, &["render"]);
    assert!(
        rendered.stderr.contains("note: git ignores hosts/box.nix, so a flake does not see it")
    );
    assert!(rendered.stderr.contains("  git add --intent-to-add lib/adapters/microvms.nix "));
    assert_eq!(git(&sandbox, &["ls-files"]), "", "nothing is touched unasked");
    let (status, text) = terminal(&sandbox, "render --yes", &["y"]);
    assert_eq!((status, git(&sandbox, &["ls-files"]).as_str()), (0, ""), "{text}");
    sandbox.expect(0, &["render", "-q", "--git-add"]);
    let known = git(&sandbox, &["ls-files"]);
    assert!(known.contains("vms/cp.nix") && !known.contains("hosts/box") && !known.contains(".sh"));
    assert!(git(&sandbox, &["diff", "--cached", "--name-only"]).is_empty(), "only intended");
    assert!(!sandbox.expect(0, &["render"]).stderr.contains("git add"));

    // On a terminal it is asked for, together with writing.
    sandbox.edit("cluster.toml", "[vms.worker]", "[vms.helper]");
    let (status, text) = terminal(&sandbox, "render", &["y", "y"]);
    assert_eq!(status, 0, "{text}");
    assert!(text.contains("a flake does not see vms/helper.nix until git knows it"), "{text}");
    assert!(git(&sandbox, &["ls-files"]).contains("vms/helper.nix"));
}

#[test]
fn generated_files_are_marked_for_git_when_asked() {
    let config = read("tests/golden/ok/minimal.toml");
    let odd = "[outputs]\ncluster-network.path = \"modules/a b[c].nix\"\n\
               microvm-guest.path = 'modules/\"x\"ü.nix'\n";
    let sandbox = Sandbox::with_config(&format!("{config}\n{odd}"));
    git(&sandbox, &["init", "-q"]);
    sandbox.expect(0, &["render", "-q"]);
    sandbox.expect(0, &["eject", "-q", "vms/cp.nix"]);
    sandbox.expect(0, &["check"]);
    sandbox
        .write(".gitattributes", &sandbox.expect(0, &["list", "--format", "gitattributes"]).stdout);
    for (path, expected) in [
        ("vms/worker.nix", "set"),
        ("vms/cp.nix", "unspecified"),
        ("other/vms/worker.nix", "unspecified"),
        ("modules/a b[c].nix", "set"),
        ("modules/a bc.nix", "unspecified"),
        ("modules/\"x\"ü.nix", "set"),
        ("nixgen.lock", "set"),
        ("cluster.toml", "unspecified"),
    ] {
        let told = git(&sandbox, &["check-attr", "linguist-generated", "--", path]);
        assert!(told.trim_end().ends_with(&format!(" {expected}")), "{path}: {told}");
    }
}

#[test]
fn attributes_are_kept_up_once_asked_for_and_the_users_own_stay() {
    let sandbox = Sandbox::with_config(&read("tests/golden/ok/minimal.toml"));
    sandbox.write(".gitattributes", "*.png binary\n");
    sandbox.expect(0, &["render", "-q"]);
    assert_eq!(sandbox.read(".gitattributes"), "*.png binary\n", "not unless asked");
    sandbox.expect(0, &["render", "-q", "--git-attributes"]);
    let asked = sandbox.read(".gitattributes");
    assert!(asked.starts_with("*.png binary\n\n# What nixgen generates."), "{asked}");
    sandbox.expect(0, &["check"]);

    // From then on, without asking: and what a person adds stays wherever it is.
    sandbox.write(".gitattributes", &asked.replace("/vms/cp", "/mine binary\n/vms/cp"));
    sandbox.expect(0, &["eject", "-q", "vms/cp.nix"]);
    sandbox.edit("cluster.toml", "[vms.worker]", "[vms.helper]");
    sandbox.expect(0, &["render", "-q"]);
    let kept = sandbox.read(".gitattributes");
    assert!(kept.contains("/vms/helper.nix linguist-generated text eol=lf\n"), "{kept}");
    assert!(!kept.contains("/vms/worker.nix") && !kept.contains("/vms/cp.nix"), "{kept}");
    assert!(kept.starts_with("*.png binary\n") && kept.ends_with("\n/mine binary\n"), "{kept}");
    assert_eq!(sandbox.expect(0, &["render"]).stderr.matches("0 to update").count(), 1);
    assert_eq!(sandbox.read(".gitattributes"), kept);

    // Marks of a merge go, the line at the end comes back, and lines end as they did.
    let end = "# The end of what nixgen generates.\n";
    let merged = kept.replace("/vms/helper", "<<<<<<< HEAD\n/vms/helper");
    let merged = merged.replace(end, &format!("=======\n>>>>>>> b\n{end}"));
    let windows = kept.replace('\n', "\r\n");
    for (text, expected) in
        [(&merged, &kept), (&kept.replace(end, ""), &kept), (&windows, &windows)]
    {
        sandbox.write(".gitattributes", text);
        sandbox.expect(0, &["render", "-q"]);
        assert_eq!(sandbox.read(".gitattributes"), *expected);
    }

    // One of another branch is told, and what is no file is left alone.
    sandbox.write(".gitattributes", &asked);
    assert_eq!(sandbox.expect(1, &["check"]).stdout, "stale          .gitattributes\n");
    sandbox.write(".gitattributes", "*.png binary\n");
    sandbox.expect(0, &["check"]);
    fs::remove_file(sandbox.at(".gitattributes")).expect("removed");
    fs::create_dir(sandbox.at(".gitattributes")).expect("created");
    sandbox.expect(0, &["render", "-q"]);
    let refused = sandbox.expect(6, &["render", "--git-attributes"]).stderr;
    assert!(refused.contains("cannot add to ./.gitattributes: it is a folder"), "{refused}");
}

#[test]
fn git_is_neither_needed_nor_confused() {
    let sandbox = Sandbox::with_config(&read("tests/golden/ok/minimal.toml"));
    // Elsewhere, bare, and not there at all.
    let elsewhere = Sandbox::new();
    git(&elsewhere, &["init", "-q"]);
    let run = |args: &[&str], name: &str, value: &std::path::Path| {
        let output = sandbox.command(args).env(name, value).output().expect("nixgen runs");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stderr).expect("text")
    };
    let said = run(&["render"], "GIT_DIR", &elsewhere.at(".git"));
    assert!(!said.contains("flake"), "{said}");
    assert!(!run(&["render"], "PATH", elsewhere.path()).contains("git"));
    git(&sandbox, &["init", "-q", "--bare", "bare"]);
    let bare = ["render", "--out", "bare", "--git-add"];
    assert!(!run(&bare, "GIT_DIR", &elsewhere.at(".git")).contains("flake"));
}

#[test]
fn a_removed_node_leaves_with_its_steps() {
    let sandbox = Sandbox::with_example();
    sandbox.expect(0, &["render", "-q"]);
    remove_vm(&sandbox, "k8s-worker-2");
    let rendered = sandbox.expect(0, &["render"]);
    let steps = "k8s-worker-2 is gone from the description. To take it out of what runs:\n  \
                 # on k8s-master, as root\n  \
                 export KUBECONFIG=/etc/kubernetes/admin.conf\n  \
                 kubectl drain k8s-worker-2 --ignore-daemonsets --delete-emptydir-data\n  \
                 # on k8s-worker-2, as root, while the others run\n  \
                 kubeadm reset --force\n  \
                 # on k8s-master, as root\n  \
                 kubectl delete node k8s-worker-2\n  \
                 # on homelab, as root\n  \
                 systemctl stop microvm@k8s-worker-2.service\n  \
                 # its images and directories stay there until you delete them:\n  \
                 # rm -r /var/lib/microvms/k8s-worker-2\n";
    assert!(rendered.stderr.contains(steps), "{}", rendered.stderr);
    for (path, content) in sandbox.tree() {
        let is_input = path == "cluster.toml";
        let names = String::from_utf8_lossy(&content).contains("k8s-worker-2");
        assert!(is_input || !names, "{path} still names it");
    }
    assert!(!sandbox.at("vms/k8s-worker-2.nix").exists());
}

#[test]
fn the_steps_are_told_whatever_a_host_is_called() {
    let sandbox =
        Sandbox::with_config(&read("cluster.toml").replace("[hosts.homelab", "[hosts.lab-vms"));
    sandbox.expect(0, &["render", "-q"]);
    // Its module, `hosts/lab-vms.nix`, changes too, and comes before `vms.nix`.
    sandbox.edit("cluster.toml", "by-label/nixos", "by-label/root");
    remove_vm(&sandbox, "k8s-worker-2");
    let told = sandbox.expect(1, &["diff", "--format", "stat"]);
    assert!(told.stdout.contains("hosts/lab-vms.nix"), "{}", told.stdout);
    assert!(told.stderr.contains("k8s-worker-2 is gone from the description"), "{}", told.stderr);
}

/// Takes the table of a VM out of the example.
fn remove_vm(sandbox: &Sandbox, name: &str) {
    let text = sandbox.read("cluster.toml");
    let start = text.find(&format!("\n[vms.{name}]")).expect("the VM");
    let end = text[start + 1..].find("\n[vms.").map(|at| start + 1 + at).expect("another VM");
    sandbox.write("cluster.toml", &format!("{}{}", &text[..start], &text[end..]));
}

#[test]
fn a_commit_without_the_new_files_does_not_pass() {
    let sandbox = Sandbox::with_config(&read("tests/golden/ok/minimal.toml"));
    git(&sandbox, &["init", "-q"]);
    sandbox.expect(0, &["render", "-q"]);
    sandbox.expect(0, &["check", "-q"]);
    git(&sandbox, &["add", "-A"]);
    git(&sandbox, &["commit", "-qm", "one"]);
    sandbox.edit("cluster.toml", "[vms.cp]", "[vms.new]\nip = \"10.0.20.77\"\n\n[vms.cp]");
    sandbox.expect(0, &["render", "-q"]);
    git(&sandbox, &["commit", "-qam", "two"]);
    let checked = sandbox.expect(1, &["check"]);
    assert!(checked.stdout.contains("untracked      vms/new.nix"), "{}", checked.stdout);
    let message = "[NG0607]: `vms/new.nix` is not known to git, so neither a clone nor a flake";
    assert!(checked.stderr.contains(message), "{}", checked.stderr);
    let shown = sandbox.expect(1, &["check", "--format", "github"]).stdout;
    assert!(shown.contains("::error file=vms/new.nix,title=drift-untracked::"), "{shown}");
    git(&sandbox, &["add", "vms/new.nix"]);
    sandbox.expect(0, &["check", "-q"]);
}

#[test]
fn all_that_a_clone_needs_has_to_be_in_git() {
    let config = read("tests/golden/ok/minimal.toml");
    let module = "[vms.cp]\nextra_modules = [\"mine/cp.nix\"]";
    let config = config.replace("[vms.cp]", module);
    let manifests = "[workloads]\nmanifests = [\"mine/app.yaml\"]\n";
    let sandbox = Sandbox::with_config(&format!("{config}\n{manifests}"));
    sandbox.write("mine/cp.nix", "{ }\n");
    sandbox.write("mine/app.yaml", "{}\n");
    sandbox.expect(0, &["templates", "eject", "vms/vm.nix"]);
    sandbox.expect(0, &["render", "-q", "--git-attributes"]);
    sandbox.expect(0, &["eject", "-q", "docs/cluster.md"]);
    git(&sandbox, &["init", "-q"]);
    let every = [
        ".gitattributes",
        ".nixgen/base/docs/cluster.md",
        "bootstrap/10-init.sh",
        "cluster.toml",
        "docs/cluster.md",
        "mine/app.yaml",
        "mine/cp.nix",
        "nixgen.lock",
        "nixgen/templates/vms/vm.nix.tera",
    ];
    for path in every {
        git(&sandbox, &["add", "-A", "--force"]);
        sandbox.expect(0, &["check", "-q"]);
        git(&sandbox, &["rm", "-q", "--cached", path]);
        let told = sandbox.expect(1, &["check", "-q"]).stdout;
        assert_eq!(told, format!("untracked      {path}\n"));
        sandbox.write(".git/info/exclude", &format!("/{path}\n"));
        let told = sandbox.expect(1, &["check", "-q"]);
        assert_eq!(told.stdout, format!("ignored        {path}\n"));
        assert!(told.stderr.contains("is ignored by git, so neither"), "{}", told.stderr);
        let shown = sandbox.expect(1, &["check", "--format", "sarif"]).stdout;
        assert!(shown.contains("\"drift-ignored\"") && shown.contains(path), "{shown}");
        sandbox.write(".git/info/exclude", "");
    }

    // The user may mean it, and a tree of which git knows nothing is not kept by it.
    git(&sandbox, &["add", "-A", "--force"]);
    git(&sandbox, &["rm", "-q", "--cached", "docs/cluster.md", "cluster.toml"]);
    let warned = sandbox.expect(0, &["check", "--warn", "not-in-git"]);
    assert!(warned.stderr.contains("warning[NG0607]: 2 files, such as `"), "{}", warned.stderr);
    let level = |level| sandbox.expect(0, &["check", "--format", "github", level, "not-in-git"]);
    assert!(level("--warn").stdout.contains("::warning file=docs/cluster.md,"));
    assert_eq!(level("--allow").stdout, "");
    git(&sandbox, &["rm", "-rq", "--cached", "."]);
    git(&sandbox, &["add", "cluster.toml"]);
    assert_eq!(sandbox.expect(0, &["check", "-q"]).stdout, "");
}

#[test]
fn files_keep_their_line_ends_in_every_clone_once_asked() {
    let sandbox = Sandbox::with_config(&read("tests/golden/ok/minimal.toml"));
    sandbox.expect(0, &["render", "-q"]);
    let plain = sandbox.expect(0, &["list", "--format", "gitattributes"]).stdout;
    let old = plain.replace(" text eol=lf", "");
    let block = |lines: &str| {
        let begin =
            "# What nixgen generates. `nixgen render` keeps the lines from here to the end:";
        format!("{begin}\n{lines}# The end of what nixgen generates.\n")
    };
    // Lines of an older version make room.
    sandbox.write(".gitattributes", &block(&old));
    sandbox.expect(0, &["render", "-q"]);
    assert_eq!(sandbox.read(".gitattributes"), block(&plain));
    git(&sandbox, &["init", "-q", "-b", "main"]);
    git(&sandbox, &["add", "-A"]);
    git(&sandbox, &["commit", "-qm", "all"]);
    let clone = Sandbox::new();
    let from = sandbox.path().to_str().expect("text");
    git(&clone, &["-c", "core.autocrlf=true", "clone", "-q", from, "."]);
    assert!(clone.read("cluster.toml").contains("\r\n"));
    for path in ["bootstrap/10-init.sh", "vms/cp.nix", "k8s/flannel.yaml", "nixgen.lock"] {
        assert_eq!(clone.read(path), sandbox.read(path), "{path}");
    }
    clone.expect(0, &["check", "-q"]);

    // A script that has lost them gets them back when it is replaced.
    let script = clone.read("bootstrap/10-init.sh").replace('\n', "\r\n");
    clone.write("bootstrap/10-init.sh", &script);
    clone.edit("cluster.toml", "memory = \"8GiB\"", "ip = \"10.0.20.12\"");
    clone.expect(0, &["render", "-q", "--allow", "data-risk"]);
    assert!(!clone.read("bootstrap/10-init.sh").contains('\r'));
}

#[test]
fn forges_are_told_of_files_from_the_root_of_the_repository() {
    let sandbox = Sandbox::new();
    git(&sandbox, &["init", "-q", "repository"]);
    sandbox.write("repository/infra/cluster.toml", &read("tests/golden/ok/minimal.toml"));
    std::os::unix::fs::symlink("repository/infra", sandbox.at("link")).expect("linked");
    for (folder, config) in [
        ("repository/infra", "cluster.toml"),
        ("repository/infra", "../infra/cluster.toml"),
        ("repository", "infra/cluster.toml"),
        (".", "repository/infra/cluster.toml"),
        (".", "link/cluster.toml"),
    ] {
        let check = |format: &str| {
            let mut command = sandbox.command(&["check", "--config", config, "--format", format]);
            let shown = command.current_dir(sandbox.at(folder)).output().expect("it runs").stdout;
            String::from_utf8(shown).expect("text")
        };
        let shown = check("github");
        assert!(shown.contains("file=infra/bootstrap/10-init.sh,"), "{folder} {config}: {shown}");
        let shown = check("sarif");
        assert!(shown.contains("\"uri\": \"infra/vms/cp.nix\""), "{folder} {config}: {shown}");
    }
}
