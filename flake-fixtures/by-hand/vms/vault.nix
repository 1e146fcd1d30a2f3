{ data, ... }:
let
  vm = data.vms.definitions.vault;
in
{
  networking.hostName = "vault";
  networking.firewall.allowedTCPPorts = [ vm.ports.api ];
  services.vault = {
    enable = true;
    address = "${vm.ip}:${toString vm.ports.api}";
    storageBackend = "raft";
    storagePath = vm.storage.mountPoint;
  };
}
