# Types of options: what a definition must be, and how several become one value.
# They accept what the real ones of the same name accept.
{ lib }:
let
  inherit (builtins)
    all
    concatLists
    concatStringsSep
    elem
    filter
    foldl'
    head
    isAttrs
    isBool
    isFloat
    isFunction
    isInt
    isList
    isPath
    isString
    mapAttrs
    match
    tail
    typeOf
    zipAttrsWith
    ;

  files = defs: concatStringsSep " and in " (map (def: def.file) defs);

  # For messages: scalars as they are, of everything else only what it is.
  show =
    value:
    if value == null || isString value || isInt value || isBool value || isFloat value then
      builtins.toJSON value
    else
      "a ${typeOf value}";

  mergeOne =
    loc: defs:
    if tail defs == [ ] then
      (head defs).value
    else
      throw "The option ${lib.quote loc} can be defined once only, and is in ${files defs}.";

  mergeEqual =
    loc: defs:
    foldl' (
      value: def:
      if value == def.value then
        value
      else
        throw "The option ${lib.quote loc} has conflicting values in ${files defs}."
    ) (head defs).value (tail defs);

  mkType =
    {
      name,
      check ? _: true,
      merge ? mergeEqual,
    }:
    {
      inherit name check merge;
    };

  at = def: value: { inherit (def) file; } // { inherit value; };

  types = rec {
    inherit show;

    raw = mkType {
      name = "anything";
      merge = mergeOne;
    };
    bool = mkType {
      name = "bool";
      check = isBool;
    };
    int = mkType {
      name = "int";
      check = isInt;
    };
    float = mkType {
      name = "float";
      check = isFloat;
    };
    str = mkType {
      name = "string";
      check = isString;
    };
    path = mkType {
      name = "absolute path";
      check =
        value: (isString value || isPath value || value ? outPath) && match "/.*" (toString value) != null;
    };
    package = mkType {
      name = "package";
      check = value: value.type or null == "derivation";
    };
    # Lines of all definitions, one after the other.
    lines = str // {
      merge = _: defs: concatStringsSep "\n" (map (def: def.value) defs);
    };

    named = name: type: type // { inherit name; };
    addCheck = type: check: type // { check = value: type.check value && check value; };

    strMatching =
      pattern: named "string matching ${pattern}" (addCheck str (text: match pattern text != null));
    nonEmptyStr = named "non-empty string" (addCheck str (text: match "[ \t\n]*" text == null));
    singleLineStr = named "string of one line" (addCheck str (text: match "[^\n]*" text != null));

    ints = {
      between =
        least: most:
        named "int from ${toString least} to ${toString most}" (
          addCheck int (number: least <= number && number <= most)
        );
      unsigned = named "int of 0 or more" (addCheck int (number: number >= 0));
      positive = named "int above 0" (addCheck int (number: number > 0));
    };
    port = ints.between 0 65535;

    enum =
      values:
      mkType {
        name = "one of ${concatStringsSep ", " (map show values)}";
        check = value: elem value values;
      };

    either =
      left: right:
      mkType {
        name = "${left.name} or ${right.name}";
        check = value: left.check value || right.check value;
        merge =
          loc: defs:
          if all (def: left.check def.value) defs then
            left.merge loc defs
          else if all (def: right.check def.value) defs then
            right.merge loc defs
          else
            mergeEqual loc defs;
      };
    oneOf = alternatives: foldl' either (head alternatives) (tail alternatives);
    nullOr = type: named "null or ${type.name}" (either (enum [ null ]) type);

    listOf =
      item:
      mkType {
        name = "list of (${item.name})";
        check = isList;
        merge =
          loc: defs:
          let
            element =
              def: index: value:
              lib.mergeDefinitions (loc ++ [ (toString index) ]) item [ (at def value) ];
            elements = concatLists (map (def: lib.imap0 (element def) def.value) defs);
          in
          map (element: element.value) (filter (element: element.isDefined) elements);
      };
    nonEmptyListOf = item: addCheck (listOf item) (list: list != [ ]);

    # Attributes whose every definition is conditional and off are left out.
    attrsOf =
      item:
      mkType {
        name = "set of (${item.name})";
        check = isAttrs;
        merge =
          loc: defs:
          mapAttrs (_: merged: merged.value) (
            lib.filterAttrs (_: merged: merged.isDefined) (entries item loc defs)
          );
      };
    # The same, where conditions may depend on the other attributes.
    lazyAttrsOf =
      item:
      attrsOf item
      // {
        merge = loc: defs: mapAttrs (_: merged: merged.value) (entries item loc defs);
      };
    entries =
      item: loc: defs:
      zipAttrsWith (name: lib.mergeDefinitions (loc ++ [ name ]) item) (
        map (def: mapAttrs (_: at def) def.value) defs
      );

    submodule =
      module:
      mkType {
        name = "submodule";
        check = value: isAttrs value || isFunction value || isPath value;
        merge =
          loc: defs:
          let
            own = {
              _file = "the module system";
              _module.args.name = head (lib.reverseList loc);
            };
            definition =
              def:
              {
                _file = def.file;
              }
              // (if isAttrs def.value then { config = def.value; } else { imports = [ def.value ]; });
          in
          removeAttrs
            (lib.evalModules {
              prefix = loc;
              modules = [
                module
                own
              ]
              ++ map definition defs;
            }).config
            [ "_module" ];
      };
  };
in
types
