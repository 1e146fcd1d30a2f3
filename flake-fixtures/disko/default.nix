# Disks as disko declares them, and the file systems that follow.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;

  fileSystemsOf =
    disk: partitions:
    lib.mapAttrsToList (name: partition: {
      ${partition.content.mountpoint} = {
        device = "/dev/disk/by-partlabel/disk-${disk}-${name}";
        fsType = partition.content.format;
      };
    }) partitions;
in
{
  options.disko.devices.disk = mkOption {
    type = types.attrsOf types.raw;
    default = { };
  };
  config.fileSystems = lib.mkMerge (
    lib.concatLists (
      lib.mapAttrsToList (disk: value: fileSystemsOf disk value.content.partitions) config.disko.devices.disk
    )
  );
}
