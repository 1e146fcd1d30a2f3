# The library functions that rendered code and the fixtures' own code call, and
# what the stand-in's modules need. Any other name is an error, as a misspelt one
# is with the real library.
let
  inherit (builtins)
    attrNames
    concatStringsSep
    elem
    elemAt
    filter
    foldl'
    genList
    length
    listToAttrs
    removeAttrs
    splitVersion
    ;

  lib = {
    inherit (builtins)
      all
      any
      attrNames
      attrValues
      concatLists
      concatMap
      concatStringsSep
      elem
      filter
      foldl'
      groupBy
      head
      isAttrs
      isList
      isString
      length
      listToAttrs
      mapAttrs
      ;

    nameValuePair = name: value: { inherit name value; };
    genAttrs = names: f: listToAttrs (map (name: lib.nameValuePair name (f name)) names);
    mapAttrsToList = f: set: map (name: f name set.${name}) (attrNames set);
    mapAttrs' = f: set: listToAttrs (lib.mapAttrsToList f set);
    filterAttrs = keep: set: removeAttrs set (filter (name: !(keep name set.${name})) (attrNames set));
    mergeAttrsList = foldl' (left: right: left // right) { };
    optionalAttrs = condition: set: if condition then set else { };

    concatStrings = concatStringsSep "";
    concatMapStrings = lib.concatMapStringsSep "";
    concatMapStringsSep =
      separator: f: list:
      concatStringsSep separator (map f list);
    optional = condition: value: if condition then [ value ] else [ ];
    optionals = condition: list: if condition then list else [ ];
    imap0 = f: list: genList (index: f index (elemAt list index)) (length list);
    intersectLists = left: filter (item: elem item left);
    unique = foldl' (seen: item: if elem item seen then seen else seen ++ [ item ]) [ ];
    reverseList = list: genList (index: elemAt list (length list - 1 - index)) (length list);

    escapeShellArg = text: "'${builtins.replaceStrings [ "'" ] [ "'\\''" ] text}'";
    hasPrefix = prefix: text: builtins.substring 0 (builtins.stringLength prefix) text == prefix;

    # Each file has to be there, below the root; the store path is one for all.
    fileset = {
      unions = files: assert lib.all builtins.pathExists files; files;
      toSource =
        { root, fileset }:
        assert lib.all (file: lib.hasPrefix "${toString root}/" (toString file)) fileset;
        {
          outPath = "/nix/store/00000000000000000000000000000000-source";
        };
    };

    # The real one asks for the package's main program, too.
    getExe = package: lib.getExe' package package.pname;
    # The real one takes nothing but a derivation and a plain file name, too.
    getExe' =
      package: program:
      assert package.type or null == "derivation" && builtins.match "[^/]+" program != null;
      "${package}/bin/${program}";

    versions.majorMinor =
      version:
      let
        parts = splitVersion version;
      in
      concatStringsSep "." [
        (elemAt parts 0)
        (elemAt parts 1)
      ];

    systems.flakeExposed = [
      "x86_64-linux"
      "aarch64-linux"
      "aarch64-darwin"
    ];

    types = import ./types.nix { inherit lib; };
  }
  // import ./modules.nix { inherit lib; };
in
lib
