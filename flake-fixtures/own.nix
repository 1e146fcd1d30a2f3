# nix-instantiate --eval --strict --json own.nix
#   --argstr repository DIR --argstr user FILE
#
# Reports what nixgen's own flake offers, and what comes of that in FILE, the flake
# of a user's who has flake-parts and git-hooks.nix. Their stand-ins and that of
# nixpkgs have no name besides those that are used.
{ repository, user }:
let
  fake =
    name: attributes:
    attributes
    // {
      type = "derivation";
      outPath = "/nix/store/00000000000000000000000000000000-${name}";
    };

  lib = import ./nixpkgs/lib // {
    escapeShellArgs = builtins.concatStringsSep " ";
    fileset = {
      unions = map toString;
      toSource = source: source.fileset;
    };
    getExe = package: "${package}/bin/${package.meta.mainProgram}";
    importTOML = path: builtins.fromTOML (builtins.readFile path);
    licenses.mit = "MIT";
    optionalString = condition: text: if condition then text else "";
    platforms = {
      linux = [ "linux" ];
      darwin = [ "darwin" ];
    };
  };
  inherit (lib) mkOption types;

  packages =
    system:
    let
      self =
        lib.genAttrs [
          "actionlint"
          "clippy"
          "curl"
          "git"
          "graphviz"
          "installShellFiles"
          "iptables"
          "jq"
          "just"
          "nftables"
          "nix"
          "nixfmt-tree"
          "pre-commit"
          "qemu-utils"
          "rustfmt"
          "shellcheck"
          "strace"
          "systemd"
          "time"
          "util-linux"
        ] (name: fake name { inherit name; })
        // {
          inherit lib;
          buildPackages = self;
          stdenv.hostPlatform = {
            inherit system;
            isLinux = builtins.match ".*-linux" system != null;
            emulator = _: "";
            emulatorAvailable = _: true;
          };
          callPackage =
            path: arguments:
            let
              make = import path;
            in
            make (builtins.intersectAttrs (builtins.functionArgs make) self // arguments);
          rustPlatform.buildRustPackage = arguments: fake arguments.pname arguments;
          mkShell = fake "shell";
          runCommand =
            name: _: script:
            fake name { inherit script; };
          # Shown as what it does.
          writeShellScript = _: script: script;
        };
    in
    self;

  systems = [
    "aarch64-darwin"
    "aarch64-linux"
    "x86_64-darwin"
    "x86_64-linux"
  ];
  nixpkgs = {
    inherit lib;
    legacyPackages = lib.genAttrs systems packages;
  };
  call =
    flake: inputs:
    let
      outputs = (import flake).outputs (inputs // { inherit self; });
      self = outputs // {
        outPath = dirOf flake;
        shortRev = "abc1234";
      };
    in
    self;
  nixgen = call (repository + "/flake.nix") { inherit nixpkgs; };

  # An option whose definitions are modules; what becomes of them is `apply`'s affair.
  modules =
    apply:
    mkOption {
      inherit apply;
      type = {
        name = "module";
        check = _: true;
        merge = _: map (definition: definition.value);
      };
    };
  evaluate =
    specialArgs: modules:
    (lib.evalModules {
      inherit modules;
      specialArgs = specialArgs // {
        inherit lib;
      };
    }).config;
  set = type: defaulted (types.attrsOf type) { };
  defaulted = type: default: mkOption { inherit type default; };
  declared = type: mkOption { inherit type; };

  flake-parts.lib.mkFlake =
    { inputs }:
    module:
    let
      outputs = {
        options = {
          apps = set (
            types.submodule {
              options = {
                type = defaulted (types.enum [ "app" ]) "app";
                program = declared types.str;
              };
            }
          );
          checks = set types.package;
          devShells = set types.package;
        };
      };
      perSystem =
        modules: system:
        evaluate {
          inherit system;
          pkgs = packages system;
        } (modules ++ [ outputs ]);
      options = {
        systems = declared (types.listOf (types.enum systems));
        perSystem = modules perSystem;
      };
      config =
        evaluate
          {
            inherit inputs;
            inherit (inputs) self;
          }
          [
            module
            { inherit options; }
          ];
    in
    lib.genAttrs config.systems config.perSystem;

  git-hooks.flakeModule.perSystem =
    { config, pkgs, ... }:
    {
      options.pre-commit = {
        settings = modules (definitions: evaluate { inherit pkgs; } (definitions ++ [ hooks ]));
        devShell = defaulted types.package (pkgs.mkShell { inherit (config.pre-commit.settings) hooks; });
      };
    };
  hooks.options.hooks = set (
    types.submodule {
      options = {
        enable = defaulted types.bool false;
        name = declared types.str;
        description = declared types.str;
        entry = declared types.str;
        always_run = defaulted types.bool false;
        pass_filenames = defaulted types.bool true;
      };
    }
  );

  # A derivation is shown as what it was made of, and no file goes to the store.
  show = builtins.mapAttrs (
    _: value:
    if builtins.isPath value then
      toString value
    else if !builtins.isAttrs value then
      value
    else
      show (removeAttrs value (lib.optional (value.type or null == "derivation") "outPath"))
  );
in
{
  own = show (
    removeAttrs nixgen [
      "flakeModules"
      "lib"
      "outPath"
      "overlays"
    ]
  );
  overlaid = show { inherit (nixgen.overlays.default (packages "x86_64-linux") { }) nixgen; };
  user = show (
    removeAttrs
      (call user {
        inherit
          flake-parts
          git-hooks
          nixgen
          nixpkgs
          ;
      })
      [
        "outPath"
        "shortRev"
      ]
  );
}
