# A module for git-hooks.nix with the hooks of .pre-commit-hooks.yaml, each of
# which is there to be enabled.
nixgen:
{ lib, pkgs, ... }:
let
  program = lib.getExe nixgen.packages.${pkgs.stdenv.hostPlatform.system}.nixgen;
  hook = name: arguments: description: {
    inherit name description;
    entry = "${program} ${arguments}";
    always_run = true;
    pass_filenames = false;
  };
in
{
  hooks.nixgen-check =
    hook "nixgen check" "check"
      "Fails when the tree is not what cluster.toml says";
  hooks.nixgen-render =
    hook "nixgen render" "render --yes"
      "Renders the tree, and fails when that changes it";
}
