# From a flake's machines to what cluster.toml asks of each; what fails is null.
machines:
let
  inherit (builtins)
    deepSeq
    filter
    isAttrs
    listToAttrs
    mapAttrs
    tryEval
    ;
  try =
    value:
    let
      result = tryEval (deepSeq value value);
    in
    if result.success then result.value else null;
  set = value: if isAttrs value then value else { };
  each = f: value: mapAttrs (_: f) (set value);
  unit = names: each (one: listToAttrs (map (name: { inherit name; value = try (one.${name} or null); }) names));

  facts = config: {
    networking = {
      hostName = try (config.networking.hostName or null);
      nameservers = try (config.networking.nameservers or null);
      defaultGateway = try (config.networking.defaultGateway.address or config.networking.defaultGateway or null);
      bridges = unit [ "interfaces" ] (config.networking.bridges or { });
      vlans = unit [ "id" "interface" ] (config.networking.vlans or { });
      interfaces = each (one: {
        ipv4.addresses = try (map (address: { inherit (address) address prefixLength; }) (one.ipv4.addresses or [ ]));
      }) (config.networking.interfaces or { });
    };
    systemd.network = {
      netdevs = unit [ "netdevConfig" "vlanConfig" ] (config.systemd.network.netdevs or { });
      networks = unit [ "matchConfig" "address" "gateway" "bridge" ] (config.systemd.network.networks or { });
    };
    system.stateVersion = try (config.system.stateVersion or null);
    nixpkgs.hostPlatform = try (config.nixpkgs.hostPlatform.system or config.nixpkgs.hostPlatform or null);
    fileSystems = unit [ "device" ] (config.fileSystems or { });
    users.users = mapAttrs (_: user: {
      isNormalUser = try (user.isNormalUser or false);
      extraGroups = try (user.extraGroups or [ ]);
      openssh.authorizedKeys.keys = try (user.openssh.authorizedKeys.keys or [ ]);
    }) (set (config.users.users or { }));
  };

  # A MicroVM's options are there on its host, too, where they say nothing.
  guest = config: facts config // {
    microvm = {
      vcpu = try (config.microvm.vcpu or null);
      mem = try (config.microvm.mem or null);
      vsock.cid = try (config.microvm.vsock.cid or null);
      interfaces = try (map (one: { inherit (one) id mac; }) (config.microvm.interfaces or [ ]));
    };
  };
  guests = machine: mapAttrs (_: vm: guest (vm.config.config or vm.config or { })) (set (machine.config.microvm.vms or { }));
  all = mapAttrs (_: machine: (if machine.config ? microvm.vcpu then guest else facts) machine.config) machines;
in
builtins.foldl' (found: name: found // guests machines.${name}) all (builtins.attrNames machines)
