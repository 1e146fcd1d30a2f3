{
  hosts = import ./hosts.nix;
  network = import ./network.nix;
  vms = import ./vms.nix;
  secrets.path = "/run/secrets";
}
