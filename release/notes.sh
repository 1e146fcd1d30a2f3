#!/usr/bin/env bash
# Prints what CHANGELOG.md says of the version of a tag, for its release, and refuses
# a tag that the files of its commit do not agree with.
#
#   release/notes.sh v1.2.3
set -euo pipefail
cd "$(dirname "$0")/.."
tag=$1

refuse() {
  printf 'release %s: %s\n' "$tag" "$1" >&2
  exit 1
}
field() { sed -n "/^$1 = /{s/.*\"\(.*\)\"/\1/p;q;}" Cargo.toml; }

version=$(field version)
[ "$tag" = "v$version" ] || refuse "the version in Cargo.toml is $version"
locked=$(sed -n '/^name = "nixgen"$/{n;s/^version = "\(.*\)"$/\1/p;}' Cargo.lock)
[ "$locked" = "$version" ] || refuse "the version in Cargo.lock is $locked: run cargo update --workspace"

# Where `cargo binstall` looks for what is released.
home=${GITHUB_SERVER_URL:-https://github.com}/${GITHUB_REPOSITORY:-OWNER/NAME}
named=$(field repository)
[ -n "$named" ] ||
  refuse "Cargo.toml does not say where it is released from: write repository = \"$home\" in [package]"
[ -z "${GITHUB_REPOSITORY:-}" ] || [ "$named" = "$home" ] ||
  refuse "[package] of Cargo.toml has to have repository = \"$home\", and has \"$named\""

heading=$(grep -m 1 '^## ' CHANGELOG.md || true)
[[ $heading =~ ^"## $version, "[0-9]{4}-[0-9]{2}-[0-9]{2}$ ]] ||
  refuse "CHANGELOG.md begins with \"${heading#\#\# }\" and has to begin with \"$version, DATE\""
notes=$(awk '/^## / { n++; next } n == 1' CHANGELOG.md)
[ -n "${notes//[[:space:]]/}" ] || refuse "CHANGELOG.md says nothing of it"
printf '%s\n' "$notes"
