# From a flake's machines to the values of some options of each, MicroVMs after their
# host: by path, in which `*` is every name. What is only its option's default, is no
# data, or fails, is null.
paths: machines:
let
  inherit (builtins)
    attrNames
    attrValues
    concatLists
    deepSeq
    filter
    head
    isAttrs
    isFloat
    isFunction
    isList
    isPath
    isString
    listToAttrs
    map
    mapAttrs
    tail
    tryEval
    unsafeDiscardStringContext
    ;
  try =
    value:
    let
      result = tryEval (deepSeq value value);
    in
    if result.success then result.value else null;
  set = value: if isAttrs value then value else { };

  # A value as JSON has it, so deep.
  plain =
    depth: value:
    if isAttrs value && (value.type or null) == "derivation" then
      "<${value.pname or value.name or "package"}>"
    else if isAttrs value then
      if depth == 0 then null else mapAttrs (_: one: try (plain (depth - 1) one)) value
    else if isList value then
      map (one: try (plain depth one)) value
    else if isString value then
      unsafeDiscardStringContext value
    else if isPath value || isFloat value then
      toString value
    else if isFunction value then
      null
    else
      value;

  isSet =
    path: options:
    if (options._type or null) == "option" then
      (options.highestPrio or 0) < 1500
    else
      path == [ ] || !(options ? ${head path}) || isSet (tail path) (set options.${head path});

  find =
    path: value:
    if path == [ ] then
      plain 4 value
    else if !isAttrs value then
      null
    else if head path == "*" then
      mapAttrs (_: one: try (find (tail path) one)) value
    else if value ? ${head path} then
      { ${head path} = find (tail path) value.${head path}; }
    else
      null;

  values =
    machine:
    map (path: try (if isSet path (set (machine.options or { })) then find path machine.config else null)) paths;

  guestsOf = machine: mapAttrs (_: vm: set vm.config) (set (machine.config.microvm.vms or { }));
  guests = mapAttrs (_: guestsOf) machines;
  # A MicroVM that is a system by itself, too, is the same one.
  hosts = removeAttrs machines (concatLists (map attrNames (attrValues guests)));
  ofHost = host: map (name: {
    name = "${host}/${name}";
    value = values guests.${host}.${name};
  }) (filter (name: guests.${host}.${name} ? config) (attrNames guests.${host}));
in
mapAttrs (_: values) hosts // listToAttrs (concatLists (map ofHost (attrNames hosts)))
