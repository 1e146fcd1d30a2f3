# What runs in the VM of that name; the rest of it is nixgen's.
{ config, data, ... }:
let
  vm = data.vms.definitions.${config.networking.hostName};
in
{
  services.vault = {
    enable = true;
    address = "${vm.ip}:${toString vm.ports.api}";
    storageBackend = "raft";
    storagePath = vm.storage.mountPoint;
  };
}
