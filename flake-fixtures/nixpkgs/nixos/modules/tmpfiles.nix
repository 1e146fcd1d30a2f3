# `systemd.tmpfiles.settings`: by file, by path, by type of line.
{ lib, ... }:
let
  inherit (lib) mkOption types;

  column =
    default:
    mkOption {
      type = types.str;
      inherit default;
    };
  line.options = {
    mode = column "-";
    user = column "-";
    group = column "-";
    age = column "-";
    argument = column "";
  };
in
{
  options.systemd.tmpfiles.settings = mkOption {
    type = types.attrsOf (types.attrsOf (types.attrsOf (types.submodule line)));
    default = { };
  };
}
