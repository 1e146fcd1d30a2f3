# The host, written by hand around nixgen's modules.
{ data, ... }:
let
  host = data.hosts.definitions.${data.hosts.default};
in
{
  imports = [
    ./boot.nix
    ./cluster-network.nix
    ./k8s-worker-host.nix
    ./microvm-storage.nix
  ];

  networking.hostName = host.hostname;
  nixpkgs = {
    hostPlatform = data.hosts.common.platform;
    # Vault's licence.
    config.allowUnfree = true;
  };

  users.users.${host.username} = {
    isNormalUser = true;
    extraGroups = [ "wheel" ];
    openssh.authorizedKeys.keys = [ host.sshPubKey ];
  };
  services.openssh.enable = true;

  system = { inherit (data.hosts.common) stateVersion; };
}
