#!/usr/bin/env bash
# run.sh [SCENARIO...]: the lab, see README.md. Builds what is missing, boots guests of what
# nixgen renders, runs the scenarios (all, or those named by their letters), and takes guests
# and network away at the end.
set -euo pipefail
HERE=$(dirname -- "$(readlink -f -- "$0")")
cd -- "$HERE/../.."
# NIXGEN=PROGRAM: one that is built already.
built=$PWD/target/debug/nixgen
export LAB=$PWD/target/lab NIXGEN=${NIXGEN:-$built}
mkdir --parents -- "$LAB/log" "$LAB/run" "$LAB/uml"
[ "$(id -u)" -eq 0 ] || {
  echo 'lab: it makes a network name space: run as root' >&2
  exit 1
}
for tool in mmdebstrap nix-instantiate jq python3 go make gcc flex bison bc mke2fs ip curl; do
  command -v "$tool" >/dev/null || {
    echo "lab: $tool is missing: see tests/lab/README.md" >&2
    exit 1
  }
done
for folder in LAB_NIXPKGS LAB_MICROVM; do
  [ -d "${!folder:-}" ] || {
    echo "lab: $folder names no folder: see tests/lab/README.md" >&2
    exit 1
  }
done
# shellcheck source=SCRIPTDIR/cluster.sh
. "$HERE/cluster.sh"

logged() {
  local log=$LAB/log/$1
  shift
  "$@" >"$log" 2>&1
}
# older FILE SOURCE...: it is not there, or was made before one of them.
older() { [ ! -e "$1" ] || [ -n "$(find "${@:2}" -newer "$1" -type f -print -quit)" ]; }

# Each goes on with the cluster of the one before it.
[ $# -gt 0 ] || set -- a b c h g f i d e j
minors=(1.36)
[[ " $* " != *' e '* ]] || minors+=(1.37)

[ "$NIXGEN" != "$built" ] || step 'build nixgen' logged nixgen cargo build --quiet
[ -e "$LAB/kernel/linux" ] || step 'build the kernel' logged kernel bash "$HERE/kernel.sh" "$LAB/kernel"
[ -e "$LAB/rootfs" ] || step "unpack Debian's root" logged rootfs bash "$HERE/rootfs.sh" "$LAB/rootfs"
# Every image that a scenario's manifests name.
rm -rf -- "$LAB/plain" "$LAB/vip"
TREE=$LAB/plain render
TREE=$LAB/vip render "$WITH_VIP"
for minor in "${minors[@]}"; do
  step "build the parts of $minor" logged "parts-$minor" bash "$HERE/parts/build.sh" "$minor"
  step "pack the images of $minor" logged "images-$minor" bash "$HERE/parts/images.sh" "$minor" "$LAB/plain" "$LAB/vip"
done
parts=("${minors[@]/#/$LAB/parts/}")
if older "$LAB/base.img" "$HERE/guest" "$HERE/base.sh" "$LAB/kernel/linux"; then
  step 'make the root disk' logged base bash "$HERE/base.sh" "$LAB/rootfs" "$LAB/kernel" "$LAB/base.img"
fi
if older "$LAB/parts.img" "${parts[@]/%//bin}" "${parts[@]/%//cni}"; then
  step 'make the disk of programs' logged programs bash "$HERE/parts-disk.sh" "${parts[@]}" "$LAB/parts.img"
fi
if older "$LAB/images.ext4" "${parts[@]/%//images}"; then
  step 'make the disk of images' logged images bash "$HERE/images.sh" "${parts[@]}" "$LAB/images.ext4"
fi

trap 'stop_all; net_down' EXIT
: >"$LAB/log/runbook"
for letter; do
  scenario=("$HERE/scenarios/$letter"-*.sh)
  name=$(basename -- "${scenario[0]}" .sh) begun=$EPOCHREALTIME
  say "== $name"
  # A shell of its own: nothing in it may fail unseen.
  bash -euo pipefail -c '. "$1/cluster.sh"; . "$2"' scenario "$HERE" "${scenario[0]}" ||
    die "$name failed after $(seconds "$begun") s (see $LAB/log and $LAB/run/*/console.log)"
  say "== $name passed in $(seconds "$begun") s"
done
