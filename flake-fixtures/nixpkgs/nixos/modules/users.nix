# `users`, and who may become root.
{ config, lib, ... }:
let
  inherit (lib) mkIf mkOption types;

  off = mkOption {
    type = types.bool;
    default = false;
  };
  entry = types.strMatching "[^:\n]*";
  entries = mkOption {
    type = types.listOf entry;
    default = [ ];
  };

  user =
    { config, ... }:
    {
      options = {
        isNormalUser = off;
        isSystemUser = off;
        group = mkOption {
          type = types.str;
          default = "";
        };
        extraGroups = entries;
        hashedPasswordFile = mkOption {
          type = types.nullOr types.str;
          default = null;
        };
        openssh.authorizedKeys.keys = mkOption {
          type = types.listOf types.singleLineStr;
          default = [ ];
        };
      };
      config.group = mkIf config.isNormalUser (lib.mkDefault "users");
    };

  members = lib.concatMap (group: group.members) (lib.attrValues config.users.groups);
in
{
  options = {
    users.users = mkOption {
      type = types.attrsOf (types.submodule user);
      default = { };
    };
    users.groups = mkOption {
      type = types.attrsOf (types.submodule { options.members = entries; });
      default = { };
    };
    security.sudo.wheelNeedsPassword = mkOption {
      type = types.bool;
      default = true;
    };
  };

  config = {
    users.users.root = {
      isSystemUser = true;
      group = "root";
    };
    users.groups = lib.genAttrs [
      "kvm"
      "render"
      "root"
      "users"
      "video"
      "wheel"
    ] (_: { });

    assertions =
      lib.concatMap (name: [
        {
          assertion = with config.users.users.${name}; isNormalUser != isSystemUser;
          message = "The user ${name} has to be either a normal or a system user.";
        }
        {
          assertion = config.users.groups ? ${config.users.users.${name}.group};
          message = "The group of the user ${name} does not exist.";
        }
      ]) (lib.attrNames config.users.users)
      # Stricter than the real one, which gives such a group a member that is nobody.
      ++ map (name: {
        assertion = config.users.users ? ${name};
        message = "The member ${name} of a group is no user.";
      }) members;
  };
}
