# Secrets as sops-nix declares them.
{ lib, ... }:
let
  inherit (lib) mkOption types;

  needed = type: mkOption { inherit type; };
  secret =
    { name, ... }:
    {
    options = {
      sopsFile = needed types.path;
      path = mkOption {
        type = types.path;
        default = "/run/secrets/${name}";
      };
      format = mkOption {
        type = types.enum [
          "yaml"
          "json"
          "binary"
          "dotenv"
          "ini"
        ];
        default = "yaml";
      };
    };
  };
in
{
  options.sops.secrets = mkOption {
    type = types.attrsOf (types.submodule secret);
    default = { };
  };
}
