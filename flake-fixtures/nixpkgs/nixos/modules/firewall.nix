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

  table.options = {
    content = mkOption { type = types.lines; };
    family = mkOption {
      type = types.enum [
        "arp"
        "bridge"
        "inet"
        "ip"
        "ip6"
        "netdev"
      ];
    };
  };

  cfg = config.networking;
  commands =
    part:
    lib.concatMapStringsSep "" (name: part.${name}) [
      "extraCommands"
      "extraStopCommands"
    ];
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
    nftables = {
      enable = boolean false;
      # As on a machine that was first installed before 23.11.
      flushRuleset = boolean true;
      tables = mkOption {
        type = types.attrsOf (types.submodule table);
        default = { };
      };
    };
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
      extraInputRules = lines;
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
        assertion = cfg.nftables.enable -> commands cfg.firewall == "" && commands cfg.nat == "";
        message = "extra commands are for iptables, and networking.nftables is on.";
      }
      # Stricter than the real one, which forgets them.
      {
        assertion =
          !cfg.nftables.enable -> cfg.firewall.extraInputRules == "" && cfg.nftables.tables == { };
        message = "rules of nftables are given, and networking.nftables is off.";
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
