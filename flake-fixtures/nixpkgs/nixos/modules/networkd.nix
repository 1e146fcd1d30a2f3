# `systemd.network`. Each section takes the keys listed here: the real module
# checks names and values of networkd's sections, too.
{ config, lib, ... }:
let
  inherit (lib)
    mkDefault
    mkIf
    mkOption
    types
    ;

  strings = mkOption {
    type = types.listOf types.str;
    default = [ ];
  };
  flag = types.either types.bool (
    types.enum [
      "yes"
      "no"
    ]
  );
  text = types.either types.str (types.listOf types.str);
  vlanId = types.ints.between 0 4094;
  vlanIds = types.either vlanId (types.strMatching "[0-9]+(-[0-9]+)?");

  sectionType =
    keys:
    types.submodule {
      options = lib.mapAttrs (
        _: type:
        mkOption {
          type = types.nullOr type;
          default = null;
        }
      ) keys;
    };
  written = lib.filterAttrs (_: value: value != null);
  section =
    keys:
    mkOption {
      type = sectionType keys;
      default = { };
      apply = written;
    };
  sections =
    keys:
    mkOption {
      type = types.listOf (sectionType keys);
      default = [ ];
      apply = map written;
    };

  # In order: a state, or a range of two, is what "online" may mean for a link.
  states = [
    "missing"
    "off"
    "no-carrier"
    "dormant"
    "degraded-carrier"
    "carrier"
    "degraded"
    "enslaved"
    "routable"
  ];
  state = "(${lib.concatStringsSep "|" states})";

  netdev.options = {
    netdevConfig = {
      Kind = mkOption {
        type = types.enum [
          "bond"
          "bridge"
          "dummy"
          "macvlan"
          "vlan"
          "vxlan"
        ];
      };
      Name = mkOption { type = types.str; };
      MACAddress = mkOption {
        type = types.nullOr types.str;
        default = null;
      };
    };
    bridgeConfig = section {
      DefaultPVID = types.either vlanId (types.enum [ "none" ]);
      STP = flag;
      VLANFiltering = flag;
    };
    vlanConfig = section { Id = vlanId; };
  };

  network.options = {
    matchConfig = section {
      MACAddress = text;
      Name = text;
      Type = text;
    };
    linkConfig = section {
      MTUBytes = types.str;
      RequiredForOnline = types.either flag (types.strMatching "${state}(:${state})?");
    };
    networkConfig = section {
      ConfigureWithoutCarrier = flag;
      DHCP = types.either flag (
        types.enum [
          "ipv4"
          "ipv6"
        ]
      );
      IPv4Forwarding = flag;
      LinkLocalAddressing = types.str;
    };
    DHCP = mkOption {
      type = types.nullOr types.str;
      default = null;
    };
    address = strings;
    bridge = strings;
    bridgeVLANs = sections {
      EgressUntagged = vlanIds;
      PVID = vlanId;
      VLAN = vlanIds;
    };
    dns = strings;
    gateway = strings;
    vlan = strings;
  };
in
{
  options.systemd.network = {
    enable = mkOption {
      type = types.bool;
      default = false;
    };
    wait-online.enable = mkOption {
      type = types.bool;
      default = true;
    };
    netdevs = mkOption {
      type = types.attrsOf (types.submodule netdev);
      default = { };
    };
    networks = mkOption {
      type = types.attrsOf (types.submodule network);
      default = { };
    };
  };

  config.systemd.network.enable = mkIf config.networking.useNetworkd (mkDefault true);
}
