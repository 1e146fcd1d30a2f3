# packages.nix: stands in for nixpkgs' package set, so that the real modules evaluate
# where nothing can be built. Every name that they ask for is a package whose store path
# is PREFIX-NAME; texts are written to the store for real, where they can be read.
{
  lib,
  names,
  nixpkgs,
  kubernetes,
  prefix,
}:
let
  system = "x86_64-linux";
  platform = lib.systems.elaborate system;

  package =
    name:
    let
      self = {
        type = "derivation";
        inherit name system;
        pname = name;
        version = if name == "kubernetes" then kubernetes else "99.0";
        outPath = "${prefix}-${name}" + lib.optionalString (name == "kubernetes") "-${kubernetes}";
        drvPath = "${self.outPath}.drv";
        outputName = "out";
        outputs = [ "out" ];
        meta = {
          mainProgram = name;
          platforms = [ system ];
          available = true;
        };
        passthru = { };
        override = _: self;
        overrideAttrs = _: self;
        # What modules ask of a kernel, of systemd and of shells.
        config = lib.genAttrs [ "isYes" "isEnabled" "isModule" "isSet" ] (_: _: true) // {
          isNo = _: false;
        };
        features = { };
        kernelOlder = _: false;
        kernelAtLeast = _: true;
        modDirVersion = "99.0";
        interfaceVersion = 256;
        shellPath = "/bin/sh";
        withPackages = _: self;
        kernelPatches = [ ];
        target = "bzImage";
        isHardened = false;
        isZen = false;
        isLibre = false;
      }
      // lib.genAttrs [
        "out" "bin" "dev" "lib" "man" "doc" "nc" "pause" "modules" "terminfo" "icd" "zfs" "configfile"
      ] (_: self)
      // lib.genAttrs systemdParts (_: true);
    in
    self;

  systemdParts = map (part: "with${part}") [
    "Acl" "Analyze" "Apparmor" "Audit" "Bootloader" "Compression" "Coredump" "Cryptsetup" "Efi"
    "Fido2" "Firstboot" "Gcrypt" "Homed" "Hostnamed" "Hwdb" "Importd" "Iptables" "Kmod" "LibBPF"
    "Libarchive" "Libidn2" "Libseccomp" "Localed" "Logind" "Machined" "Networkd" "Nspawn" "Oomd"
    "PCRE2" "Pam" "PasswordQuality" "Polkit" "Portabled" "Qrencode" "Remote" "Repart" "Resolved"
    "Selinux" "Sysupdate" "Sysusers" "Timedated" "Timesyncd" "Tpm2Tss" "Ukify" "UserDb" "Utmp" "Vmspawn"
  ];

  # A file in the store; a program of it, BIN/NAME, is that file too.
  file =
    name: text:
    package name
    // rec {
      inherit text;
      outPath = builtins.toFile (builtins.replaceStrings [ "@" "\\" "~" ] [ "-" "-" "-" ] name) text;
      out = bin;
      bin = { inherit outPath; type = "derivation"; name = name; };
    };
  # Not run; the lab runs the command of a MicroVM's runner itself.
  command =
    name: attrs: script:
    package name // { buildCommand = script; passthru = attrs.passthru or { }; } // attrs.passthru or { };

  format =
    _:
    let
      value = with lib.types; nullOr (oneOf [ bool int float str path (attrsOf value) (listOf value) ]);
    in
    {
      type = value // { description = "value"; };
      generate = name: value: file name (builtins.toJSON value);
      lib.types.atom = value;
    };

  # Sets of packages, whose members have names of the same list.
  set = name: package name // lib.genAttrs names (member: package "${name}-${member}");
  linuxPackagesFor = kernel: lib.makeExtensible (_: set "linux" // { inherit kernel; });

  pkgs =
    lib.genAttrs (lib.filter (name: !(lib ? ${name})) names) package
    // lib.genAttrs [ "rocmPackages" "python3Packages" "python3" "xorg" "gnome" "kdePackages" "linuxKernel" ] set
    // lib.genAttrs [ "pkgsStatic" "pkgsi686Linux" "buildPackages" "targetPackages" "__splicedPackages" ] (_: pkgs)
    // lib.genAttrs [ "hostPlatform" "buildPlatform" "targetPlatform" ] (_: platform)
    // lib.genAttrs [ "writeText" "writeTextDir" "writeScript" "writeScriptBin" "writeShellScript" "writeShellScriptBin" ] (
      _: name: file (baseNameOf name)
    )
    // {
      _type = "pkgs";
      inherit lib pkgs system linuxPackagesFor;
      path = nixpkgs;
      config = { };
      overlays = [ ];
      appendOverlays = _: pkgs;
      extend = _: pkgs;
      stdenv = platform // package "stdenv" // {
        hostPlatform = platform;
        buildPlatform = platform;
        targetPlatform = platform;
        cc = package "cc" // { bintools = package "bintools" // { dynamicLinker = "/lib64/ld-linux-x86-64.so.2"; }; };
      };
      linuxPackages = linuxPackagesFor (package "linux");
      linuxPackages_latest = pkgs.linuxPackages;
      formats = lib.genAttrs [
        "json" "yaml" "toml" "ini" "iniWithGlobalSection" "gitIni" "keyValue" "nixConf" "javaProperties" "lua" "php" "elixirConf" "hocon" "libconfig" "pythonVars" "xml"
      ] (_: format) // { systemd = format { }; };
      callPackage = _: _: package "called";
      runCommand = command;
      runCommandLocal = command;
      writeTextFile = args: file args.name args.text or "";
      writeShellApplication = args: file args.name args.text;
      writers = lib.genAttrs [ "writeBash" "writeBashBin" "writePython3" "writeJSON" "writeYAML" ] (_: name: _: package name);
      buildEnv = args: package args.name;
      symlinkJoin = args: package args.name;
      linkFarm = name: _: package name;
      closureInfo = _: package "closure";
      makeInitrd = _: package "initrd";
      makeInitrdNG = _: package "initrd";
      makeModulesClosure = _: package "modules";
      aggregateModules = _: package "modules";
      compressFirmwareXz = firmware: firmware;
      compressFirmwareZstd = firmware: firmware;
      makeDBusConf = _: package "dbus";
      substituteAll = args: package args.name or "substituted";
      replaceVars = _: _: package "replaced";
      replaceVarsWith = _: package "replaced";
      concatText = name: _: package name;
      makeFontsConf = _: package "fonts";
      mkShell = _: package "shell";
      libxcrypt = package "libxcrypt" // { enabledCryptSchemeIds = [ "y" ]; };
      runtimeShell = "/bin/sh";
      # Which modules compare with versions of their own past.
      nix = package "nix" // { version = "2.28.0"; };
      systemd = package "systemd" // { version = "256"; };
    };
in
pkgs
