# Assertions, warnings, and the system that exists only if it is free of faults.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
in
{
  options = {
    assertions = mkOption {
      type = types.listOf types.raw;
      default = [ ];
    };
    warnings = mkOption {
      type = types.listOf types.str;
      default = [ ];
    };
    system = {
      stateVersion = mkOption { type = types.strMatching "[0-9]{2}\\.(05|11)"; };
      build = mkOption { type = types.lazyAttrsOf types.raw; };
    };
  };

  # As a build of the real one would, this looks at every option that there is.
  config.system.build.toplevel =
    let
      failed = lib.filter (assertion: !assertion.assertion) config.assertions;
      everything = removeAttrs config [
        "_module"
        "system"
      ];
      drvPath = "/nix/store/00000000000000000000000000000000-nixos-system.drv";
    in
    {
      type = "derivation";
      name = "nixos-system";
      drvPath =
        if failed == [ ] then
          builtins.deepSeq everything drvPath
        else
          throw "Failed assertions: ${lib.concatStringsSep "; " (map (it: it.message) failed)}";
    };
}
