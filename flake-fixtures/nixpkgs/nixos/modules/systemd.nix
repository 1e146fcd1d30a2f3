# `systemd.services`
{ lib, ... }:
let
  inherit (lib) mkOption types;

  units = mkOption {
    type = types.listOf (
      types.strMatching "[a-zA-Z0-9@%:_.\\-]+\\.(service|socket|device|mount|target|path|timer)"
    );
    default = [ ];
  };
  lines = mkOption {
    type = types.lines;
    default = "";
  };

  # A directive of a unit, which several definitions of lists add to.
  scalar = types.oneOf [
    types.bool
    types.int
    types.str
    types.path
  ];
  directive = types.either (types.listOf scalar) scalar;
  directives = mkOption {
    type = types.attrsOf directive;
    default = { };
  };

  oneOfThese =
    name: values: section:
    !(section ? ${name}) || lib.elem section.${name} values;
  serviceType = oneOfThese "Type" [
    "simple"
    "exec"
    "forking"
    "oneshot"
    "notify"
  ];
  serviceRestart = oneOfThese "Restart" [
    "no"
    "on-success"
    "on-failure"
    "on-abnormal"
    "on-abort"
    "always"
  ];

  service.options = {
    enable = mkOption {
      type = types.bool;
      default = true;
    };
    restartIfChanged = mkOption {
      type = types.bool;
      default = true;
    };
    restartTriggers = mkOption {
      type = types.listOf types.path;
      default = [ ];
    };
    overrideStrategy = mkOption {
      type = types.enum [
        "asDropinIfExists"
        "asDropin"
      ];
      default = "asDropinIfExists";
    };
    description = mkOption {
      type = types.singleLineStr;
      default = "";
    };
    after = units;
    before = units;
    requires = units;
    wantedBy = units;
    wants = units;
    environment = mkOption {
      type = types.attrsOf (types.nullOr (types.either types.str types.package));
      default = { };
    };
    path = mkOption {
      type = types.listOf (types.either types.package types.str);
      default = [ ];
    };
    preStart = lines;
    script = lines;
    serviceConfig = directives // {
      type = types.named "section [Service]" (
        types.addCheck directives.type (section: serviceType section && serviceRestart section)
      );
    };
    unitConfig = directives;
  };
in
{
  options.systemd.services = mkOption {
    type = types.attrsOf (types.submodule service);
    default = { };
  };
}
