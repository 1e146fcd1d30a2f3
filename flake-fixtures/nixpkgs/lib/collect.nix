# Every module that a list of modules leads to, each with all of its parts.
{ lib }:
let
  inherit (builtins)
    attrNames
    genericClosure
    intersectAttrs
    isFunction
    isPath
    isString
    removeAttrs
    ;

  parts = {
    config = { };
    freeformType = null;
    imports = [ ];
    options = { };
  };

  # A module without `config` and `options` is all `config`, but for its imports.
  normalise =
    file: module:
    let
      stray = attrNames (removeAttrs module (attrNames parts ++ [ "_file" ]));
      written = intersectAttrs parts module;
    in
    if !(module ? config || module ? options) then
      parts
      // written
      // {
        inherit file;
        config = removeAttrs module [
          "_file"
          "freeformType"
          "imports"
        ];
      }
    else if stray == [ ] then
      parts // written // { inherit file; }
    else
      throw "In ${file}, `${lib.head stray}' stands beside `config' or `options': it belongs into `config'.";
in
# `call file function` gives a module its arguments. Imports are followed breadth
# first, a file counts once, and what is found later comes first in lists: so it
# is in the real one.
call: modules:
let
  load =
    parent: index: module:
    let
      isFile = isPath module || isString module;
      content = if isFile then import module else module;
      file = if isFile then toString module else "${parent.file}, a module written in it";
      applied = if isFunction content then call file content else content;
    in
    {
      key = if isFile then toString module else "${parent.key}:${toString index}";
      module = normalise (applied._file or file) applied;
    };
  below =
    key: file:
    lib.imap0 (load {
      inherit key file;
    });
in
map (item: item.module) (
  lib.reverseList (genericClosure {
    startSet = below "" "the flake" modules;
    operator = item: below item.key item.module.file item.module.imports;
  })
)
