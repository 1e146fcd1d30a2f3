{
  imports = [ ../modules/nixos/kubernetes.nix ];
  networking.hostName = "k8s-worker-1";
}
