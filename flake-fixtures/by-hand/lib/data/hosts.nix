{
  default = "homelab";
  common = {
    hypervisor = "qemu";
    stateVersion = "24.11";
    platform = "x86_64-linux";
  };
  definitions.homelab = {
    hostname = "homelab";
    username = "me";
    sshPubKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampleE me@laptop";
    deployment = {
      targetHost = "192.168.1.10";
      targetUser = "me";
      tags = [ "host" ];
    };
  };
}
