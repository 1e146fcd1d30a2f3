# Services that come with NixOS.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib)
    mkIf
    mkOption
    mkOptionDefault
    types
    ;

  boolean =
    default:
    mkOption {
      type = types.bool;
      inherit default;
    };

  # Whatever containerd.toml can hold.
  toml = types.named "TOML value" (
    types.oneOf [
      types.bool
      types.int
      types.float
      types.str
      (types.attrsOf toml)
      (types.listOf toml)
    ]
  );
in
{
  options = {
    services = {
      openssh = {
        enable = boolean false;
        ports = mkOption {
          type = types.listOf types.port;
          default = [ 22 ];
        };
        hostKeys = mkOption {
          type = types.listOf (types.attrsOf types.raw);
          default = [
            {
              path = "/etc/ssh/ssh_host_ed25519_key";
              type = "ed25519";
            }
          ];
        };
        # Stricter than the real one, which lets any further key through to sshd.
        settings = {
          KbdInteractiveAuthentication = boolean true;
          PasswordAuthentication = boolean true;
          PermitRootLogin = mkOption {
            type = types.enum [
              "yes"
              "prohibit-password"
              "forced-commands-only"
              "no"
            ];
            default = "prohibit-password";
          };
        };
      };
      # networkd brings it, unless somebody says otherwise.
      resolved.enable = boolean config.systemd.network.enable;
      udev.extraRules = mkOption {
        type = types.lines;
        default = "";
      };
      vault = {
        enable = boolean false;
        address = mkOption {
          type = types.str;
          default = "127.0.0.1:8200";
        };
        storageBackend = mkOption {
          type = types.enum [
            "inmem"
            "file"
            "raft"
          ];
          default = "inmem";
        };
        storagePath = mkOption {
          type = types.nullOr types.path;
          default = null;
        };
      };
    };
    virtualisation.containerd = {
      enable = boolean false;
      settings = mkOption {
        type = toml;
        default = { };
      };
    };
  };

  config.virtualisation.containerd.settings = mkIf config.virtualisation.containerd.enable {
    version = 2;
    # What a node on which flannel installs its plugin has to override.
    plugins."io.containerd.grpc.v1.cri".cni.bin_dir = mkOptionDefault "${pkgs.cni-plugins}/bin";
  };
}
