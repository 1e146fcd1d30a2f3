# The options of a MicroVM.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;

  needed = type: mkOption { inherit type; };
  default = default: type: mkOption { inherit type default; };
  listOfSets =
    options:
    mkOption {
      type = types.listOf (types.submodule { inherit options; });
      default = [ ];
    };
in
{
  options.microvm = {
    hypervisor = default "qemu" (
      types.enum [
        "qemu"
        "cloud-hypervisor"
        "firecracker"
        "crosvm"
        "kvmtool"
        "stratovirt"
        "alioth"
        "vfkit"
      ]
    );
    vcpu = default 1 types.ints.positive;
    mem = default 512 types.ints.positive;
    # What `imageType` and a lasting machine id came with.
    machineId = default null (types.nullOr types.str);
    vsock.cid = default null (types.nullOr types.int);
    preStart = default "" types.lines;
    qemu.extraArgs = default [ ] (types.listOf types.str);
    cloud-hypervisor.extraArgs = default [ ] (types.listOf types.str);

    volumes = listOfSets {
      image = needed types.str;
      # Asked for only where microvm.nix makes the image.
      size = default null (types.nullOr types.int);
      mountPoint = needed (types.nullOr types.path);
      fsType = default "ext4" types.str;
      label = default null (types.nullOr types.str);
      serial = default null (types.nullOr types.str);
      autoCreate = default true types.bool;
      readOnly = default false types.bool;
      imageType = default "raw" (
        types.enum [
          "raw"
          "qcow2"
          "vhd"
          "vhdx"
        ]
      );
    };

    interfaces = listOfSets {
      type = needed (
        types.enum [
          "user"
          "tap"
          "macvtap"
          "bridge"
        ]
      );
      id = needed types.str;
      mac = needed types.str;
      bridge = default null (types.nullOr types.str);
      tap.vhost = default false types.bool;
    };

    shares = listOfSets {
      tag = needed types.str;
      source = needed types.nonEmptyStr;
      mountPoint = needed types.path;
      proto = default "9p" (
        types.enum [
          "9p"
          "virtiofs"
        ]
      );
      readOnly = default false types.bool;
    };

    devices = listOfSets {
      bus = needed (
        types.enum [
          "pci"
          "usb"
        ]
      );
      path = needed types.str;
    };

    # The packages of the machine that runs it.
    vmHostPackages = default pkgs types.raw;
    storeOnDisk = default (lib.all (
      share: share.source != "/nix/store"
    ) config.microvm.shares) types.bool;
  };
}
