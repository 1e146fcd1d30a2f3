# A module system in the small: the part of the real one's behaviour that
# rendered code can observe. What is left out is left out for good (option
# renames, `disabledModules`, declarations of one option in several modules).
{ lib }:
let
  inherit (builtins)
    attrNames
    attrValues
    concatMap
    concatStringsSep
    foldl'
    functionArgs
    isAttrs
    mapAttrs
    removeAttrs
    sort
    zipAttrsWith
    ;

  is = kind: value: isAttrs value && value._type or null == kind;
  wrap = kind: attrs: attrs // { _type = kind; };

  mkIf = condition: content: wrap "if" { inherit condition content; };
  mkOverride = priority: content: wrap "override" { inherit priority content; };
  mkOrder = order: content: wrap "order" { inherit order content; };
  mkOptionDefault = mkOverride 1500;

  quote = loc: "`${concatStringsSep "." loc}'";

  # A conditional set as sets of conditional attributes: which attributes there
  # are must not depend on a condition, which may depend on their values.
  pushDown =
    loc: def:
    let
      again = content: pushDown loc (def // { value = content; });
      around =
        f: map (mapAttrs (_: inner: inner // { value = f inner.value; })) (again def.value.content);
    in
    if is "merge" def.value then
      concatMap again def.value.contents
    else if is "if" def.value then
      around (mkIf def.value.condition)
    else if is "override" def.value then
      around (mkOverride def.value.priority)
    else if isAttrs def.value then
      [ (mapAttrs (_: value: def // { inherit value; }) def.value) ]
    else
      throw "${quote loc} is a group of options, and ${def.file} defines it as if it were one.";

  # The definitions that hold: merges taken apart, false conditions dropped.
  discharge =
    def:
    let
      again = value: discharge (def // { inherit value; });
    in
    if is "merge" def.value then
      concatMap again def.value.contents
    else if is "if" def.value then
      lib.optionals def.value.condition (again def.value.content)
    else
      [ def ];

  mergeDefinitions =
    loc: type: defs:
    let
      active = concatMap discharge defs;
      priority = def: if is "override" def.value then def.value.priority else 100;
      strongest = foldl' (least: def: if priority def < least then priority def else least) 9999 active;
      unwrap =
        def:
        if is "override" def.value then
          unwrap (def // { value = def.value.content; })
        else if is "order" def.value then
          unwrap (def // { inherit (def.value) order; } // { value = def.value.content; })
        else
          { order = 1000; } // def;
      winners = map unwrap (lib.filter (def: priority def == strongest) active);
      checked =
        def:
        if type.check def.value then
          def
        else
          throw "A definition of ${quote loc} is not of type ${type.name}: ${lib.types.show def.value}, in ${def.file}.";
    in
    {
      isDefined = active != [ ];
      value = type.merge loc (map checked (sort (a: b: a.order < b.order) winners));
    };

  optionValue =
    loc: option: defs:
    let
      default = {
        file = "its default";
        value = mkOptionDefault option.default;
      };
      merged = mergeDefinitions loc option.type (defs ++ lib.optional (option ? default) default);
    in
    if merged.isDefined then
      (option.apply or (value: value)) merged.value
    else
      throw "The option ${quote loc} is used but nothing defines it.";

  # One level of the tree of options. The values are lazy in every definition;
  # what no option takes is listed beside them, to be looked at last.
  mergeTree =
    loc: declarations: defs:
    let
      declared = zipAttrsWith (_: all: all) declarations;
      given = zipAttrsWith (_: all: all) (concatMap (pushDown loc) defs);
      branch =
        name: declarations:
        let
          here = loc ++ [ name ];
          found = given.${name} or [ ];
        in
        if !lib.any (is "option") declarations then
          mergeTree here declarations found
        else if lib.length declarations == 1 then
          {
            value = optionValue here (lib.head declarations) found;
            unknown = [ ];
          }
        else
          throw "The option ${quote here} is declared more than once.";
      branches = mapAttrs branch declared;
      strange = removeAttrs given (attrNames declared);
    in
    {
      value = mapAttrs (_: branch: branch.value) branches;
      unknown =
        concatMap (name: map (def: def // { loc = loc ++ [ name ]; }) strange.${name}) (attrNames strange)
        ++ concatMap (branch: branch.unknown) (attrValues branches);
    };

  declaredBy = zipAttrsWith (
    _: declarations:
    if lib.any (is "option") declarations then lib.head declarations else declaredBy declarations
  );

  evalModules =
    {
      modules,
      specialArgs ? { },
      prefix ? [ ],
    }:
    let
      own = {
        _file = "the module system";
        options._module.args = lib.mkOption {
          type = lib.types.lazyAttrsOf lib.types.raw;
          default = { };
        };
      };
      call =
        file: module:
        let
          given = {
            inherit lib config options;
          }
          // specialArgs;
          argument =
            name: _:
            given.${name} or config._module.args.${name}
              or (throw "The module ${file} takes an argument `${name}' that nobody gives.");
        in
        module (given // mapAttrs argument (functionArgs module));
      all = import ./collect.nix { inherit lib; } call (modules ++ [ own ]);
      tree = mergeTree prefix (map (module: module.options) all) (
        map (module: {
          inherit (module) file;
          value = module.config;
        }) all
      );
      # Which options there are.
      options = declaredBy (map (module: module.options) all);
      freeform = lib.filter (type: type != null) (map (module: module.freeformType) all);
      extra =
        lib.optionalAttrs (freeform != [ ])
          (mergeDefinitions prefix (lib.head freeform) (
            map (def: {
              inherit (def) file;
              value.${lib.head (lib.reverseList def.loc)} = def.value;
            }) tree.unknown
          )).value;
      config = tree.value // extra;
      first = lib.head tree.unknown;
    in
    {
      config =
        if freeform != [ ] || tree.unknown == [ ] then
          config
        else
          throw "The option ${quote first.loc} does not exist. It is defined in ${first.file}.";
    };
in
{
  inherit
    evalModules
    mergeDefinitions
    mkIf
    mkOptionDefault
    mkOverride
    quote
    ;
  mkMerge = contents: wrap "merge" { inherit contents; };
  mkDefault = mkOverride 1000;
  mkForce = mkOverride 50;
  mkAfter = mkOrder 1500;
  mkOption = wrap "option";
}
