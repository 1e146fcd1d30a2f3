# The directories of the MicroVMs, by hand.
{ data, lib, ... }:
{
  systemd.tmpfiles.settings."20-microvm" = lib.mapAttrs' (
    name: _:
    lib.nameValuePair "/var/lib/microvms/${name}" {
      d = {
        user = "microvm";
        group = "kvm";
        mode = "0755";
      };
    }
  ) data.vms.definitions;
}
