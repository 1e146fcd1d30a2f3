# Where the module argument `pkgs` comes from.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;

  cfg = config.nixpkgs;
in
{
  options.nixpkgs = {
    hostPlatform = mkOption { type = types.enum lib.systems.flakeExposed; };
    config = mkOption {
      type = types.attrsOf types.raw;
      default = { };
    };
    overlays = mkOption {
      type = types.listOf types.raw;
      default = [ ];
    };
    pkgs = mkOption {
      type = types.nullOr types.raw;
      default = null;
    };
  };

  config = {
    _module.args.pkgs =
      if cfg.pkgs != null then
        cfg.pkgs.appendOverlays cfg.overlays
      else
        import ../.. {
          system = cfg.hostPlatform;
          inherit (cfg) config overlays;
        };
    assertions = [
      {
        assertion = cfg.pkgs != null -> cfg.config == { };
        message = "nixpkgs.config comes too late for a package set that was made elsewhere.";
      }
    ];
    # A package set that was made elsewhere decides it.
    nixpkgs.hostPlatform = lib.mkIf (cfg.pkgs != null) (
      lib.mkDefault cfg.pkgs.stdenv.hostPlatform.system
    );
  };
}
