# The MicroVMs of the host, put together by hand.
{ lib, data }:
let
  inherit (data.vms) definitions;

  mkShare = share: { microvm.shares = [ (share // { proto = "virtiofs"; }) ]; };

  mkStorageModules =
    name:
    let
      vm = definitions.${name};
    in
    [
      (mkShare {
        source = "/var/lib/microvms/${name}/ssh";
        mountPoint = "/persistent/ssh";
        tag = "ssh";
      })
      { fileSystems."/persistent/ssh".neededForBoot = true; }
    ]
    ++ lib.optional (vm ? storage) (mkShare vm.storage)
    ++ lib.optional (name == "k8s-master") (mkShare {
      source = "/var/lib/microvms/${name}/etcd";
      mountPoint = "/var/lib/etcd";
      tag = "etcd";
    })
    ++ lib.optionals (vm ? kubeletVolume) [
      (mkShare {
        source = "/var/lib/microvms/${name}/kubernetes";
        mountPoint = "/etc/kubernetes";
        tag = "kubernetes";
      })
      {
        microvm.volumes = [
          {
            image = "kubelet.img";
            mountPoint = "/var/lib/kubelet";
            label = "kubelet";
            inherit (vm.kubeletVolume) size;
          }
        ];
      }
    ];

  # Decrypted on the host, shared with the VMs.
  secretsModule = mkShare {
    source = data.secrets.path;
    mountPoint = data.secrets.path;
    tag = "secrets";
  };
in
lib.genAttrs data.vms.microvmList (name: {
  specialArgs = { inherit data; };
  config.imports = [
    (../vms + "/${name}.nix")
    ../modules/nixos/guest.nix
    secretsModule
  ]
  ++ mkStorageModules name;
})
