# `systemd.tmpfiles.settings`: by file, by path, by type of line.
{ config, lib, ... }:
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

  paths = lib.mergeAttrsList (lib.attrValues config.systemd.tmpfiles.settings);
  # A missing directory is made as root's, and a colon says "only if missing".
  ownerOf =
    path:
    let
      user = paths.${path}.d.user or "root";
    in
    lib.head (builtins.match ":?(.*)" (if user == "-" then "root" else user));
  parents = path: if path == "/" then [ ] else parents (dirOf path) ++ [ (dirOf path) ];

  # systemd-tmpfiles does not go through a directory of one user, root excepted,
  # into a directory of another: it leaves the line out and says so in the journal.
  refused =
    path:
    let
      step =
        { owner, unsafe }:
        directory:
        let
          next = ownerOf directory;
        in
        {
          owner = next;
          unsafe = unsafe || owner != "root" && owner != next;
        };
      start = {
        owner = "root";
        unsafe = false;
      };
    in
    (lib.foldl' step start (parents path)).unsafe;
in
{
  options.systemd.tmpfiles.settings = mkOption {
    type = types.attrsOf (types.attrsOf (types.attrsOf (types.submodule line)));
    default = { };
  };

  config.assertions = map (path: {
    assertion = !refused path;
    message = "systemd-tmpfiles refuses the way to ${path}: the owner changes twice.";
  }) (lib.attrNames paths);
}
