# What `lib.nixosSystem` calls, with the arguments that microvm.nix passes as well.
{
  lib,
  modules,
  specialArgs ? { },
  prefix ? [ ],
  system ? null,
  pkgs ? null,
  extraModules ? [ ],
}:
let
  given = {
    _file = "the arguments of nixosSystem";
    nixpkgs = lib.mkMerge [
      (lib.mkIf (system != null) { hostPlatform = lib.mkDefault system; })
      (lib.mkIf (pkgs != null) { inherit pkgs; })
    ];
  };
in
lib.evalModules {
  inherit prefix specialArgs;
  modules = import ../modules/module-list.nix ++ extraModules ++ [ given ] ++ modules;
}
