# `networking`: the host's name, its firewall and its address translation.
{ config, lib, ... }:
let
  inherit (lib)
    mkIf
    mkOption
    mkOverride
    types
    ;

  boolean =
    default:
    mkOption {
      type = types.bool;
      inherit default;
    };
  strings = mkOption {
    type = types.listOf types.str;
    default = [ ];
  };
  lines = mkOption {
    type = types.lines;
    default = "";
  };
  ports = mkOption {
    type = types.listOf types.port;
    default = [ ];
    apply = list: builtins.sort builtins.lessThan (lib.unique list);
  };
  open = {
    allowedTCPPorts = ports;
    allowedUDPPorts = ports;
  };

  cfg = config.networking;
in
{
  options.networking = {
    hostName = mkOption {
      type = types.strMatching "|[[:alnum:]]([[:alnum:]_-]{0,61}[[:alnum:]])?";
      default = "nixos";
    };
    hosts = mkOption {
      type = types.attrsOf (types.listOf types.str);
      default = { };
    };
    useDHCP = boolean true;
    useNetworkd = boolean false;
    nftables.enable = boolean false;
    firewall = open // {
      enable = boolean true;
      checkReversePath = mkOption {
        type = types.either types.bool (
          types.enum [
            "strict"
            "loose"
          ]
        );
        default = true;
      };
      trustedInterfaces = strings;
      extraCommands = lines;
      extraStopCommands = lines;
      interfaces = mkOption {
        type = types.attrsOf (types.submodule { options = open; });
        default = { };
      };
    };
    nat = {
      enable = boolean false;
      externalInterface = mkOption {
        type = types.nullOr types.str;
        default = null;
      };
      internalInterfaces = strings;
      internalIPs = strings;
      extraCommands = lines;
      extraStopCommands = lines;
    };
  };

  config = {
    assertions = [
      {
        assertion = cfg.nftables.enable -> cfg.firewall.extraCommands == "" && cfg.nat.extraCommands == "";
        message = "extraCommands are for iptables, and networking.nftables is on.";
      }
    ];
    networking.firewall = {
      trustedInterfaces = [ "lo" ];
      allowedTCPPorts = mkIf config.services.openssh.enable config.services.openssh.ports;
    };
    # Stronger than a plain definition, as a router must not be switched off.
    boot.kernel.sysctl = mkIf cfg.nat.enable {
      "net.ipv4.conf.all.forwarding" = mkOverride 99 true;
      "net.ipv4.conf.default.forwarding" = mkOverride 99 true;
    };
  };
}
