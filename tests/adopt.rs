//! What `nixgen adopt` tells of files that were written by hand.

use crate::support::{Ran, Sandbox, read, repository};

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
    // Nor what does in one of its role's.
    let sandbox = by_hand("services.nginx.enable = true;\n");
    let config = sandbox.read("cluster.toml");
    sandbox.write(
        "cluster.toml",
        &format!("{config}\n[roles.worker]\nextra_modules = [\"roles/worker.nix\"]\n"),
    );
    sandbox.write("roles/worker.nix", "{ services.nginx.enable = true; }");
    assert!(told(&sandbox).contains("    moved   services.nginx.enable: to roles/worker.nix\n"));
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

/// A flake of the user's around the machines, with the fixtures' nixpkgs.
const FLAKE: &str = r#"{
  inputs.nixpkgs = { url = "path:{fixtures}/nixpkgs"; flake = false; };
  inputs.microvm = { url = "path:{fixtures}/microvm"; flake = false; };
  outputs = { nixpkgs, microvm, ... }: let
    lib = import (nixpkgs + "/lib");
    data = import ./lib/domains;
    microvms = import ./lib/adapters/microvms.nix { inherit lib data; };
  in {
    nixosConfigurations.box = import (nixpkgs + "/nixos/lib/eval-config.nix") {
      lib = lib // {
        nixosSystem = args: import (nixpkgs + "/nixos/lib/eval-config.nix") ({ inherit lib; system = null; } // args);
      };
      system = null;
      specialArgs = { inherit data; };
      modules = [
        (microvm + "/nixos-modules/host")
        ./hosts/box.nix
        { microvm.vms = microvms.mkHostVms "box"; }
      ];
    };
  };
}
"#;

#[test]
fn with_nix_each_machine_is_told_by_what_it_evaluates_to() {
    let sandbox = by_hand(
        "boot.kernelModules = [ \"overlay\" ];\n  environment.variables.MINE = \"1\";\n  \
         networking.firewall.allowedTCPPorts = [ 8080 ];\n  virtualisation.containerd.enable = true;\n",
    );
    let fixtures = repository().join("flake-fixtures").display().to_string();
    sandbox.write("flake.nix", &FLAKE.replace("{fixtures}", &fixtures));
    // What NixOS does not have.
    let told = || sandbox.expect(0, &["adopt", "--eval", "vms/worker.nix"]).stdout;
    assert!(told().contains("no evaluation  box/worker, as it is\n"), "{}", told());

    sandbox.write("modules/mine.nix", "{ environment.variables.THEIRS = \"1\"; }");
    let before = sandbox.tree();
    let expected = "\
same options   box
same options   box/cp
differs        box/worker
    networking.firewall.allowedTCPPorts: - 8080
    lost    environment.variables.MINE = \"1\"
differs        vms/worker.nix
    moved   boot.kernelModules: to modules/nixos/k8s-kubeadm-base.nix
    moved   virtualisation.containerd.enable: to modules/nixos/k8s-kubeadm-base.nix
";
    assert_eq!(told(), expected);
    assert_eq!(sandbox.tree(), before, "nothing is written, no lock either");
}

#[test]
fn without_nix_options_are_told_as_they_are_written() {
    let sandbox = by_hand("services.nginx.enable = true;\n");
    let mut command = sandbox.command(&["adopt", "--eval", "vms/worker.nix"]);
    let ran = Ran::of(command.env("PATH", sandbox.path()).output().expect("nixgen runs"));
    assert!(ran.stderr.contains("note: Nix is not there, so options are told as they are written"));
    assert!(ran.stdout.contains("    lost    services.nginx.enable = true\n"), "{}", ran.stdout);
}
