//! Templates of the user's in place of nixgen's own.

use std::os::unix::fs::symlink;

use crate::support::{Sandbox, read};
use nixgen::render::overrides::MAX_BYTES;

const VM: &str = "nixgen/templates/vms/vm.nix.tera";

fn minimal() -> Sandbox {
    Sandbox::with_config(&read("tests/golden/ok/minimal.toml"))
}

/// A sandbox with a template for MicroVMs.
fn with_vm(template: &str) -> Sandbox {
    let sandbox = minimal();
    sandbox.write(VM, template);
    sandbox
}

/// What rendering says of it: nothing is written.
fn said(sandbox: &Sandbox) -> String {
    let before = sandbox.tree();
    let ran = sandbox.expect(4, &["render", "--color", "never"]);
    assert_eq!(sandbox.tree(), before, "nothing is written");
    assert!(!ran.stderr.contains("bug of nixgen"), "{}", ran.stderr);
    ran.stderr
}

#[test]
fn an_ejected_template_makes_what_it_made_before() {
    let sandbox = Sandbox::with_example();
    sandbox.expect(0, &["render", "-q"]);
    let listed = sandbox.expect(0, &["templates", "list"]).stdout;
    let names: Vec<&str> =
        listed.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.len() > 20 && names.contains(&"vms/vm.nix"), "{listed}");
    let mut args = vec!["templates", "eject"];
    args.extend(&names);
    let said = sandbox.expect(0, &args).stderr;
    assert!(said.contains(&format!("{VM} is now the template of `vms/vm.nix`\n")), "{said}");
    assert_eq!(sandbox.expect(0, &["check"]).stderr.matches("warning").count(), 0);
    let own = sandbox.expect(0, &["templates", "list"]).stdout;
    assert!(own.lines().all(|line| line.contains("nixgen/templates/")), "{own}");
}

#[test]
fn a_template_of_the_users_is_escaped_and_judged_as_ours() {
    let sandbox = minimal();
    sandbox.expect(0, &["templates", "eject", "vms/vm.nix.tera"]);
    sandbox.edit(VM, "  microvm = {", "  services.greeter.text = {{ name }};\n  microvm = {");
    sandbox.expect(0, &["render", "-q"]);
    assert!(sandbox.read("vms/cp.nix").contains("  services.greeter.text = \"cp\";\n"));
    sandbox.edit(VM, "{{ name }};\n  microvm", "{{ name | safe }};\n  microvm");
    assert!(said(&sandbox).contains("`safe` would make code of a value"));
    sandbox.edit(VM, "{{ name | safe }}", "undefinedName");
    let said = said(&sandbox);
    assert!(said.contains("error[NG0804]: `undefinedName`"), "{said}");
    assert_eq!(said.matches("error[").count(), 1, "once for all files: {said}");
}

#[test]
fn users_write_nix_of_their_own_in_their_templates() {
    let sandbox = with_vm(
        "{ pkgs, lib, ... }:\nlet unused = 1; in rec {\n  networking.hostName = {{ name }};\n  \
         services.nginx.enable = (true);\n  own.option.set = lib.mkForce (pkgs.hello);\n  \
         environment.systemPackages = with pkgs; [ git ];\n  boot.kernelParams = \"a\";\n}\n",
    );
    sandbox.expect(0, &["render", "-q"]);
    assert!(sandbox.read("vms/cp.nix").contains("with pkgs;"));
    sandbox.edit(VM, "own.option.set", "networking.hostName");
    assert!(said(&sandbox).contains("`networking.hostName` has two values"));
    sandbox.edit(VM, "networking.hostName = lib", "own = libb");
    assert!(said(&sandbox).contains("`libb` is not bound here; `lib` is"));
    // Whoever names a list of options wants it to be the law.
    sandbox.edit(VM, "libb", "lib");
    sandbox.write("options.json", &read("tests/golden/options.json"));
    let ran = sandbox.expect(4, &["diff", "--color", "never", "--options", "options.json"]);
    assert!(ran.stderr.contains(&format!("--> {VM}:7:")), "{}", ran.stderr);
    assert!(ran.stderr.contains("`boot.kernelParams` takes list of string"), "{}", ran.stderr);
}

#[test]
fn what_a_template_refers_to_may_be_on_disk() {
    let sandbox =
        with_vm("{\n  networking.hostName = {{ name }};\n  imports = [ ./own.nix ];\n}\n");
    let said = said(&sandbox);
    let place = format!("{VM}:3:");
    let missing = "`vms/own.nix` is neither rendered nor there";
    assert!(said.contains(missing) && said.contains(&place), "{said}");
    sandbox.write("vms/own.nix", "{ }\n");
    sandbox.expect(0, &["render", "-q"]);
}

#[test]
fn a_mistake_is_named_in_the_users_file() {
    for (template, place, what) in [
        ("{ }\n{% if %}\n", ":2:7", "error[NG0804]: "),
        ("{\n  a = {{ nam }};\n}\n", ":2:10", "nam"),
        ("{\n  a = {{ name | nope }};\n}\n", ":2:", "nope"),
        ("{\n  # x\n  a = ;\n}\n", ":3:3", "`;` cannot stand here"),
        ("{\n  a = [ {{ name }};\n}\n", ":2:3", "`;` cannot stand here"),
        ("{% include \"vms/vm.nix\" %}", "", "Circular include"),
        ("{ }{% for i in [1] %}\n", ":", "end"),
        // Neither without an end, nor anything but what it is given.
        ("{% for i in range(end=100001) %}{% endfor %}", ":", "range"),
        ("{% component a() %}{{ <a/> }}{% endcomponent a %}{{ <a/> }}", "", "recursion depth"),
        ("{% include \"/etc/hostname\" %}", "", "/etc/hostname"),
        ("{% include \"../vms/vm.nix.tera\" %}", "", "../vms/vm.nix.tera"),
        ("{{ get_env(name=\"HOME\") }}", ":1:", "get_env"),
        ("{{ load_data(path=\"/etc/hostname\") }}", ":1:", "load_data"),
        ("{{ now() }}", ":1:", "now"),
    ] {
        let said = said(&with_vm(template));
        assert!(said.contains(&format!("--> {VM}{place}")), "{template}: {said}");
        assert!(said.contains(what), "{template}: {said}");
        assert!(said.matches("error[").count() <= 3, "{template}: {said}");
    }
    let json = with_vm("{ a = ; }").run(&["render", "--message-format", "json"]);
    let object: serde_json::Value =
        serde_json::from_str(json.stderr.lines().next().expect("a line")).expect("an object");
    assert_eq!((&object["code"], &object["path"]), (&"NG0804".into(), &VM.into()));
}

#[test]
fn text_that_grows_without_an_end_is_stopped_before_memory_is() {
    for (grows, line) in [
        ("{% set_global s = s ~ s %}", 3),
        ("{% set_global s = s | replace(from=\"a\", to=\"aaaaaaaaaa\") %}", 3),
        ("{% set_global s = [s, s] | join(sep=\"\") %}", 3),
        ("{% set_global t %}{{ s }}{{ s }}{% endset %}{% set_global s = t %}", 1),
    ] {
        let loops = "{% for i in range(end=100) %}";
        let said = said(&with_vm(&format!(
            "{{% set s = \"aaaa\" %}}\n{loops}\n{grows}\n{{% endfor %}}\n{{ }}\n"
        )));
        assert!(
            said.contains("error[NG0804]: it takes more than 512 MiB of memory"),
            "{grows}: {said}"
        );
        let place = if line == 1 { format!("--> {VM}\n") } else { format!("--> {VM}:{line}:1\n") };
        assert!(said.contains(&place), "{grows}: {said}");
    }
}

#[test]
fn what_is_no_template_is_told() {
    let sandbox = minimal();
    for (path, text) in [
        ("nixgen/templates/vms/vn.nix.tera", "{ }"),
        ("nixgen/templates/vms/host.nix", "{ }"),
        ("nixgen/templates/.swp", "hidden"),
        ("nixgen/templates/vms/vm.nix.tera~", "of an editor"),
    ] {
        sandbox.write(path, text);
    }
    let outside = Sandbox::new();
    outside.write("secret", "token");
    let at = |path: &str| sandbox.at(&format!("nixgen/templates/{path}"));
    std::fs::create_dir_all(at("hosts")).expect("a folder");
    symlink(outside.at("secret"), at("hosts/host.nix.tera")).expect("linked");
    symlink(outside.path(), at("k8s")).expect("linked");
    std::fs::write(at("flake.nix.tera"), [b'{', 0xff]).expect("written");
    let large = std::fs::File::create(at("vms/vm.nix.tera")).expect("created");
    large.set_len(MAX_BYTES as u64 + 1).expect("a sparse file");
    let said = said(&sandbox);
    for message in [
        "error[NG0802]: nixgen has no template `vms/vn.nix`",
        "did you mean `vms/vm.nix.tera`?",
        "error[NG0802]: nixgen has no template `vms/host.nix`",
        "error[NG0803]: a template cannot be a symbolic link\n--> nixgen/templates/hosts/host.nix.tera",
        "error[NG0803]: a template cannot be a symbolic link\n--> nixgen/templates/k8s",
        "error[NG0803]: the file is not UTF-8 text here",
        "error[NG0803]: the file is larger than 1 MiB",
    ] {
        assert!(said.replace(" -->", "-->").contains(message), "{message}\n{said}");
    }
    assert_eq!(said.matches("error[").count(), 6, "{said}");
    assert!(!said.contains("token"));
}

#[test]
fn a_changed_original_is_told_until_the_base_is_written() {
    let sandbox = minimal();
    sandbox.expect(0, &["templates", "eject", "vms/vm.nix"]);
    let text = sandbox.read(VM);
    let base = text.split(['{', ' ']).nth(6).expect("the base").to_owned();
    sandbox.write(VM, &text.replacen(&base, "0123456789abcdef", 1));
    let stale = sandbox.expect(0, &["render", "-q", "--color", "never"]).stderr;
    assert!(stale.contains("warning[NG0805]: nixgen's own `vms/vm.nix` has changed"), "{stale}");
    assert!(stale.contains(&format!("{VM}:1:29")) && stale.contains(&base), "{stale}");
    let listed = sandbox.expect(0, &["templates", "list"]).stdout;
    assert!(listed.contains(&format!("{VM} (stale)")), "{listed}");
    sandbox.edit(VM, "0123456789abcdef", &base);
    assert_eq!(sandbox.expect(0, &["check"]).stderr.matches("warning").count(), 0);
}

#[test]
fn eject_overwrites_nothing_and_leaves_the_folder_only_for_itself() {
    let sandbox = with_vm("{ }");
    let refused = sandbox.expect(5, &["templates", "eject", "hosts/host.nix", "vms/vm.nix"]);
    assert!(refused.stderr.contains(&format!("{VM} is there already")), "{}", refused.stderr);
    assert!(!sandbox.at("nixgen/templates/hosts").exists(), "all or none");
    let unknown = sandbox.expect(2, &["templates", "eject", "vms/vn.nix"]);
    assert!(unknown.stderr.contains("did you mean `vms/vm.nix`?"), "{}", unknown.stderr);

    let sandbox = minimal();
    let outside = Sandbox::new();
    symlink(outside.path(), sandbox.at("nixgen")).expect("linked");
    sandbox.expect(5, &["templates", "eject", "vms/vm.nix"]);
    assert!(outside.tree().is_empty());
}

#[test]
fn a_file_of_the_programs_name_is_no_folder_of_templates() {
    let sandbox = minimal();
    sandbox.write("nixgen", "the program itself");
    sandbox.expect(0, &["render", "-q"]);
    std::fs::remove_file(sandbox.at("nixgen")).expect("removed");
    sandbox.write("nixgen/templates", "{ }");
    assert!(said(&sandbox).contains("NG0803"));
}

#[test]
fn the_folder_is_beside_the_file_and_can_be_another() {
    let sandbox = Sandbox::with_config(&read("tests/golden/ok/minimal.toml").replacen(
        "[cluster]",
        "[cluster]\ntemplates = \"own/t\"",
        1,
    ));
    sandbox.expect(0, &["templates", "eject", "vms/vm.nix"]);
    sandbox.edit("own/t/vms/vm.nix.tera", "networking.hostName", "# mine\n  networking.hostName");
    sandbox.expect(0, &["render", "-q", "--out", "tree"]);
    assert!(sandbox.read("tree/vms/cp.nix").contains("# mine\n"));
}

#[test]
fn show_prints_a_template_and_what_it_is_given() {
    let sandbox = minimal();
    let shown = sandbox.expect(0, &["templates", "show", "vms/vm.nix"]);
    assert_eq!(shown.stdout, read("templates/vms/vm.nix.tera"));
    let context = sandbox.expect(0, &["templates", "show", "--context", "vms/vm.nix"]);
    let values: serde_json::Value = serde_json::from_str(&context.stdout).expect("JSON");
    assert_eq!((&values["name"], &values["mem"]), (&"cp".into(), &8192.into()));
    assert!(context.stderr.contains("vms/cp.nix"), "{}", context.stderr);
    let none = sandbox.expect(2, &["templates", "show", "--context", "k8s/ollama.yaml"]);
    assert!(none.stderr.contains("makes no file of this cluster"), "{}", none.stderr);
    // Ours can be read without any cluster.
    Sandbox::new().expect(0, &["templates", "show", "vms/vm.nix"]);
}
