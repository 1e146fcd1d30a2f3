# nix-instantiate --eval --strict --json eval.nix --argstr tree DIR
#   [--argstr kubernetes VERSION] [--argstr nixpkgs PATH] [--argstr microvm PATH]
#
# Evaluates every machine of the flake in DIR and reports what matters of it. The
# flake's outputs are called by hand, so neither a lock file nor the network is
# needed. Stand-ins and real repositories have the same layout, so nothing here
# knows which it is given; VERSION is what a stand-in takes for `kubernetes`.
{
  tree,
  kubernetes ? null,
  nixpkgs ? toString ./nixpkgs,
  microvm ? toString ./microvm,
}:
let
  flake = import (tree + "/flake.nix");
  lib = import (nixpkgs + "/lib");
  report = import ./report.nix { inherit lib; };

  # With a nixpkgs for Kubernetes alone, no other one may supply it.
  separate = flake.inputs ? nixpkgs-kubernetes;

  nixpkgsInput =
    name:
    let
      supplies = kubernetes != null && (name == "nixpkgs-kubernetes" || !separate);
      overlays = lib.optional supplies (
        _: previous: {
          kubernetes = previous.kubernetes // {
            version = kubernetes;
          };
        }
      );
      extended = lib // {
        nixosSystem =
          args:
          import (nixpkgs + "/nixos/lib/eval-config.nix") (
            {
              lib = extended;
              system = null;
            }
            // args
            // {
              modules = args.modules ++ [ { nixpkgs = { inherit overlays; }; } ];
            }
          );
      };
    in
    {
      outPath = nixpkgs;
      lib = extended;
      legacyPackages = lib.genAttrs lib.systems.flakeExposed (
        system: import nixpkgs { inherit system overlays; }
      );
    };

  inputs =
    builtins.mapAttrs (
      name: _:
      if name == "microvm" then
        {
          outPath = microvm;
          nixosModules = {
            host = microvm + "/nixos-modules/host";
            microvm = microvm + "/nixos-modules/microvm";
          };
        }
      else if name == "disko" then
        { nixosModules.disko = ./disko; }
      else if name == "sops-nix" then
        { nixosModules.sops = ./sops-nix; }
      else if name == "deploy-rs" then
        {
          lib = lib.genAttrs lib.systems.flakeExposed (_: {
            activate.nixos = machine: "activates ${machine.config.networking.hostName}";
          });
        }
      else if name == "agenix" then
        { nixosModules.default = ./agenix; }
      else if builtins.match "nixpkgs(-.*)?" name != null then
        nixpkgsInput name
      else
        throw "The fixtures have no stand-in for the flake input `${name}'."
    ) flake.inputs
    // {
      self = outputs // {
        outPath = tree;
      };
    };
  outputs = flake.outputs inputs;

  # A host's MicroVMs are machines, whether or not the flake has them by name, too.
  guestsOf =
    host: machine:
    lib.mapAttrs' (name: vm: lib.nameValuePair "${host}/${name}" (report vm.config.config)) (
      machine.config.microvm.vms or { }
    );
  byName = builtins.mapAttrs (_: machine: report machine.config) outputs.nixosConfigurations;
  guests = lib.mergeAttrsList (lib.mapAttrsToList guestsOf outputs.nixosConfigurations);

  nodeOf =
    node:
    report
      ((nixpkgsInput "nixpkgs").lib.nixosSystem {
        inherit (outputs.colmena.meta) specialArgs;
        modules = node.imports;
      }).config;

  # Said once, if it is the same.
  short =
    name: machine:
    let
      same = lib.filter (guest: guests.${guest} == machine) (
        lib.filter (guest: baseNameOf guest == name) (lib.attrNames guests)
      );
    in
    if same == [ ] then machine else "as ${lib.head same}";
in
{
  machines = builtins.mapAttrs short byName // guests;
  checks = builtins.mapAttrs (_: lib.attrNames) (outputs.checks or { });
  # What Colmena would deploy to, and that it is the machine of that name.
  deployment = builtins.mapAttrs (
    name: node:
    if node ? imports && nodeOf node != byName.${name} then
      throw "The hive has another ${name} than the flake."
    else
      node.deployment
  ) (removeAttrs (outputs.colmena or { }) [ "meta" ]);
  formatter = outputs.formatter.x86_64-linux.pname or null;
}
// lib.optionalAttrs (outputs ? deploy) { deploy = outputs.deploy.nodes; }
