# The MicroVMs of the host: what nixgen says of each, and the repository's own.
{ lib, data }:
let
  inherit (import ./microvm-storage.nix { inherit lib data; }) mkK8sStorageModule mkStorageModule;

  # Secrets are decrypted on the host, each VM's in a directory of its own.
  mkSecretsModule =
    name:
    { lib, ... }:
    {
      microvm.shares = lib.mkAfter [
        {
          source = "${data.secrets.path}/${name}";
          mountPoint = data.secrets.path;
          tag = "secrets";
          proto = "virtiofs";
        }
      ];
    };

  # Machines know each other by name without a name server.
  hostsModule.networking.hosts = lib.mapAttrs' (
    _: vm: lib.nameValuePair vm.ip [ vm.hostname ]
  ) data.vms.definitions;
in
lib.genAttrs data.vms.microvmList (name: {
  specialArgs = { inherit data; };
  config.imports = [
    (../vms + "/${name}.nix")
    (mkStorageModule name)
    (mkK8sStorageModule name)
    (mkSecretsModule name)
    hostsModule
  ];
})
