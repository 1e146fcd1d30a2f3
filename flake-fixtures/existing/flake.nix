{
  description = "A homelab";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
    microvm = {
      url = "github:microvm-nix/microvm.nix";
      inputs.nixpkgs.follows = "nixpkgs";
    };
  };

  outputs =
    { nixpkgs, microvm, ... }:
    let
      inherit (nixpkgs) lib;
      data = import ./lib/data;
      host = data.hosts.definitions.${data.hosts.default};
      microvms = import ./lib/mk-microvms.nix { inherit lib data; };
      platform = data.hosts.common.platform;

      node = deployment: {
        deployment = {
          inherit (deployment) tags;
          targetHost = deployment.host;
          targetUser = deployment.user;
        };
      };
    in
    {
      nixosConfigurations.${host.hostname} = lib.nixosSystem {
        specialArgs = { inherit data; };
        modules = [
          microvm.nixosModules.host
          ./modules/nixos/host.nix
          { microvm.vms = microvms; }
        ];
      };

      # The hive is built from the same data as the machines.
      colmena = {
        meta.description = "A homelab";
        ${host.hostname} = node {
          host = host.deployment.targetHost;
          user = host.deployment.targetUser;
          inherit (host.deployment) tags;
        };
      }
      // lib.mapAttrs (
        _: vm:
        node {
          host = vm.ip;
          inherit (vm.deployment) tags user;
        }
      ) (lib.filterAttrs (_: vm: vm.deployment.colmena) data.vms.definitions);

      formatter.${platform} = nixpkgs.legacyPackages.${platform}.alejandra;
    };
}
