# The bridge and its VLANs, by hand.
{ data, ... }:
let
  inherit (data.network) dns vlans wan;
  vlanOf = vlan: {
    matchConfig.Name = "vlan${toString vlan.id}";
    address = [ "${vlan.gateway}/${toString vlan.prefixLength}" ];
  };
in
{
  networking = {
    useDHCP = false;
    useNetworkd = true;
    firewall.checkReversePath = "loose";
    nat = {
      enable = true;
      externalInterface = "vmbr0";
      internalInterfaces = [
        "vlan10"
        "vlan20"
      ];
    };
  };
  systemd.network = {
    netdevs = {
      "10-vmbr0" = {
        netdevConfig = {
          Kind = "bridge";
          Name = "vmbr0";
        };
        bridgeConfig.VLANFiltering = true;
      };
      "20-vlan10" = {
        netdevConfig = {
          Kind = "vlan";
          Name = "vlan10";
        };
        vlanConfig.Id = vlans.management.id;
      };
      "20-vlan20" = {
        netdevConfig = {
          Kind = "vlan";
          Name = "vlan20";
        };
        vlanConfig.Id = vlans.services.id;
      };
    };
    networks = {
      "20-uplink" = {
        matchConfig.Name = "enp1s0";
        bridge = [ "vmbr0" ];
      };
      "30-vmbr0" = {
        matchConfig.Name = "vmbr0";
        address = [ "${wan.host}/${toString wan.prefixLength}" ];
        gateway = [ wan.gateway ];
        inherit dns;
        vlan = [
          "vlan10"
          "vlan20"
        ];
        bridgeVLANs = [
          { VLAN = vlans.management.id; }
          { VLAN = vlans.services.id; }
        ];
      };
      "30-vlan10" = vlanOf vlans.management;
      "30-vlan20" = vlanOf vlans.services;
      "40-taps" = {
        matchConfig.Name = "vm-*";
        bridge = [ "vmbr0" ];
        bridgeVLANs = [
          {
            PVID = vlans.services.id;
            EgressUntagged = vlans.services.id;
          }
        ];
      };
    };
  };
}
