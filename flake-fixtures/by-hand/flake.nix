{
  description = "A homelab, written by hand";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
    microvm = {
      url = "github:microvm-nix/microvm.nix";
      inputs.nixpkgs.follows = "nixpkgs";
    };
    disko = {
      url = "github:nix-community/disko";
      inputs.nixpkgs.follows = "nixpkgs";
    };
    sops-nix = {
      url = "github:Mic92/sops-nix";
      inputs.nixpkgs.follows = "nixpkgs";
    };
  };

  outputs =
    {
      nixpkgs,
      microvm,
      disko,
      sops-nix,
      ...
    }:
    let
      inherit (nixpkgs) lib;
      data = import ./lib/data;
      host = data.hosts.definitions.${data.hosts.default};
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
          disko.nixosModules.disko
          sops-nix.nixosModules.sops
          microvm.nixosModules.host
          ./modules/nixos/host.nix
          { microvm.vms = import ./lib/mk-microvms.nix { inherit lib data; }; }
        ];
      };

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
