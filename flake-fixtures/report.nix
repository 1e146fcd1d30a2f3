# What is reported of a machine: the values that rendered code decides, under
# NixOS's own names. Empty ones are left out, so that a report reads as what the
# machine has.
{ lib }:
let
  inherit (builtins)
    concatStringsSep
    isAttrs
    isList
    isString
    mapAttrs
    split
    ;

  present =
    set:
    lib.filterAttrs (
      _: value:
      !lib.elem value [
        null
        ""
        "-"
        false
        [ ]
        { }
      ]
    ) set;

  # Store paths differ from one nixpkgs to the next: `<NAME>` stands for a package.
  readable =
    value:
    if isString value then
      concatStringsSep "" (
        map (part: if isList part then "<${lib.head part}>" else part) (
          split "/nix/store/[0-9a-z]{32}-([a-zA-Z0-9_]+(-[a-zA-Z][a-zA-Z0-9_]*)*)(-[0-9][^/ \"]*)?" (
            builtins.unsafeDiscardStringContext value
          )
        )
      )
    else if isList value then
      map readable value
    else if isAttrs value then
      mapAttrs (_: readable) value
    else
      value;

  names =
    packages: builtins.sort builtins.lessThan (map (package: package.pname or package.name) packages);
  lines = text: lib.filter (line: isString line && line != "") (split "\n" text);

  # The attributes of these names that a set has.
  pick = names: set: present (builtins.intersectAttrs (lib.genAttrs names (_: null)) set);
  each = f: set: present (mapAttrs (_: f) set);
in
config:
let
  inherit (config) boot networking systemd;
  vm = config.microvm;
  failing = map (it: it.message) (lib.filter (it: !it.assertion) config.assertions);
  person = name: user: user.isNormalUser || name == "root";
in
readable (present {
  inherit failing;
  inherit (config) warnings;
  # A system that evaluates to its end, which one with a failing assertion does not.
  complete = failing == [ ] && isString config.system.build.toplevel.drvPath;

  inherit (networking) hostName;
  stateVersion = config.system.stateVersion;

  boot = present {
    inherit (boot) blacklistedKernelModules kernelModules kernelParams;
    loader = present {
      inherit (boot.loader.efi) canTouchEfiVariables;
      grub = pick [
        "enable"
        "device"
        "efiSupport"
      ] boot.loader.grub;
      systemd-boot = boot.loader.systemd-boot.enable;
    };
    sysctl = boot.kernel.sysctl;
  };
  firmware = config.hardware.enableRedistributableFirmware;
  swap = config.swapDevices != [ ] || config.zramSwap.enable;

  fileSystems = each (pick [
    "device"
    "fsType"
    "options"
    "autoFormat"
    "neededForBoot"
  ]) config.fileSystems;

  network = present {
    inherit (networking) hosts useDHCP useNetworkd;
    firewall =
      pick [
        "allowedTCPPorts"
        "allowedUDPPorts"
        "checkReversePath"
        "trustedInterfaces"
      ] networking.firewall
      // present {
        interfaces = each (pick [
          "allowedTCPPorts"
          "allowedUDPPorts"
        ]) networking.firewall.interfaces;
        extraCommands = lines networking.firewall.extraCommands;
        extraInputRules = lines networking.firewall.extraInputRules;
        extraStopCommands = lines networking.firewall.extraStopCommands;
      };
    nat = lib.optionalAttrs networking.nat.enable (
      pick [
        "externalInterface"
        "internalInterfaces"
        "internalIPs"
      ] networking.nat
      // present { extraCommands = lines networking.nat.extraCommands; }
    );
    nftables = lib.optionalAttrs networking.nftables.enable {
      enable = true;
      inherit (networking.nftables) flushRuleset;
      tables = each (table: {
        inherit (table) family;
        content = lines table.content;
      }) networking.nftables.tables;
    };
    netdevs = each (
      netdev:
      present {
        inherit (netdev) bridgeConfig vlanConfig;
        netdevConfig = present netdev.netdevConfig;
      }
    ) systemd.network.netdevs;
    networks = each (pick [
      "matchConfig"
      "linkConfig"
      "networkConfig"
      "DHCP"
      "address"
      "bridge"
      "bridgeVLANs"
      "dns"
      "gateway"
      "vlan"
    ]) systemd.network.networks;
  };

  kubelet = lib.optionalAttrs (systemd.services ? kubelet) (
    let
      unit = systemd.services.kubelet;
    in
    pick [
      "after"
      "description"
      "environment"
      "serviceConfig"
      "unitConfig"
      "wantedBy"
      "wants"
    ] unit
    // {
      path = names unit.path;
    }
  );
  # What forms the cluster.
  formation = each (pick [
    "after"
    "description"
    "environment"
    "path"
    "serviceConfig"
    "unitConfig"
    "wantedBy"
  ]) (lib.filterAttrs (name: _: lib.hasPrefix "k8s-" name) systemd.services);
  containerd = lib.optionalAttrs config.virtualisation.containerd.enable config.virtualisation.containerd.settings;

  # How a host stops its MicroVMs.
  stops = mapAttrs (_: unit: unit.serviceConfig.ExecStop or [ ]) (
    lib.filterAttrs (name: _: lib.hasPrefix "microvm@" name) systemd.services
  );

  packages = names config.environment.systemPackages;
  variables = config.environment.variables;
  etc = each (file: lines file.text) (
    pick [
      "crictl.yaml"
      "kube-apiserver/audit-policy.yaml"
      "kubelet.conf.d/10-machine.conf"
      "kubelet.conf.d/50-microvms.conf"
      "machine-id"
    ] config.environment.etc
  );
  udev = lines config.services.udev.extraRules;
  tmpfiles = each (each (each present)) systemd.tmpfiles.settings;
  nix = pick [ "experimental-features" ] config.nix.settings;

  users = each (user: {
    groups = user.extraGroups;
    keys = user.openssh.authorizedKeys.keys;
  } // present { passwordFile = user.hashedPasswordFile; }) (lib.filterAttrs person config.users.users);
  groups = each (group: group.members) (
    pick [
      "render"
      "video"
    ] config.users.groups
  );
  # What is decrypted where, of which file.
  secrets = each (secret: {
    inherit (secret) path;
    from = baseNameOf (secret.sopsFile or secret.file);
  }) (config.sops.secrets or config.age.secrets or { });
  # What a host shares of them with its MicroVMs.
  shared = lines (systemd.services.k8s-vm-secrets.script or "");
  passwordlessSudo = !config.security.sudo.wheelNeedsPassword;
  ssh = lib.optionalAttrs config.services.openssh.enable {
    settings = lib.filterAttrs (
      name: _:
      lib.elem name [
        "KbdInteractiveAuthentication"
        "PasswordAuthentication"
        "PermitRootLogin"
      ]
    ) config.services.openssh.settings;
    hostKeys = map (key: key.path) config.services.openssh.hostKeys;
  };

  microvm =
    pick [
      "autostart"
      "hypervisor"
      "mem"
      "vcpu"
    ] vm
    // present {
      cid = vm.vsock.cid or null;
      devices = map (pick [
        "bus"
        "path"
      ]) (vm.devices or [ ]);
      interfaces = map (pick [
        "id"
        "mac"
        "type"
      ]) (vm.interfaces or [ ]);
      preStart = lines (vm.preStart or "");
      qemu = vm.qemu.extraArgs or [ ];
      shares = map (pick [
        "mountPoint"
        "proto"
        "readOnly"
        "source"
        "tag"
      ]) (vm.shares or [ ]);
      vms = mapAttrs (_: vm: { inherit (vm) autostart restartIfChanged; }) (vm.vms or { });
      volumes = map (pick [
        "autoCreate"
        "fsType"
        "image"
        "imageType"
        "label"
        "mountPoint"
        "serial"
        "size"
      ]) (vm.volumes or [ ]);
    };
})
