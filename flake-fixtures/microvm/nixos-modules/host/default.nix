# A host of MicroVMs: `microvm.vms`, each a NixOS of its own, and what they need
# on the host.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;

  flag =
    default:
    mkOption {
      type = types.bool;
      inherit default;
    };
  set = mkOption {
    type = types.attrsOf types.raw;
    default = { };
  };

  # The definitions of a VM's `config` are the modules of its system.
  system =
    name: specialArgs:
    types.named "NixOS configuration" types.raw
    // {
      merge =
        loc: defs:
        import "${toString pkgs.path}/nixos/lib/eval-config.nix" {
          inherit lib pkgs specialArgs;
          prefix = loc;
          modules = [
            ../microvm
            { networking.hostName = lib.mkDefault name; }
          ]
          ++ map (def: {
            _file = def.file;
            imports = [ def.value ];
          }) defs;
        };
    };

  vm =
    { config, name, ... }:
    {
      options = {
        config = mkOption {
          type = types.nullOr (system name config.specialArgs);
          default = null;
        };
        specialArgs = set;
        autostart = flag true;
        restartIfChanged = flag (config.config != null);
      };
    };

  guests = lib.mapAttrsToList (_: vm: vm.config.config) config.microvm.vms;
  shares = lib.filter (share: share.source != "/nix/store") (
    lib.concatMap (guest: guest.microvm.shares) guests
  );
in
{
  options.microvm = {
    vms = mkOption {
      type = types.attrsOf (types.submodule vm);
      default = { };
    };
    autostart = mkOption {
      type = types.listOf types.str;
      default = [ ];
    };
  };

  config = {
    boot.kernelModules = [
      "tap"
      "vhost_net"
    ];
    hardware.ksm.enable = lib.mkDefault true;
    microvm.autostart = lib.filter (name: config.microvm.vms.${name}.autostart) (
      lib.attrNames config.microvm.vms
    );
    users.users.microvm = {
      isSystemUser = true;
      group = "kvm";
    };
    # A share's directory, made where it is missing.
    systemd.tmpfiles.settings."10-microvm" = {
      "/var/lib/microvms".d = {
        user = "microvm";
        group = "kvm";
        mode = "0775";
      };
    }
    // lib.genAttrs (map (share: share.source) shares) (_: {
      d = {
        user = ":microvm";
        group = ":kvm";
        mode = ":0775";
      };
    });
  };
}
