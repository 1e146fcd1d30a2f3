//! A cluster.toml out of bytes: each byte is a choice, mostly among what is
//! valid by itself. Nothing is chosen without bytes, and the result is minimal.

use std::fmt::Write as _;

struct Choices<'a>(&'a [u8]);

impl Choices<'_> {
    fn below(&mut self, end: usize) -> usize {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        usize::from(*first) % end
    }

    fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

/// Lines of `[cluster]` besides its name.
const CLUSTER: &[&[&str]] = &[
    &[
        "nixos = '25.11'\nkubernetes = '1.34'",
        "nixos = '24.11'\nkubernetes = '1.31'",
        "nixos = '25.05'\nkubernetes = '1.33'",
        "nixos = '26.05'\nkubernetes = '1.36'",
        "nixos = 'unstable'\nkubernetes = '1.37'\nstate_version = '25.05'",
        "nixos = '25.11'\nkubernetes = '1.35'\nkubernetes_nixpkgs = 'github:NixOS/nixpkgs/x?${y}'",
    ],
    &["", "pod_cidr = '10.128.0.0/9'", "pod_cidr = '172.20.0.0/16'", "pod_cidr = '10.0.0.0/8'"],
    &[
        "",
        "service_cidr = '172.30.0.0/16'",
        "service_cidr = '10.96.0.0/24'",
        "service_cidr = '10.0.0.0/30'",
    ],
    &["", "dns_domain = 'k8s.example.org'", "dns_domain = '1.2'"],
    &[
        "",
        "bridge_netfilter = 'per-bridge'",
        "bridge_netfilter = 'allow-bridged'",
        "bridge_netfilter = 'off'\nflannel_nftables = true",
        "bridge_netfilter = 'off'",
    ],
    &["", "firewall = 'nftables'"],
    &["", "hypervisor = 'cloud-hypervisor'"],
    &["", "vip = '10.0.20.200'", "vip = '10.0.20.1'"],
    &["", "endpoint = 'k8s.example.org:6443'", "endpoint = '10.0.20.10:443'"],
    &[
        "",
        "join_token_file = '/run/a b\"$(x)`''${y}\\'",
        "join_token_file = \"/run/it's {{ x }} {% y\"",
    ],
    &["", "encrypt_secrets = false", "audit = false", "encrypt_secrets = false\naudit = false"],
    &["", "secrets = 'sops'", "secrets = 'agenix'"],
    &["", "formation = 'units'"],
    &["", "host_decrypts = true"],
    &["", "formatter = 'alejandra'"],
];

const NETWORK: &[&[&str]] = &[
    &["", "bridge = 'br.0-_'", "bridge = '-'"],
    &[
        "",
        "wan = { subnet = '192.168.1.0/24', gateway = '192.168.1.1' }",
        "wan = { subnet = '0.0.0.0/0', gateway = '1.1.1.1' }",
    ],
    &[
        "",
        "vlans.management = { id = 10, subnet = '10.0.10.0/28', gateway = '10.0.10.14' }",
        "vlans.management = { id = 10, subnet = '10.0.10.0/24', allow_from = ['services', 'wan', 'x'] }",
        "vlans.o = { id = 4094, subnet = '10.0.30.0/30' }",
    ],
];

const HOST: &[&[&str]] = &[
    &[
        "",
        "role = 'worker'\nvlan = 'services'\naddresses.services = '10.0.20.5'",
        "role = 'worker'\nvlan = 'services'\naddresses.services = '10.0.20.6'",
        "addresses.services = '10.0.20.7'",
    ],
    &["", "host_name = 'metal'", "host_name = 'v1'", "host_name = 'true'"],
    &["", "system = 'aarch64-linux'"],
    &["", "gateway = true", "gateway = false"],
    &["", "wan_address = '192.168.1.10'", "wan_address = '192.168.1.11'"],
    &["", "labels = { gpu = 'amd', 'a.b/c' = '' }", "labels.zone = 'null'"],
    &["", "taints = ['gpu=amd:NoSchedule']", "taints = ['a:NoExecute', 'b/c=d:PreferNoSchedule']"],
    &[
        "",
        "gpu = { model = 'gfx1103' }",
        "gpu = { model = 'gfx1100', hsa_override = 'none' }",
        "gpu = { model = 'gfx1100', mode = 'passthrough', pci = ['0000:03:00.0', '0000:03:00.1'], vm = 'v1' }",
        "gpu = { model = 'gfx90a', mode = 'none' }",
    ],
    &["", "extra_modules = ['modules/é ${x}.nix']", "extra_modules = ['a', './b', 'hosts/h0.nix']"],
    &[
        "",
        "deployment = { target_host = '\"a b\" $(x)', target_user = 'root', tags = ['x'] }",
        "deployment = { tags = ['b', 'a', 'b'], without_tags = ['host'], colmena = false, build_on_target = true }",
    ],
];

const VM: &[&[&str]] = &[
    &["", "vlan = 'services'", "vlan = 'management'"],
    &["", "vcpu = 1", "vcpu = 64"],
    &["", "memory = '8GiB'", "memory = '2GiB'", "memory = '2047MiB'", "memory = '4TiB'"],
    &["", "mac = '02:00:00:00:00:01'", "tap = 'vm-x'", "vsock_cid = 3"],
    &["", "persist = ['/var/log']", "persist = ['/var/log', '/srv/a b', '/home/\"$(x)']"],
    &[
        "",
        "storage = { mount = '/var/lib/x y' }",
        "storage = { mount = '/data', source = '/srv/${x}' }",
    ],
    &[
        "",
        "shares.x = { mount = '/x', source = '/srv/\"$(x)' }",
        "shares.nixos = { mount = '/x', source = '/etc', read_only = true }",
    ],
    &[
        "",
        "volumes.data = { size = '1GiB', mount = '/mnt' }",
        "volumes.data = { size = '1GiB', mount = '/mnt', format = 'raw', fs = 'btrfs' }",
    ],
    &[
        "",
        "volumes.kubelet = { size = '20GiB', format = 'raw' }",
        "volumes.etcd = { fs = 'xfs' }",
        "volumes.containerd.size = '100GiB'",
    ],
    &["", "ports = { web = 80 }", "ports = { ssh = 2222, Web-1_x = 65535 }", "ports = { x = 0 }"],
    &["", "labels = { a = 'b' }", "labels = { 'a/b' = 'true', or = '1' }"],
    &["", "taints = ['x:NoSchedule']"],
    &["", "autostart = false"],
    &["", "extra_modules = ['m.nix']"],
];

/// Of a machine or a role.
const NIXOS: &[&[&str]] = &[
    &[
        "",
        "nixos.services.nginx.enable = true",
        r#"nixos.services.nginx = { enable = true, virtualHosts."a\"$".root = '/srv/${x}' }"#,
        "nixos.networking.hostName = 'x'",
        r#"nixos.systemd.services."a b" = { script = "''${x}\n'''\\" }"#,
    ],
    &[
        "",
        r#"nixos.boot.kernelParams = ['a"b', "${c}\n", '']"#,
        "nixos.boot.kernel.sysctl = { 'vm.swappiness' = -10, 'a.b' = 1.5e300, rec = [-1, [0.5, {}]] }",
        "nixos.imports = ['x']",
    ],
    &[
        "",
        "nixos.environment.variables.A = 'b'",
        r#"nixos.environment.variables = { 'or' = "\u2028" }"#,
    ],
];

const ROLES: &[&[&str]] = &[
    &[
        "",
        "[roles.worker]\nextra_modules = ['w.nix']",
        "[roles.microvm]\nextra_modules = ['m.nix']",
        "[roles.worker-microvm]\nextra_modules = ['w.nix']\n[roles.outside.nixos]\na = 1",
    ],
    &["", "[roles.control-plane.nixos]\nenvironment.variables.A = 'c'\nboot.kernelParams = ['r']"],
    &["", "[roles.host.nixos]\nservices.nginx = { enable = false }"],
];

const OLLAMA: &[&[&str]] = &[
    &["image = 'ollama/ollama:0.35.1-rocm'", "image = 'x/y@sha256:00'"],
    &[
        "",
        "node_selector = { gpu = 'amd' }",
        "node_selector = { a = 'b' }",
        "node_selector.'kubernetes.io/hostname' = 'h0'",
    ],
    &["", "gpu_access = 'device-plugin'", "gpu_access = 'privileged'"],
    &["", "node_port = 30000", "node_port = 29999"],
    &["", "data = '/srv/{{ x }} | \\ `a` --- <!--'"],
];

const OUTPUTS: &[&[&str]] = &[
    &["", "flake = { render = true }", "flake = { render = true, path = 'x/y.nix' }"],
    &["", "hosts.path = 'a/b c'", "hosts.path = 'vms'"],
    &["", "vms.path = 'nodes'", "vms.render = false"],
    &["", "domains.path = 'data/${x}'"],
    &["", "bootstrap.path = 'boot \"$(x)\"'"],
    &["", "runbook.path = 'README.md'", "ollama.path = 'ollama.yaml'", "flannel.render = false"],
    &["", "kubeadm-base.path = 'base.nix'", "adapters.path = 'é/a.nix'"],
];

fn section(text: &mut String, head: &str, lines: &[&[&str]], choices: &mut Choices<'_>) {
    let _ = writeln!(text, "{head}");
    for line in lines {
        let _ = writeln!(text, "{}", choices.of(line));
    }
}

pub(crate) fn written(bytes: &[u8]) -> String {
    let mut choices = Choices(bytes);
    let c = &mut choices;
    let mut text = String::new();
    section(&mut text, "[cluster]\nname = 'fuzz'", CLUSTER, c);
    let network =
        "[network]\ndns = ['1.1.1.1']\nvlans.services = { id = 20, subnet = '10.0.20.0/24' }";
    section(&mut text, network, NETWORK, c);
    let hosts = 1 + c.below(3);
    for host in 0..hosts {
        section(&mut text, &format!("[hosts.h{host}]\nuplink = 'eno1'"), HOST, c);
        section(&mut text, "", NIXOS, c);
        text += c.of(&[
            "boot = { root = { device = '/dev/a' }, esp = { device = '/dev/b' } }\n",
            "boot = { loader = 'grub', root = { device = '/dev/a b', fs = 'xfs' }, esp = { device = '/dev/\"${b}' } }\n",
            "hardware = 'hardware/it''s.nix'\n",
            "hardware = 'h.nix'\n",
        ]);
        let _ = writeln!(text, "[hosts.h{host}.users.admin]\nadmin = true\nssh_keys = [");
        text += "'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampleE a'\n]\n";
    }
    for vm in 0..=c.below(6) {
        let role =
            if vm == 0 { "control-plane" } else { c.of(&["worker", "none", "control-plane"]) };
        let host =
            if hosts == 1 { String::new() } else { format!("host = 'h{}'\n", c.below(hosts)) };
        let ip = match c.below(4) {
            0 => String::new(),
            _ => format!("ip = '10.0.20.{}'\n", 10 + vm),
        };
        let head = format!("[vms.v{vm}]\nrole = '{role}'\n{host}{ip}");
        section(&mut text, &head, VM, c);
        section(&mut text, "", NIXOS, c);
    }
    if c.below(2) == 1 {
        section(&mut text, "[workloads.ollama]", OLLAMA, c);
    }
    section(&mut text, "", ROLES, c);
    section(&mut text, "[outputs]", OUTPUTS, c);
    text
}
