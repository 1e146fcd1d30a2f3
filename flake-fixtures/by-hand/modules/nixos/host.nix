{ data, ... }:
let
  host = data.hosts.definitions.${data.hosts.default};
in
{
  imports = [
    ./disko.nix
    ./kubernetes.nix
    ./microvm-directories.nix
    ./network.nix
  ];

  networking.hostName = host.hostname;
  nixpkgs.hostPlatform = data.hosts.common.platform;
  boot.loader = {
    systemd-boot.enable = true;
    efi.canTouchEfiVariables = true;
  };

  users.users.${host.username} = {
    isNormalUser = true;
    extraGroups = [ "wheel" ];
    openssh.authorizedKeys.keys = [ host.sshPubKey ];
  };
  services.openssh.enable = true;
  sops.secrets."k8s/joinToken".sopsFile = ../../secrets/secrets.yaml;
  sops.secrets."k8s/caCertHash".sopsFile = ../../secrets/secrets.yaml;

  system = { inherit (data.hosts.common) stateVersion; };
}
