# A module for flake-parts: `nix run .#nixgen`, `nix run .#render`, which writes
# into the folder that it is run in, and a check that the tree is what
# `cluster.toml` says.
nixgen:
{
  config,
  lib,
  self,
  ...
}:
{
  options.nixgen.flags = lib.mkOption {
    type = lib.types.listOf lib.types.str;
    default = [ ];
    example = [
      "--config"
      "cluster/cluster.toml"
    ];
    description = "What is given to every run of nixgen here; paths count from the flake's root.";
  };

  config.perSystem =
    { pkgs, system, ... }:
    let
      package = nixgen.packages.${system}.nixgen;
      flags = lib.escapeShellArgs config.nixgen.flags;
    in
    {
      apps.nixgen.program = lib.getExe package;
      apps.render.program = toString (
        pkgs.writeShellScript "nixgen-render" ''
          exec ${lib.getExe package} render ${flags} "$@"
        ''
      );
      # It knows no date, so that it says the same of one commit for ever.
      checks.nixgen = pkgs.runCommand "nixgen-check" { } ''
        cd ${self}
        ${lib.getExe package} check ${flags}
        touch $out
      '';
    };
}
