//! What `nixgen adopt` tells of files that were written by hand.

use crate::support::{Sandbox, read};

/// A repository with a worker by hand, and with a module of the user's for it.
fn by_hand(own: &str) -> Sandbox {
    let module = "role = \"worker\"\nextra_modules = [\"modules/mine.nix\"]";
    let config = read("tests/golden/ok/minimal.toml").replacen("role = \"worker\"", module, 1);
    let sandbox = Sandbox::with_config(&config);
    sandbox.write(
        "modules/mine.nix",
        "{ services.vault.port = 8200; environment.systemPackages = [ ]; }",
    );
    sandbox.expect(0, &["render", "-q"]);
    std::fs::remove_file(sandbox.at("nixgen.lock")).expect("there");
    let rendered = sandbox.read("vms/worker.nix");
    let start = rendered.find("  networking.hostName").expect("its name");
    sandbox.write("vms/worker.nix", &format!("{}{own}{}", &rendered[..start], &rendered[start..]));
    sandbox
}

fn told(sandbox: &Sandbox) -> String {
    let told = sandbox.expect(0, &["adopt", "vms/worker.nix"]).stdout;
    told.strip_prefix("differs        vms/worker.nix\n").unwrap_or(&told).to_owned()
}

#[test]
fn what_goes_on_in_a_module_of_the_users_is_not_lost() {
    let sandbox = by_hand("services.vault.port = 8200;\n  services.nginx.enable = true;\n");
    assert_eq!(
        told(&sandbox),
        "    lost    services.nginx.enable = true\n    moved   services.vault.port: to modules/mine.nix\n"
    );
    // Nor is what nixgen says in another file of the same machine, but for another one's.
    let sandbox = by_hand(
        "virtualisation.containerd.enable = true;\n  boot.kernelModules = [ \"overlay\" ];\n",
    );
    let told = told(&sandbox);
    assert!(
        told.contains("moved   boot.kernelModules: to modules/nixos/k8s-kubeadm-base.nix")
            && told.contains("moved   virtualisation.containerd.enable: to modules/nixos/"),
        "{told}"
    );
}

#[test]
fn what_a_machine_cannot_be_without_leads() {
    let sandbox = by_hand(
        "programs.vim.enable = true;\n  services.openssh.ports = [ 2222 ];\n  \
         fileSystems.\"/srv\".device = \"/dev/sdb\";\n  users.users.me.isNormalUser = true;\n",
    );
    let told = told(&sandbox);
    let order: Vec<&str> =
        told.lines().map(|line| line.split_whitespace().nth(1).expect("a path")).collect();
    assert_eq!(
        order,
        [
            "fileSystems.\"/srv\".device",
            "services.openssh.ports",
            "users.users.me.isNormalUser",
            "programs.vim.enable"
        ],
        "{told}"
    );
}

#[test]
fn a_with_changes_nothing_and_long_values_are_told_apart() {
    let sandbox = by_hand("");
    assert_eq!(told(&sandbox), "identical      vms/worker.nix\n");
    let long = "x".repeat(100);
    let with = |list: &str, text: &str| {
        format!("{{ pkgs, mine, ... }}: {{ environment.systemPackages = {list}; a = \"{text}\"; }}")
    };
    let read = |text: &str| text.parse::<nixgen::nix::attrs::Attrs>().expect("Nix");
    let one = read(&with("with pkgs; [ git python3.pkgs.six mine ./a \"b\" ]", &long));
    assert_eq!(one, read(&with("[ pkgs.git pkgs.python3.pkgs.six mine ./a \"b\" ]", &long)));
    assert_ne!(one, read(&with("with lib; [ git python3.pkgs.six mine ./a \"b\" ]", &long)));

    let description = format!("nixos.users.users.me.description = \"{long}a\"");
    sandbox.edit("cluster.toml", "extra_modules", &format!("{description}\nextra_modules"));
    sandbox.expect(0, &["render", "-q", "--force"]);
    std::fs::remove_file(sandbox.at("nixgen.lock")).expect("there");
    sandbox.edit("vms/worker.nix", "xa\"", "xb\"");
    let told = told(&sandbox);
    assert!(told.contains(" - …xxxxxxxxxxxxxxxxb\"; } + …xxxxxxxxxxxxxxxxa\"; }\n"), "{told}");
}

#[test]
fn a_file_at_another_path_is_found_by_what_it_sets() {
    let sandbox = Sandbox::with_config(&read("tests/golden/ok/minimal.toml"));
    sandbox.write(
        "machines/first.nix",
        "{ networking.hostName = \"cp\"; microvm = { hypervisor = \"qemu\"; vcpu = 6; mem = 8192; };\n\
         services.nginx.enable = true; }",
    );
    sandbox.write("modules/other.nix", "{ services.nginx.enable = true; }");
    let told = sandbox.expect(0, &["adopt"]).stdout;
    let (first, rest) = told.split_once('\n').expect("lines");
    assert_eq!(
        first,
        "elsewhere      machines/first.nix: 4 of its 5 options are those of nixgen's vms/cp.nix"
    );
    assert!(rest.contains("    lost    services.nginx.enable = true\n"), "{rest}");
    assert!(rest.contains("    microvm.vcpu: 6 → 2\n"), "{rest}");
    assert!(!told.contains("modules/other.nix"), "{told}");
}
