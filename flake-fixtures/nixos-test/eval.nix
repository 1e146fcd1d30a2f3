# nix-instantiate --eval --strict --json eval.nix --argstr tree DIR
#
# What test.nix makes of the tree that is rendered in DIR, short of its machines.
{ tree }:
let
  nixpkgs = {
    outPath = toString ../nixpkgs;
    lib = import ../nixpkgs/lib;
    legacyPackages.x86_64-linux.testers.runNixOSTest = test: test;
  };
  outputs = (import (tree + "/flake.nix")).outputs {
    inherit nixpkgs;
    microvm.nixosModules.host = { };
    self = outputs;
  };
  test = import ./test.nix {
    inherit nixpkgs;
    flake = outputs // {
      outPath = tree;
    };
  };
in
{
  inherit (test) testScript;
  inherit (test.nodes.host.virtualisation) interfaces;
  modules = builtins.length test.nodes.host.imports;
}
