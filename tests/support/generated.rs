//! Clusters of any size, for benches and tests alike.

use std::fmt::Write as _;

/// A valid `cluster.toml` with `vms` MicroVMs, one of them the control plane,
/// on as many hosts as it takes: a Linux bridge has 1024 ports.
pub fn cluster(vms: usize) -> String {
    written(vms, "")
}

/// The same with all that people write of a machine: labels, taints, ports, a
/// volume, and options of NixOS.
pub fn full_cluster(vms: usize) -> String {
    written(
        vms,
        "labels = { \"topology.kubernetes.io/zone\" = \"rack-7\", disk = \"nvme\" }\n\
         taints = [\"dedicated=batch:NoSchedule\"]\n\
         ports = { metrics = 9100, web = 8080 }\n\
         volumes.data = { size = \"40GiB\", mount = \"/var/lib/data\" }\n\
         nixos.boot.kernel.sysctl.\"vm.max_map_count\" = 262144\n\
         nixos.services.prometheus.exporters.node.enable = true\n",
    )
}

/// A cluster whose MicroVMs have these lines besides their own.
fn written(vms: usize, more: &str) -> String {
    let hosts = vms.div_ceil(900);
    let mut text = String::from(
        "[cluster]\nname = \"generated\"\nnixos = \"25.11\"\nkubernetes = \"1.34\"\n\
         pod_cidr = \"10.128.0.0/9\"\n\n\
         [network]\ndns = [\"1.1.1.1\"]\n\n\
         [network.vlans.services]\nid = 20\nsubnet = \"10.16.0.0/14\"\n\n",
    );
    for host in 0..hosts {
        let _ = write!(
            text,
            "[hosts.host-{host}]\nuplink = \"enp1s0\"\ngateway = {}\n\
             boot = {{ root = {{ device = \"/dev/disk/by-label/nixos\" }}, esp = {{ device = \"/dev/disk/by-label/boot\" }} }}\n\
             users.admin = {{ admin = true, ssh_keys = [\"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampleE admin\"] }}\n\n",
            host == 0,
        );
    }
    for vm in 0..vms {
        let role = if vm == 0 { "control-plane" } else { "worker" };
        let (third, fourth) = (vm / 200, vm % 200 + 20);
        let _ = write!(
            text,
            "[vms.node-{vm}]\nrole = \"{role}\"\nhost = \"host-{}\"\nip = \"10.{}.{}.{fourth}\"\nvcpu = 4\nmemory = \"8GiB\"\n{more}\n",
            vm % hosts,
            16 + third / 256,
            third % 256,
        );
    }
    text
}
