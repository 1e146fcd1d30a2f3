//! The program as a person meets it who types: in a folder below, with variables, on a
//! terminal of some width, and with what a shell completes.

use std::fs;
use std::process::Command;

use crate::support::{Ran, Sandbox, TODAY, read};

fn minimal() -> Sandbox {
    Sandbox::with_config(&read("tests/golden/ok/minimal.toml"))
}

/// A run in a folder of the sandbox, with variables.
fn run_in(sandbox: &Sandbox, folder: &str, variables: &[(&str, &str)], args: &[&str]) -> Ran {
    let mut command = sandbox.command(args);
    command.current_dir(sandbox.at(folder)).envs(variables.iter().copied());
    Ran::of(command.output().expect("nixgen runs"))
}

/// What a shell shows on a terminal (`script` of util-linux makes it).
fn on_terminal(sandbox: &Sandbox, script: &str) -> String {
    let output = Command::new("sh")
        .args(["-c", "printf 'n\\n' | script -qfec \"$0\" typescript >/dev/null", script])
        .env("NIXGEN", env!("CARGO_BIN_EXE_nixgen"))
        .env("SOURCE_DATE_EPOCH", TODAY)
        .env_remove("NO_COLOR")
        .current_dir(sandbox.path())
        .output()
        .expect("script runs");
    assert!(output.stderr.is_empty(), "{output:?}");
    sandbox.read("typescript").replace("\r\n", "\n")
}

#[test]
fn without_a_terminal_render_asks_for_yes() {
    let sandbox = minimal();
    let before = sandbox.tree();
    let refused = sandbox.expect(5, &["--verbose", "render"]);
    assert!(refused.stdout.contains("+++ b/vms/cp.nix"), "{}", refused.stdout);
    let said = "error: refused: nobody is there to be asked; nothing was written\n  \
                `nixgen render --yes` writes without asking.\n";
    assert!(refused.stderr.ends_with(said), "{}", refused.stderr);
    assert_eq!(sandbox.tree(), before);
    let written = sandbox.expect(0, &["render", "--yes"]).stderr;
    let files = sandbox.tree().len() - before.len() - 1;
    assert!(written.contains(&format!("\n{files} created\n")), "{written}");
    // Where nothing is to do there is nothing to ask.
    sandbox.expect(0, &["--verbose", "render"]);
    sandbox.edit("cluster.toml", "[vms.worker]", "[vms.other]");
    let written = sandbox.expect(0, &["render", "--yes"]).stderr;
    assert!(written.lines().any(|line| line == "2 created, 3 updated, 2 deleted"), "{written}");
}

#[test]
fn the_file_of_a_folder_above_is_found() {
    let sandbox = minimal();
    let below = "notes/today";
    fs::create_dir_all(sandbox.at(below)).expect("folders");
    let run = |status: i32, args: &[&str]| {
        let ran = run_in(&sandbox, below, &[], args);
        assert_eq!(ran.status, status, "{args:?} {ran:?}");
        ran
    };
    let note = "note: ../../cluster.toml is read, as there is none here\n";
    let (there, here) = (run(1, &["diff"]), sandbox.expect(1, &["diff"]));
    assert_eq!(there.stdout, here.stdout);
    assert_eq!(there.stderr, format!("{note}{}", here.stderr));
    let init = Command::new("git").args(["init", "-q"]).current_dir(sandbox.path()).status();
    assert!(init.expect("git runs").success());
    // What is to be typed counts from where one is.
    let add = "\n  git add --intent-to-add ../../hosts/box.nix ";
    assert!(run(0, &["render"]).stderr.contains(add));
    assert!(sandbox.read("nixgen.lock").contains("vms/cp.nix"));
    assert_eq!(
        run(0, &["check", "-q"]),
        Ran { status: 0, stdout: String::new(), stderr: String::new() }
    );
    sandbox.edit("cluster.toml", "8GiB", "8 parsecs");
    assert!(run(3, &["validate"]).stderr.contains("../../cluster.toml:"));
    // A new one is for the folder that one is in.
    assert!(!run(0, &["init", "--minimal"]).stderr.contains("read, as"));
    let here = run(0, &["validate"]).stderr;
    assert!(here.contains("  --> cluster.toml:") && !here.contains("read, as"), "{here}");
    // A repository ends the search, and so does a name.
    sandbox.write("notes/.git/HEAD", "ref: refs/heads/main\n");
    fs::remove_file(sandbox.at("notes/today/cluster.toml")).expect("removed");
    let lost = run(6, &["validate"]).stderr;
    assert!(lost.contains("cannot read the configuration cluster.toml"), "{lost}");
    assert!(lost.contains("`nixgen init`"), "{lost}");
    run(3, &["validate", "-c", "../../cluster.toml"]);
}

#[test]
fn a_variable_stands_in_for_each_option() {
    let sandbox = minimal();
    sandbox.write("lab/cluster.toml", &read("tests/golden/ok/minimal.toml"));
    let run = |variables: &[(&str, &str)], args: &[&str]| run_in(&sandbox, ".", variables, args);
    let lab = run(&[("NIXGEN_CONFIG", "lab/cluster.toml")], &["validate"]);
    assert!(lab.stderr.starts_with("lab/cluster.toml is valid"), "{}", lab.stderr);
    let options = run(&[("NIXGEN_OPTIONS", "absent.json")], &["validate"]);
    assert!(options.stderr.contains("absent.json"), "{}", options.stderr);
    assert_eq!(run(&[("NIXGEN_OUT", "tree")], &["render", "-q"]).status, 0);
    assert!(sandbox.at("tree/vms").exists() && !sandbox.at("vms").exists());
    let denied = "missing-module missing-output";
    let strict = run(&[("NIXGEN_DENY", denied)], &["validate"]);
    assert_eq!(strict.status, 0, "{}", strict.stderr);
    for name in ["NIXGEN_WARN", "NIXGEN_ALLOW"] {
        assert_eq!(run(&[(name, "not-in-git no-admin")], &["validate"]).status, 0, "{name}");
    }
    assert!(run(&[("NIXGEN_COLOR", "always")], &["list"]).stdout.contains('\u{1b}'));
    let json = run(&[("NIXGEN_MESSAGE_FORMAT", "json")], &["validate"]).stderr;
    assert!(json.starts_with("{\"kind\":\"note\""), "{json}");
    assert_eq!(run(&[("NIXGEN_QUIET", "1")], &["validate"]).stderr, "");
    assert!(run(&[("NIXGEN_QUIET", "0")], &["validate"]).stderr.contains("is valid"));
    let verbose = run(&[("NIXGEN_VERBOSE", "yes"), ("NIXGEN_OUT", "tree")], &["check"]);
    assert!(verbose.stdout.starts_with("clean "), "{}", verbose.stdout);

    // Each is in the help, and none of them was forgotten here.
    let help = sandbox.expect(0, &["validate", "--help"]).stdout;
    let (_, options) = help.split_once("Options:\n").expect("options");
    let flags = options.split("\n  -").flat_map(|part| part.split("\n      --"));
    let without: Vec<&str> = flags
        .filter(|part| !part.contains("[env: NIXGEN_"))
        .filter_map(|part| {
            part.split_whitespace().find(|word| {
                word.starts_with(|c: char| c.is_alphabetic() || c == '-') && word.len() > 2
            })
        })
        .collect();
    assert_eq!(without, ["no-color", "--help"], "{help}");
}

#[test]
fn a_flag_goes_before_a_variable() {
    let sandbox = minimal();
    let run = |variables: &[(&str, &str)], args: &[&str]| run_in(&sandbox, ".", variables, args);
    let flag = run(&[("NIXGEN_CONFIG", "absent.toml")], &["validate", "-c", "cluster.toml"]);
    assert_eq!(flag.status, 0, "{}", flag.stderr);
    assert_eq!(run(&[("NIXGEN_CONFIG", "")], &["validate"]).status, 0, "empty is none");
    let both = run(&[("NIXGEN_QUIET", "1")], &["check", "-v"]);
    assert!(both.stderr.contains("to create"), "{}", both.stderr);
    let plain = run(&[("NIXGEN_COLOR", "always")], &["list", "--no-color"]);
    assert!(!plain.stdout.contains('\u{1b}'), "{}", plain.stdout);
    assert_eq!(run(&[], &["check", "-v", "-q"]).status, 2);
    assert_eq!(run(&[], &["check", "--no-color", "--color", "always"]).status, 2);
    for (name, value) in [("NIXGEN_COLOR", "blue"), ("NIXGEN_ALLOW", "no-admni")] {
        let wrong = run(&[(name, value)], &["validate"]);
        assert_eq!(wrong.status, 2, "{wrong:?}");
        let said = format!("the value is that of the variable {name}");
        assert!(wrong.stderr.contains(&said), "{}", wrong.stderr);
    }
}

#[test]
fn how_files_stand_has_colours() {
    let sandbox = minimal();
    sandbox.expect(0, &["render", "-q"]);
    sandbox.edit("vms/cp.nix", "vcpu = 2", "vcpu = 3");
    fs::remove_file(sandbox.at("vms/worker.nix")).expect("removed");
    let listed = sandbox.expect(0, &["list", "--color", "always"]).stdout;
    for line in [
        "\u{1b}[31medited        \u{1b}[0m vms/cp.nix\n",
        "\u{1b}[33mmissing       \u{1b}[0m vms/worker.nix\n",
        "\u{1b}[32mclean         \u{1b}[0m hosts/box.nix\n",
    ] {
        assert!(listed.contains(line), "{listed:?}");
    }
    let checked = sandbox.expect(1, &["check", "--color", "always"]).stdout;
    assert!(checked.contains("\u{1b}[31medited        \u{1b}[0m vms/cp.nix\n"), "{checked:?}");
    assert!(!sandbox.expect(1, &["check"]).stdout.contains('\u{1b}'));
}

#[test]
fn the_question_reminds_of_warnings() {
    let sandbox = minimal();
    let asked = on_terminal(&sandbox, "$NIXGEN render");
    assert!(asked.contains("\nWrite this to /"), "{asked}");
    // A finding about the users, of whom none is left.
    sandbox.edit("cluster.toml", "users.admin", "labels.mine = \"yes\"\n# users.admin");
    let asked = on_terminal(&sandbox, "$NIXGEN render");
    assert!(asked.contains("1 warning above. Write this to /"), "{asked}");
}

#[test]
fn lines_are_as_long_as_the_terminal_is_wide() {
    let sandbox = minimal();
    sandbox.edit("cluster.toml", "[vms.cp]", "[vms.cp]\nnixos.services.fstrim.enable = \"yes\"");
    for command in ["validate", "explain NG0203", "explain vms.memory", "explain vms", "diff"] {
        let shown = on_terminal(
            &sandbox,
            &format!("stty cols 60 rows 40; $NIXGEN {command} --color never"),
        );
        let is_prose = |line: &&str| {
            !(line.starts_with("    ")
                || line.starts_with("Script ")
                || line.contains(" | ")
                || line.starts_with(['+', '-']))
        };
        // What said that something is at work was written over.
        let seen = shown.lines().filter_map(|line| line.rsplit('\r').next());
        let long: Vec<&str> =
            seen.filter(is_prose).filter(|line| line.chars().count() > 60).collect();
        assert!(long.is_empty(), "{command}: {long:#?}");
        assert!(shown.lines().count() > 5, "{shown}");
    }
    // Where nobody sits lines are whole.
    let whole = run_in(&sandbox, ".", &[("COLUMNS", "60")], &["validate"]).stderr;
    assert!(whole.lines().any(|line| line.len() > 80), "{whole}");
    // A terminal that does not know how wide it is.
    let shown = on_terminal(&sandbox, "stty cols 0; COLUMNS=60 $NIXGEN explain vms --color never");
    assert!(
        shown.lines().skip(1).all(|line| line.starts_with("Script ") || line.chars().count() <= 60),
        "{shown}"
    );
}

#[test]
fn what_takes_long_says_so() {
    let sandbox = Sandbox::new();
    sandbox.write("flake.nix", "{ outputs = _: { nixosConfigurations = { }; }; }\n");
    sandbox.write(
        "bin/nix",
        "#!/bin/sh\nuntil grep -q 'asking Nix … 1 s' typescript; do :; done\necho '{}'\n",
    );
    let shown = on_terminal(&sandbox, "chmod +x bin/nix; PATH=$PWD/bin:$PATH $NIXGEN init");
    assert!(shown.contains("\rasking Nix … 1 s"), "{shown}");
    assert!(shown.contains("is what this repository says"), "{shown}");
}

/// What bash offers for the last of the words.
fn completed(script: &str, words: &[&str]) -> Vec<String> {
    let ask = format!(
        "source {script}; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); \
         _nixgen nixgen \"${{@: -1}}\" \"${{@: -2:1}}\"; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    );
    let output = Command::new("bash").args(["-c", &ask, "bash"]).args(words).output();
    let output = output.expect("bash runs");
    String::from_utf8(output.stdout).expect("text").lines().map(str::to_owned).collect()
}

#[test]
fn shells_complete_codes_keys_templates_and_states() {
    let sandbox = Sandbox::new();
    sandbox.write("bash", &sandbox.expect(0, &["completions", "bash"]).stdout);
    let script = sandbox.at("bash").display().to_string();
    for (words, offered) in [
        (&["nixgen", "explain", "NG0203"][..], "NG0203"),
        (&["nixgen", "explain", "duplicate-ad"], "duplicate-address"),
        (&["nixgen", "explain", "vms.mem"], "vms.memory"),
        (&["nixgen", "check", "--allow", "no-ad"], "no-admin"),
        (&["nixgen", "templates", "show", "vms/"], "vms/vm.nix"),
        (&["nixgen", "templates", "eject", "hosts/"], "hosts/host.nix"),
        (&["nixgen", "list", "--state", "edited+s"], "edited+stale"),
        (&["nixgen", "graph", "--format", "sv"], "svg"),
    ] {
        assert_eq!(completed(&script, words), [offered], "{words:?}");
    }
    // They are too many for a page.
    assert!(!sandbox.expect(0, &["explain", "--help"]).stdout.contains("possible values"));
    assert!(!sandbox.expect(0, &["man"]).stdout.contains("duplicate\\-address]"));
}

/// The examples in the help of a command, or in that of one of `templates`.
fn examples(sandbox: &Sandbox, command: &[&str]) -> Vec<String> {
    let help = sandbox.expect(0, &[command, &["--help"]].concat()).stdout;
    let (_, examples) = help.split_once("\nExamples:\n").unwrap_or_else(|| panic!("{help}"));
    let lines = examples.lines().take_while(|line| line.starts_with("  nixgen"));
    let command = |line: &str| line.trim().split("  ").next().map(str::to_owned);
    lines.filter_map(command).collect()
}

#[test]
fn the_examples_of_each_command_can_be_typed() {
    let empty = Sandbox::new();
    let names = |args: &[&str]| {
        let help = empty.expect(0, args).stdout;
        let (_, names) = help.split_once("Commands:\n").expect("commands");
        let names = names.lines().take_while(|line| line.starts_with("  "));
        let names =
            names.filter_map(|line| line.strip_prefix("  ")?.split(' ').next().map(str::to_owned));
        names.filter(|name| !name.is_empty() && name != "help").collect::<Vec<_>>()
    };
    let mut commands: Vec<Vec<String>> =
        names(&["--help"]).into_iter().map(|it| vec![it]).collect();
    commands.extend(
        names(&["templates", "--help"]).into_iter().map(|it| vec!["templates".to_owned(), it]),
    );
    assert!(commands.len() >= 18, "{commands:?}");
    for command in &commands {
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        let sandbox = if words == ["init"] { Sandbox::new() } else { rendered() };
        for example in examples(&empty, &words) {
            let ran = typed(&sandbox, &example);
            let right: &[i32] = match words[..] {
                // There is neither a cluster nor anything to merge.
                ["status"] => &[6],
                ["eject"] if example.contains("--merge") => &[5],
                ["diff"] => &[0, 1],
                _ => &[0],
            };
            assert!(right.contains(&ran.status), "{example}: {ran:?}");
            if words == ["init"] {
                fs::remove_file(sandbox.at("cluster.toml")).expect("removed");
            }
        }
    }
}

/// A tree as the examples take it to be.
fn rendered() -> Sandbox {
    let sandbox = Sandbox::with_example();
    sandbox.write("lab/cluster.toml", &read("cluster.toml"));
    for folder in [".local/share/bash-completion/completions", ".zfunc", ".config/fish/completions"]
    {
        fs::create_dir_all(sandbox.at(folder)).expect("folders");
    }
    let commands = "nixgen render --yes -q && git init -q && git add . && git -c user.name=n -c user.email=n@n commit -qm one";
    let ran = typed(&sandbox, commands);
    assert_eq!(ran.status, 0, "{ran:?}");
    sandbox
}

/// A line as somebody types it.
fn typed(sandbox: &Sandbox, line: &str) -> Ran {
    let ours = std::path::Path::new(env!("CARGO_BIN_EXE_nixgen")).parent().expect("a folder");
    let path = format!("{}:{}", ours.display(), std::env::var("PATH").expect("a path"));
    let mut command = Command::new("bash");
    command.args(["-c", line]).current_dir(sandbox.path()).env("PATH", path);
    command.env("HOME", sandbox.path()).env("SOURCE_DATE_EPOCH", TODAY);
    Ran::of(command.stdin(std::process::Stdio::null()).output().expect("bash runs"))
}
