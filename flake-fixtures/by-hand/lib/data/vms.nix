let
  mkPorts = ports: { ssh = 22; } // ports;
in
rec {
  definitions = {
    vault = {
      hostname = "vault";
      vlan = "management";
      ip = "10.0.10.10";
      mac = "02:00:00:0a:00:0a";
      tapId = "vm-vault";
      vsockCid = 10;
      vcpu = 1;
      mem = 1024;
      ports = mkPorts { api = 8200; };
      storage = {
        source = "/srv/vault";
        mountPoint = "/var/lib/vault";
        tag = "vault-data";
      };
      deployment = {
        colmena = true;
        tags = [ "management" ];
        user = "root";
      };
    };
    k8s-master = {
      hostname = "k8s-master";
      vlan = "services";
      ip = "10.0.20.10";
      mac = "02:00:00:14:00:0a";
      tapId = "vm-master";
      vsockCid = 20;
      vcpu = 2;
      mem = 4096;
      ports = mkPorts {
        api = 6443;
        kubelet = 10250;
      };
      kubeletVolume.size = 2048;
      deployment = {
        colmena = true;
        tags = [ "k8s" ];
        user = "root";
      };
    };
    k8s-worker-1 = {
      hostname = "k8s-worker-1";
      vlan = "services";
      ip = "10.0.20.11";
      mac = "02:00:00:14:00:0b";
      tapId = "vm-worker-1";
      vsockCid = 21;
      vcpu = 2;
      mem = 4096;
      ports = mkPorts { kubelet = 10250; };
      kubeletVolume.size = 2048;
      deployment = {
        colmena = true;
        tags = [ "k8s" ];
        user = "root";
      };
    };
  };
  order = [
    "vault"
    "k8s-master"
    "k8s-worker-1"
  ];
  microvmList = order;
  tagList = [
    "management"
    "k8s"
  ];
  k8s.clusterName = "homelab";
}
