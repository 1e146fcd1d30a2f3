# The guest's system: a root in memory, and what is mounted into it.
{ config, lib, ... }:
let
  inherit (config.microvm) shares storeOnDisk volumes;

  # The first letter is the store's own disk, where it has one.
  letters = lib.optional storeOnDisk "a" ++ [
    "a"
    "b"
    "c"
    "d"
    "e"
    "f"
  ];
  device =
    index: volume:
    if volume.label != null then
      "/dev/disk/by-label/${volume.label}"
    else
      "/dev/vd${builtins.elemAt letters (index + (if storeOnDisk then 1 else 0))}";

  mountOfVolume =
    index: volume:
    lib.optionalAttrs (volume.mountPoint != null) {
      ${volume.mountPoint} = {
        inherit (volume) fsType;
        device = device index volume;
      };
    };

  mountOfShare = share: {
    ${share.mountPoint} = {
      device = share.tag;
      fsType = share.proto;
      options = [
        "defaults"
        "x-systemd.after=systemd-modules-load.service"
      ];
      neededForBoot = lib.mkIf (share.source == "/nix/store") true;
    };
  };

  store =
    if storeOnDisk then
      {
        device = "/dev/disk/by-label/nix-store";
        fsType = "erofs";
        neededForBoot = true;
      }
    else
      {
        device = (lib.head (lib.filter (share: share.source == "/nix/store") shares)).mountPoint;
        fsType = "virtiofs";
        options = [
          "ro"
          "bind"
        ];
        neededForBoot = true;
      };
in
{
  fileSystems = lib.mkMerge (
    [
      {
        "/" = lib.mkDefault {
          device = "rootfs";
          fsType = "tmpfs";
          options = [ "size=50%,mode=0755" ];
          neededForBoot = true;
        };
        "/nix/store" = store;
      }
    ]
    ++ lib.imap0 mountOfVolume volumes
    ++ map mountOfShare shares
  );

  boot = {
    loader.grub.enable = false;
    blacklistedKernelModules = [ "drm" ];
  };
  networking.useNetworkd = lib.mkDefault true;
  systemd.network.wait-online.enable = lib.mkDefault false;
}
