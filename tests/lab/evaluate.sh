#!/usr/bin/env bash
# evaluate.sh TREE OUT KUBERNETES: writes what TREE/flake.nix makes of its machines to OUT.
# README.md says what LAB_NIXPKGS, LAB_NIXPKGS_LIB and LAB_MICROVM are.
set -euo pipefail
here=$(dirname -- "$(readlink -f -- "$0")")
tree=$(readlink -f -- "$1") out=$2 kubernetes=$3
modules=$(readlink -f -- "${LAB_NIXPKGS:?a folder with the nixos/ of nixpkgs: see tests/lab/README.md}")
library=$(readlink -f -- "${LAB_NIXPKGS_LIB:-$modules/lib}")
microvm=$(readlink -f -- "${LAB_MICROVM:?a checkout of microvm.nix: see tests/lab/README.md}")
names=$(mktemp --suffix .nix)
trap 'rm -f -- "$names"' EXIT
# Whatever looks like a name may be a package: the set that stands in is lazy.
{
  echo '['
  find "$modules/nixos" "$microvm" "$tree" -name '*.nix' -exec cat {} + |
    grep --only-matching --extended-regexp '\b[a-zA-Z_][a-zA-Z0-9_-]*\b' | sort --unique | sed 's/.*/"&"/'
  echo ']'
} >"$names"
nix-instantiate --eval --strict --json --read-write-mode "$here/evaluate.nix" \
  --argstr tree "$tree" --argstr nixpkgs "$modules" --argstr nixpkgsLib "$library" --argstr microvm "$microvm" \
  --argstr names "$names" --argstr kubernetes "$kubernetes" \
  --argstr prefix "/nix/store/$(printf '0%.0s' {1..32})" --show-trace >"$out.new"
mv -- "$out.new" "$out"
