# What the MicroVMs have in common.
{ config, data, ... }:
let
  vm = data.vms.definitions.${config.networking.hostName};
  vlan = data.network.vlans.${vm.vlan};
in
{
  microvm = {
    inherit (data.hosts.common) hypervisor;
    inherit (vm) vcpu mem;
    vsock.cid = vm.vsockCid;
    interfaces = [
      {
        type = "tap";
        id = vm.tapId;
        inherit (vm) mac;
      }
    ];
    shares = [
      {
        tag = "ro-store";
        source = "/nix/store";
        mountPoint = "/nix/.ro-store";
        proto = "virtiofs";
      }
    ];
  };

  networking.useNetworkd = true;
  systemd.network.networks."20-lan" = {
    matchConfig.MACAddress = vm.mac;
    address = [ "${vm.ip}/${toString vlan.prefixLength}" ];
    gateway = [ vlan.gateway ];
    inherit (data.network) dns;
  };

  services.openssh = {
    enable = true;
    hostKeys = [
      {
        path = "/persistent/ssh/ssh_host_ed25519_key";
        type = "ed25519";
      }
    ];
  };
  users.users.root.openssh.authorizedKeys.keys = [
    data.hosts.definitions.${data.hosts.default}.sshPubKey
  ];
  system = { inherit (data.hosts.common) stateVersion; };
}
