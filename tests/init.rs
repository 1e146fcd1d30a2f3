//! What `nixgen init` begins with: an example, the smallest cluster, or what a
//! repository with a flake says of its machines.

use std::fs;

use crate::support::{Ran, Sandbox, repository, tree};

const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampleE me";

/// `init` where there is no Nix.
fn without_nix(sandbox: &Sandbox, args: &[&str]) -> Ran {
    let mut command = sandbox.command(args);
    let ran = Ran::of(command.env("PATH", sandbox.path()).output().expect("nixgen runs"));
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    ran
}

/// Insists that what was written is valid, and says these lines.
fn says(sandbox: &Sandbox, lines: &[&str]) {
    let text = sandbox.read("cluster.toml");
    sandbox.expect(0, &["validate"]);
    for line in lines {
        assert!(text.lines().any(|there| there == *line), "no `{line}` in\n{text}");
    }
}

#[test]
fn the_schema_is_where_the_first_line_says() {
    for args in [&["init"][..], &["init", "--minimal"]] {
        let sandbox = Sandbox::new();
        sandbox.expect(0, args);
        let text = sandbox.read("cluster.toml");
        let schema = text.lines().next().and_then(|line| line.strip_prefix("#:schema "));
        let schema = sandbox.read(schema.expect("the first line names it"));
        assert_eq!(schema, sandbox.expect(0, &["schema"]).stdout);
    }
    let sandbox = Sandbox::new();
    sandbox.write("cluster.schema.json", "mine");
    sandbox.expect(0, &["init"]);
    assert_eq!(sandbox.read("cluster.schema.json"), "mine");
}

#[test]
fn the_smallest_cluster_renders_and_has_no_line_too_many() {
    let sandbox = Sandbox::new();
    sandbox.expect(0, &["init", "--minimal"]);
    sandbox.expect(0, &["render", "-q"]);
    let text = sandbox.read("cluster.toml");
    for line in text.lines().filter(|line| line.contains(" = ")) {
        sandbox.write("cluster.toml", &text.replacen(line, "", 1));
        sandbox.expect(3, &["validate"]);
    }
}

/// The repository of the fixture as it was before: with data files by hand.
#[test]
fn a_repository_with_data_of_its_own_is_read() {
    let sandbox = Sandbox::new();
    for (from, to) in
        [("flake-fixtures/existing", ""), ("tests/golden/trees/example/lib/domains", "lib/data/")]
    {
        for (path, content) in tree(&repository().join(from)) {
            let is_index = to == "lib/data/" && path == "default.nix";
            if path != "cluster.toml" && !is_index {
                let text = String::from_utf8(content).expect("text");
                sandbox.write(&format!("{to}{path}"), &text);
            }
        }
    }
    let flake = sandbox.read("flake.nix");
    let ran = without_nix(&sandbox, &["init"]);
    assert!(ran.stderr.contains("note: Nix is not there, so the Nix files are read"));
    says(
        &sandbox,
        &[
            "nixos = \"unstable\"  # flake.nix",
            "[network.vlans.services]",
            "id = 20  # lib/data/network.nix",
            "subnet = \"10.0.20.0/24\"  # lib/data/network.nix",
            "[hosts.homelab.users.admin]",
            "role = \"control-plane\"  # a guess: by its ports",
            "ip = \"10.0.20.10\"  # lib/data/vms.nix",
            "memory = \"8GiB\"  # lib/data/vms.nix",
            "ports.api = 8200  # lib/data/vms.nix",
            "flake.render = false  # yours stays; docs/use.md says what it needs",
        ],
    );
    sandbox.expect(0, &["render", "-q"]);
    assert_eq!(sandbox.read("flake.nix"), flake);
}

/// Modules as people write them, the machine named by the flake alone.
fn modules(sandbox: &Sandbox) {
    sandbox.write(
        "flake.nix",
        "{ inputs.nixpkgs.url = \"github:NixOS/nixpkgs/nixos-25.11\"; outputs = { nixpkgs, ... }: {\n\
         nixosConfigurations.tower = nixpkgs.lib.nixosSystem { modules = [ ./machines/tower ]; }; }; }",
    );
    sandbox.write(
        "machines/tower/default.nix",
        &format!(
            "{{ config, pkgs, ... }}: {{ imports = [ ./hardware-configuration.nix ./network.nix ];\n\
             system.stateVersion = \"24.11\"; users.users.git = {{ isSystemUser = true; }};\n\
             users.users.me = {{ isNormalUser = true; extraGroups = [ \"wheel\" ];\n\
             openssh.authorizedKeys.keys = [ \"{KEY}\" ]; }};\n\
             microvm.vms.kube-control.config = {{ microvm.vcpu = 3; microvm.mem = 6144;\n\
             networking.interfaces.eth0.ipv4.addresses = [ {{ address = \"10.7.30.4\"; prefixLength = 24; }} ]; }};\n\
             microvm.vms.My_Box.config.microvm.vcpu = 1; }}"
        ),
    );
    sandbox.write(
        "machines/tower/hardware-configuration.nix",
        "{ fileSystems.\"/\".device = \"/dev/sda\"; }",
    );
    sandbox.write(
        "machines/tower/network.nix",
        "{ networking = { nameservers = [ \"9.9.9.9\" ]; defaultGateway = \"10.1.0.1\";\n\
         bridges.br0.interfaces = [ \"eno1\" ]; vlans.lab = { id = 30; interface = \"br0\"; };\n\
         interfaces.br0.ipv4.addresses = [ { address = \"10.1.0.9\"; prefixLength = 16; } ];\n\
         interfaces.lab.ipv4.addresses = [ { address = \"10.7.30.2\"; prefixLength = 24; } ]; }; }",
    );
}

#[test]
fn modules_are_read_as_they_are_written() {
    let sandbox = Sandbox::new();
    modules(&sandbox);
    let before = sandbox.tree();
    without_nix(&sandbox, &["init"]);
    let tower = "machines/tower/default.nix";
    says(
        &sandbox,
        &[
            "name = \"tower\"  # a guess",
            "nixos = \"25.11\"  # flake.nix",
            &format!("state_version = \"24.11\"  # {tower}"),
            "bridge = \"br0\"  # machines/tower/network.nix",
            "dns = [\"9.9.9.9\"]  # machines/tower/network.nix",
            "gateway = \"10.1.0.1\"  # machines/tower/network.nix",
            "[network.vlans.lab]",
            "subnet = \"10.7.30.0/24\"  # machines/tower/network.nix",
            "uplink = \"eno1\"  # machines/tower/network.nix",
            "wan_address = \"10.1.0.9\"  # machines/tower/network.nix",
            "addresses.lab = \"10.7.30.2\"  # machines/tower/network.nix",
            "hardware = \"machines/tower/hardware-configuration.nix\"  \
             # machines/tower/hardware-configuration.nix",
            &format!("admin = true  # {tower}"),
            &format!("ssh_keys = [\"{KEY}\"]  # {tower}"),
            "[vms.kube-control]",
            "role = \"control-plane\"  # a guess: by its name",
            &format!("vcpu = 3  # {tower}"),
            &format!("ip = \"10.7.30.4\"  # {tower}"),
            "# Left out: the machine `My_Box`, which is no host name",
        ],
    );
    assert!(!sandbox.read("cluster.toml").contains("users.git"));
    let mut after = sandbox.tree();
    after.retain(|path, _| !path.starts_with("cluster."));
    assert_eq!(after, before, "nothing else is touched");
}

/// As functions make them, so that only their files name them; with several of them each
/// MicroVM has one, and one is the gateway.
#[test]
fn hosts_that_functions_make_are_found_by_their_files() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "flake.nix",
        "{ outputs = { nixpkgs, ... }: { nixosConfigurations = nixpkgs.lib.genAttrs\n\
         (map (f: nixpkgs.lib.removeSuffix \".nix\" f) (builtins.attrNames (builtins.readDir ./hosts)))\n\
         (name: nixpkgs.lib.nixosSystem { modules = [ ./common.nix (./hosts + \"/${name}.nix\") ]; }); }; }",
    );
    sandbox.write("common.nix", "{ services.openssh.enable = true; }");
    sandbox.write("hosts/common.nix", "{ services.nginx.enable = true; }");
    for host in ["alpha", "beta"] {
        let module = "{ lib, ... }: { system.stateVersion = \"24.05\"; }";
        sandbox.write(&format!("hosts/{host}.nix"), module);
    }
    without_nix(&sandbox, &["init"]);
    says(
        &sandbox,
        &[
            "[hosts.alpha]",
            "gateway = true  # a guess: the first of them",
            "[hosts.beta]",
            "host = \"alpha\"  # a guess: the first of them",
        ],
    );
    assert!(!sandbox.read("cluster.toml").contains("hosts.common"));
}

#[test]
fn a_flake_is_evaluated_where_nix_is_and_no_lock_is_written() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "flake.nix",
        "{ outputs = _: let os = config: { inherit config; }; in {\n\
         nixosConfigurations.tower = os {\n\
         networking = { hostName = \"to\" + \"wer\"; nameservers = throw \"no\"; };\n\
         microvm.vms.kube-cp.config = os { microvm = { vcpu = 1 + 1; mem = 2304; interfaces = [ ]; }; }; }; }; }",
    );
    sandbox.expect(0, &["init"]);
    says(
        &sandbox,
        &[
            "[hosts.tower]",
            "[vms.kube-cp]",
            "vcpu = 2  # nix eval",
            "memory = \"2304MiB\"  # nix eval",
        ],
    );
    assert!(!sandbox.at("flake.lock").exists());
}

#[test]
fn what_cannot_be_read_is_no_hindrance() {
    let sandbox = Sandbox::new();
    sandbox.write("flake.nix", "{ outputs = ");
    sandbox.write("a.nix", &"[".repeat(100_000));
    sandbox.write("b\n# x.nix", "{ networking.hostName = \"x\\ny = 1\"; microvm.mem = -1; }");
    sandbox.write(
        "c.nix",
        "{ definitions.\"1.5\".vcpu = 1; vlans.a.id = \"\\\"\"; wan.gateway = 7; }",
    );
    sandbox.write("d.nix", "{ definitions.vm = { vcpu = 70000; ip = \"no\"; mac = 1; }; }");
    fs::write(sandbox.at("e.nix"), b"\xff\xfe").expect("written");
    without_nix(&sandbox, &["init"]);
    let text = sandbox.read("cluster.toml");
    text.parse::<toml::Table>().unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert!(text.lines().all(|line| !line.starts_with("# x.nix")), "{text}");
}
