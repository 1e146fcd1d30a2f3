# Kernel, boot loader, swap and firmware.
{ config, lib, ... }:
let
  inherit (lib)
    mkDefault
    mkIf
    mkOption
    types
    ;

  off = mkOption {
    type = types.bool;
    default = false;
  };
  strings = mkOption {
    type = types.listOf types.str;
    default = [ ];
  };

  # A parameter has one definition, even where two would agree.
  sysctl = types.oneOf [
    types.bool
    types.int
    types.str
    (types.enum [ null ])
  ];

  inherit (config.boot.loader) grub systemd-boot;
in
{
  options = {
    boot = {
      blacklistedKernelModules = strings;
      initrd.availableKernelModules = strings;
      initrd.kernelModules = strings;
      kernelModules = strings;
      kernelParams = mkOption {
        type = types.listOf (types.strMatching ''([^"[:space:]]|"[^"]*")+'');
        default = [ ];
      };
      kernel.sysctl = mkOption {
        type = types.attrsOf (sysctl // { inherit (types.raw) merge; });
        default = { };
      };
      loader = {
        efi.canTouchEfiVariables = off;
        systemd-boot.enable = off;
        grub = {
          enable = mkOption {
            type = types.bool;
            default = true;
          };
          device = mkOption {
            type = types.str;
            default = "";
          };
          efiSupport = off;
        };
      };
    };
    swapDevices = mkOption {
      type = types.listOf (types.submodule { options.device = mkOption { type = types.nonEmptyStr; }; });
      default = [ ];
    };
    zramSwap.enable = off;
    hardware = {
      enableRedistributableFirmware = off;
      ksm.enable = off;
    };
  };

  config = {
    boot = {
      loader.grub.enable = mkIf systemd-boot.enable (mkDefault false);
      # What NixOS sets by default, and routers have to override.
      kernel.sysctl."net.ipv4.conf.all.forwarding" = mkDefault false;
    };
    assertions = [
      {
        assertion = grub.enable -> grub.device != "";
        message = "boot.loader.grub has no device to be installed on.";
      }
    ];
  };
}
