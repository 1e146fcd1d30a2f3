{
  imports = [ ../modules/nixos/kubernetes.nix ];
  networking.hostName = "k8s-master";
  networking.firewall.allowedTCPPorts = [ 6443 ];
}
