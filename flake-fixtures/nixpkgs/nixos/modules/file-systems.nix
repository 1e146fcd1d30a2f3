# `fileSystems`
{ config, lib, ... }:
let
  inherit (lib)
    mkIf
    mkMerge
    mkOption
    types
    ;

  off = mkOption {
    type = types.bool;
    default = false;
  };

  # Mounted before the system proper starts, whatever their definition says.
  early = [
    "/"
    "/etc"
    "/nix"
    "/nix/store"
    "/usr"
    "/var"
    "/var/lib"
    "/var/lib/nixos"
    "/var/log"
  ];

  fileSystem =
    { config, name, ... }:
    {
      options = {
        device = mkOption {
          type = types.nullOr types.nonEmptyStr;
          default = null;
        };
        fsType = mkOption {
          type = types.nonEmptyStr;
          default = "auto";
        };
        options = mkOption {
          type = types.nonEmptyListOf types.nonEmptyStr;
          default = [ "defaults" ];
        };
        autoFormat = off;
        neededForBoot = off;
        noCheck = off;
      };
      # Either of them replaces the default.
      config.options = mkMerge [
        (mkIf config.autoFormat [ "x-systemd.makefs" ])
        (mkIf (config.neededForBoot || lib.elem name early) [ "x-initrd.mount" ])
      ];
    };
in
{
  options.fileSystems = mkOption {
    type = types.attrsOf (types.submodule fileSystem);
    default = { };
  };

  config.assertions = [
    {
      assertion = config.fileSystems ? "/";
      message = "fileSystems has no root file system.";
    }
  ]
  ++ lib.mapAttrsToList (mountPoint: fileSystem: {
    assertion = fileSystem.device != null;
    message = "fileSystems.${mountPoint} has no device.";
  }) config.fileSystems;
}
