# A node, by hand.
{ lib, pkgs, ... }:
{
  boot.kernelModules = [
    "overlay"
    "br_netfilter"
  ];
  boot.kernel.sysctl."net.ipv4.ip_forward" = 1;
  virtualisation.containerd = {
    enable = true;
    settings.plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options.SystemdCgroup = true;
  };
  environment.systemPackages = [
    pkgs.kubernetes
    pkgs.cri-tools
  ];
  systemd.services.kubelet = {
    description = "kubelet";
    wantedBy = [ "multi-user.target" ];
    after = [ "containerd.service" ];
    path = [ pkgs.util-linux ];
    unitConfig.ConditionPathExists = "/var/lib/kubelet/config.yaml";
    serviceConfig = {
      ExecStart = "${pkgs.kubernetes}/bin/kubelet --config=/var/lib/kubelet/config.yaml --kubeconfig=/etc/kubernetes/kubelet.conf";
      Restart = "always";
    };
  };
  networking.firewall.allowedTCPPorts = [ 10250 ];
  networking.firewall.allowedUDPPorts = [ 8472 ];
}
