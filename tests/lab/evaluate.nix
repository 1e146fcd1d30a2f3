# evaluate.nix: every text that a rendered flake makes of its machines, as JSON, under the
# real modules of NixOS and microvm.nix. evaluate.sh calls it.
{
  tree,
  nixpkgs,
  nixpkgsLib,
  microvm,
  names,
  kubernetes,
  prefix,
}:
let
  known = import nixpkgsLib;
  # Newer than some a library; microvm.nix uses it.
  lib = known // {
    replaceString = known.replaceString or (from: to: builtins.replaceStrings [ from ] [ to ]);
  };
  pkgs = import ./packages.nix {
    inherit lib nixpkgs kubernetes prefix;
    names = import names;
  };
  extended = lib // {
    nixosSystem =
      args:
      import (nixpkgs + "/nixos/lib/eval-config.nix") (
        args
        // {
          inherit lib;
          system = null;
          modules = args.modules ++ [
            {
              nixpkgs.pkgs = pkgs;
              documentation.enable = false;
            }
          ];
        }
      );
  };
  inputs = builtins.mapAttrs (
    name: _:
    if name == "microvm" then
      {
        outPath = microvm;
        nixosModules = {
          microvm = microvm + "/nixos-modules/microvm";
          host = microvm + "/nixos-modules/host";
        };
      }
    else
      {
        outPath = nixpkgs;
        lib = extended;
        legacyPackages = lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] (_: pkgs);
      }
  ) flake.inputs // { self = outputs // { outPath = tree; }; };
  flake = import (tree + "/flake.nix");
  outputs = flake.outputs inputs;

  begins = prefixes: name: lib.any (prefix: lib.hasPrefix prefix name) prefixes;
  # What Debian has itself, such as its users and its PAM, stays Debian's.
  etcOf = lib.filterAttrs (name: file: begins [
    "crictl" "hostname" "kube" "modules-load.d" "nftables" "sysctl.d/60" "systemd/resolved" "systemd/networkd"
  ] name && file.enable);
  unitsOf = lib.filterAttrs (name: unit: begins [
    "kubelet" "containerd" "firewall" "nat." "nftables" "k8s-"
  ] name && unit.enable && unit.text or null != null);

  texts = { config, ... }: {
    kubernetes = lib.versions.majorMinor kubernetes;
    etc = lib.mapAttrs (_: file: if file.text != null then file.text else builtins.readFile file.source) (
      etcOf config.environment.etc
    );
    units = lib.mapAttrs (_: unit: {
      inherit (unit) text wantedBy requiredBy;
      dropIn = unit.overrideStrategy == "asDropin";
    }) (unitsOf config.systemd.units);
    networkd = lib.mapAttrs (_: unit: unit.text) config.systemd.network.units;
    udev = config.services.udev.extraRules;
    tmpfiles = lib.filterAttrs (name: _: begins [ "10-cni" "10-microvm" "k8s" "kube" ] name) config.systemd.tmpfiles.settings;
    inherit (config.networking) hosts;
    containerd = config.virtualisation.containerd.settings;
    fileSystems = lib.mapAttrs (_: fs: { inherit (fs) device fsType options; }) config.fileSystems;
    vm = if config ? microvm && config.microvm ? interfaces then {
      inherit (config.microvm) mem;
      interfaces = map (interface: { inherit (interface) id mac; }) config.microvm.interfaces;
      shares = map (share: { inherit (share) tag source; readOnly = share.readOnly or false; }) config.microvm.shares;
    } else null;
  };
in
builtins.mapAttrs (_: texts) outputs.nixosConfigurations
