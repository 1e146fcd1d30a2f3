{
  description = "Renders the Nix code of a hybrid kubeadm cluster from one cluster.toml";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";

  outputs =
    { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;
      forEachSystem =
        make:
        lib.genAttrs [
          "aarch64-darwin"
          "aarch64-linux"
          "x86_64-darwin"
          "x86_64-linux"
        ] (system: make system nixpkgs.legacyPackages.${system});
      build =
        pkgs:
        pkgs.callPackage ./nix/package.nix {
          commit = self.shortRev or self.dirtyShortRev or null;
        };
    in
    {
      packages = forEachSystem (
        _: pkgs: rec {
          nixgen = build pkgs;
          default = nixgen;
        }
      );

      overlays.default = final: _: { nixgen = build final; };

      apps = forEachSystem (
        system: _: rec {
          nixgen = {
            type = "app";
            program = lib.getExe self.packages.${system}.nixgen;
            meta.description = "nixgen, the program";
          };
          default = nixgen;
        }
      );

      # The package runs the tests that need no tool; CI runs all of them.
      checks = forEachSystem (system: _: { inherit (self.packages.${system}) nixgen; });

      devShells = forEachSystem (
        system: pkgs: {
          default = pkgs.mkShell {
            inputsFrom = [ self.packages.${system}.nixgen ];
            # What tests/run.sh asks for.
            packages = [
              pkgs.actionlint
              pkgs.clippy
              pkgs.curl
              pkgs.git
              pkgs.graphviz
              pkgs.jq
              pkgs.just
              pkgs.nix
              pkgs.pre-commit
              pkgs.qemu-utils
              pkgs.rustfmt
              pkgs.shellcheck
            ]
            ++ lib.optionals pkgs.stdenv.hostPlatform.isLinux [
              pkgs.iptables
              pkgs.nftables
              pkgs.strace
              pkgs.systemd
              pkgs.time
              pkgs.util-linux
            ];
          };
        }
      );

      formatter = forEachSystem (_: pkgs: pkgs.nixfmt-tree);

      templates.default = {
        path = ./nix/template;
        description = "A new cluster: one host, with a control plane and a worker as MicroVMs";
        welcomeText = ''
          `cluster.toml` describes a cluster. Make it yours: the network, the host's
          disks and your SSH key. Then, with the address that this template came from:

              nix run ADDRESS -- render
              git add . && nix flake check

          `docs/cluster.md` is the runbook of the cluster, from installing the host on.
        '';
      };

      # For flake-parts and for git-hooks.nix: docs/nix.md.
      flakeModules.default = import ./nix/flake-module.nix self;
      lib.gitHooks = import ./nix/git-hooks.nix self;
    };
}
