# In a copy of cluster.toml's folder `nixgen render`; then, in the root of nixgen's repository:
# nix-build flake-fixtures/nixos-test/test.nix -A driverInteractive \
#   --arg flake 'builtins.getFlake "/path/of/the/copy"'
# result/bin/nixos-test-driver
#
# The lab's scenarios that render nothing anew (tests/lab/README.md), as a NixOS test, for
# people with a binary cache: the host as it is rendered, with its MicroVMs in it under
# nested KVM, and the reader of its runbook, who is the network outside, too. Images are
# pulled, which the sandbox of a build forbids: so run the driver, and in it `test_script()`.
#
# Evaluated, and never run: those who wrote it had no binary cache.
{
  flake,
  nixpkgs ? flake.inputs.nixpkgs,
  system ? "x86_64-linux",
}:
let
  inherit (nixpkgs) lib;
  inherit (nixpkgs.legacyPackages.${system}) testers;
  inherit (flake.colmena.meta.specialArgs) data;
  name = lib.head (lib.attrNames data.hosts.definitions);
  host = data.hosts.definitions.${name};
  guests = lib.filter (guest: data.vms.definitions.${guest} ? role) data.vms.order;
in
testers.runNixOSTest {
  name = "cluster";

  node = {
    inherit (flake.colmena.meta) specialArgs;
    # A host says its own platform.
    pkgsReadOnly = false;
  };

  nodes = {
    host = {
      inherit (flake.colmena.${name}) imports;
      virtualisation = {
        cores = 4;
        memorySize = 16384;
        diskSize = 65536;
        qemu.options = [ "-cpu host" ];
        interfaces.${host.uplink} = {
          vlan = 1;
          assignIP = false;
        };
      };
    };

    reader =
      { pkgs, ... }:
      {
        virtualisation.interfaces.wan = {
          vlan = 1;
          assignIP = false;
        };
        networking = {
          firewall.enable = false;
          interfaces.wan.ipv4.addresses = [
            {
              address = data.network.wan.gateway;
              prefixLength = data.network.wan.prefixLength;
            }
          ];
          # The driver gives it the internet.
          nat = {
            enable = true;
            internalInterfaces = [ "wan" ];
            externalInterface = "eth0";
          };
        };
        environment.etc = {
          tree.source = flake;
          "ssh/key" = {
            source = (import (nixpkgs + "/nixos/tests/ssh-keys.nix") pkgs).snakeOilEd25519PrivateKey;
            mode = "0600";
          };
        };
        programs.ssh.extraConfig = ''
          IdentityFile /etc/ssh/key
          StrictHostKeyChecking no
        '';
      };
  };

  testScript = ''
    import re
    import subprocess
    import sys

    PAGE = "${flake}/docs/cluster.md"
    GUESTS = ${builtins.toJSON guests}
    CHAPTERS = [
        "Copy the bootstrap files",
        "Create the control plane",
        "Install the pod network",
        "Join the other nodes",
        "Check labels and taints",
        "Verify",
    ]
    KUBECTL = f"ssh {GUESTS[0]} kubectl --kubeconfig /etc/kubernetes/admin.conf"


    def runbook(*chapters):
        for chapter in chapters:
            command = [sys.executable, "${../../tests/lab/runbook.py}", PAGE, chapter]
            commands = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            reader.succeed(f"set -euo pipefail; cd /root/tree\n{commands}", timeout=3600)


    def objects():
        return reader.succeed(f"{KUBECTL} get nodes,pods --all-namespaces --output 'jsonpath={{.items[*].metadata.uid}}'")


    def up():
        host.wait_for_unit("microvms.target")
        for guest in GUESTS:
            reader.wait_until_succeeds(f"ssh {guest} true", timeout=900)


    start_all()
    names = re.search(r"^```\n(Host .*?)^```", open(PAGE).read(), re.S | re.M)
    assert names
    reader.succeed("cp --recursive --no-preserve=mode /etc/tree/ /root/tree && mkdir --parents /root/.ssh")
    reader.succeed(f"cat >/root/.ssh/config <<'END'\n{names.group(1)}END")
    up()

    with subtest("a: the runbook, to the end of its checks"):
        runbook(*CHAPTERS)

    with subtest("b: a second time it changes nothing"):
        before = objects()
        runbook(*CHAPTERS)
        assert objects() == before

    with subtest("g: after a power cut nothing has to be done"):
        host.crash()
        host.start()
        up()
        reader.wait_until_succeeds(f"{KUBECTL} get --raw /readyz", timeout=900)
        runbook("Copy the bootstrap files", "Verify")

    with subtest("f: the control plane loses its disks and its keys, and a backup brings it back"):
        runbook("Back up the cluster")
        host.succeed(f"systemctl stop microvm@{GUESTS[0]}")
        host.succeed(f"cd /var/lib/microvms/{GUESTS[0]} && rm --recursive --force -- *.img *.qcow2 kubernetes/*")
        host.succeed(f"systemctl start microvm@{GUESTS[0]}")
        up()
        runbook("Copy the bootstrap files", "Restore a backup", "Verify")
  '';
}
