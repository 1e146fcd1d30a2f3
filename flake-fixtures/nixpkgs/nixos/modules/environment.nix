# What users and programs find on the machine, and Nix itself.
{ lib, ... }:
let
  inherit (lib) mkOption types;

  textOf =
    value: if lib.isList value then lib.concatStringsSep ":" (map toString value) else toString value;

  atom = types.nullOr (
    types.oneOf [
      types.bool
      types.int
      types.float
      types.str
      types.path
    ]
  );
in
{
  options = {
    environment = {
      systemPackages = mkOption {
        type = types.listOf types.package;
        default = [ ];
      };
      variables = mkOption {
        type = types.attrsOf (
          types.oneOf [
            (types.listOf types.str)
            types.int
            types.str
          ]
        );
        default = { };
        apply = lib.mapAttrs (_: textOf);
      };
      etc = mkOption {
        type = types.attrsOf (
          types.submodule {
            options = {
              # A file of the store, here as everywhere a name only.
              source = mkOption {
                type = types.path;
                default = "/nix/store/00000000000000000000000000000000-etc";
              };
              text = mkOption {
                type = types.nullOr types.lines;
                default = null;
              };
              mode = mkOption {
                type = types.str;
                default = "symlink";
              };
            };
          }
        );
        default = { };
      };
    };
    nix.settings = mkOption {
      type = types.attrsOf (types.either atom (types.listOf atom));
      default = { };
    };
  };
}
