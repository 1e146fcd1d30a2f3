# The packages that rendered code, the fixtures' own code and the modules name.
# They are derivations in name only: nothing is ever built of them, and any other
# name is an error.
{
  system,
  overlays ? [ ],
  config ? { },
}:
let
  lib = import ./lib;

  fake =
    version: pname:
    let
      outPath = "/nix/store/00000000000000000000000000000000-${pname}-${version}";
    in
    {
      type = "derivation";
      name = "${pname}-${version}";
      drvPath = "${outPath}.drv";
      inherit pname version outPath;
    };
  packages = version: names: lib.genAttrs names (fake version);

  self =
    packages "1.0" [
      "alejandra"
      "bash"
      "cni-plugins"
      "conntrack-tools"
      "containerd"
      "coreutils"
      "cri-tools"
      "e2fsprogs"
      "ebtables"
      "etcd"
      "ethtool"
      "iproute2"
      "iptables"
      "kmod"
      "nixfmt-rfc-style"
      "nixfmt-tree"
      "qemu-utils"
      "socat"
      "util-linux"
      "vault"
    ]
    // {
      inherit config lib;
      kubernetes = fake "0.0.0" "kubernetes";
      rocmPackages = packages "1.0" [
        "rocm-smi"
        "rocminfo"
      ];
      stdenv.hostPlatform = { inherit system; };
      # Its name only, too.
      writeText = name: _: "/nix/store/00000000000000000000000000000000-${name}";
      writeShellScript = self.writeText;
      path = ./.;
      appendOverlays =
        more:
        import ./. {
          inherit system config;
          overlays = overlays ++ more;
        };
    };
in
lib.foldl' (previous: overlay: previous // overlay previous previous) self overlays
