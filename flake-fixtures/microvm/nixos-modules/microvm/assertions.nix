# What microvm.nix refuses, or only warns of, or lets its runners fail on.
{ config, lib, ... }:
let
  cfg = config.microvm;
  inherit (config.networking) hostName;

  refuse = wrong: message: {
    assertion = !wrong;
    message = "MicroVM ${hostName}: ${message}";
  };
  twice =
    what: list:
    lib.mapAttrsToList (
      value: same: refuse (lib.length same > 1) "the ${what} ${value} is used more than once."
    ) (lib.groupBy (value: value) list);

  onCloudHypervisor = cfg.hypervisor == "cloud-hypervisor";
in
{
  assertions =
    twice "image" (map (volume: volume.image) cfg.volumes)
    ++ twice "interface" (map (interface: interface.id) cfg.interfaces)
    ++ twice "share tag" (map (share: share.tag) cfg.shares)
    ++ map (
      interface:
      refuse (
        builtins.stringLength interface.id > 15
      ) "the interface name ${interface.id} is over 15 bytes."
    ) cfg.interfaces
    ++ map (
      interface:
      refuse (
        (interface.type == "bridge") != (interface.bridge != null)
      ) "the interface ${interface.id} needs a bridge exactly if that is its type."
    ) cfg.interfaces
    ++ map (
      volume: refuse (volume.autoCreate && volume.size == null) "the image ${volume.image} has no size."
    ) cfg.volumes
    # In the real one these are errors of the hypervisor's runner.
    ++ lib.optionals onCloudHypervisor (
      map (
        share:
        refuse (share.proto != "virtiofs") "cloud-hypervisor has virtiofs shares only, not ${share.tag}."
      ) cfg.shares
      ++ map (
        device: refuse (device.bus != "pci") "cloud-hypervisor passes no USB devices on."
      ) cfg.devices
    );

  warnings =
    lib.optional (
      cfg.hypervisor == "qemu" && cfg.mem == 2048
    ) "MicroVM ${hostName}: QEMU hangs with exactly 2 GiB of memory."
    ++ lib.optional (
      onCloudHypervisor && cfg.vsock.cid == null
    ) "MicroVM ${hostName}: without a vsock CID, systemd cannot say when it is up."
    ++ map (volume: "MicroVM ${hostName}: the label of ${volume.image} is never written.") (
      lib.filter (volume: volume.label != null && !volume.autoCreate) cfg.volumes
    )
    ++ map (volume: "MicroVM ${hostName}: ${volume.image} is attached as raw.") (
      lib.filter (volume: volume.imageType != "raw" && !onCloudHypervisor) cfg.volumes
    );
}
