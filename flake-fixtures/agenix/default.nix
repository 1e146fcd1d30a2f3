# Secrets as agenix declares them.
{ lib, ... }:
let
  inherit (lib) mkOption types;

  needed = type: mkOption { inherit type; };
  secret.options = {
    file = needed types.path;
    path = needed types.path;
  };
in
{
  options.age.secrets = mkOption {
    type = types.attrsOf (types.submodule secret);
    default = { };
  };
}
