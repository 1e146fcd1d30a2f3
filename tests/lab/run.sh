#!/usr/bin/env bash
# run.sh [SCENARIO...]: the lab, see README.md. Builds what is missing, boots guests of what
# nixgen renders, runs the scenarios (all of scenarios/, or those named by their letters),
# and takes guests and network away at the end.
set -euo pipefail
HERE=$(dirname -- "$(readlink -f -- "$0")")
cd -- "$HERE/../.."
export LAB=$PWD/target/lab NIXGEN=${NIXGEN:-$PWD/target/debug/nixgen}
mkdir --parents -- "$LAB/log" "$LAB/run"
[ "$(id -u)" -eq 0 ] || { echo 'lab: it makes a network name space: run as root' >&2; exit 1; }
for tool in mmdebstrap nix-instantiate jq python3 go make gcc flex bison bc mke2fs ip; do
  command -v "$tool" >/dev/null || { echo "lab: $tool is missing: see tests/lab/README.md" >&2; exit 1; }
done
# shellcheck source=SCRIPTDIR/cluster.sh
. "$HERE/cluster.sh"

# missing FILE WHAT COMMAND...: makes it, unless it is there.
missing() {
  local file=$1 what=$2
  shift 2
  [ -e "$file" ] || step "$what" logged "${file##*/}" "$@"
}
logged() {
  local log=$LAB/log/$1
  shift
  "$@" >"$log" 2>&1
}
newer() { [ ! -e "$1" ] || [ -n "$(find "${@:2}" -newer "$1" -type f -print -quit)" ]; }

step 'build nixgen' logged nixgen cargo build --quiet
missing "$LAB/kernel/linux" 'build the kernel' bash "$HERE/kernel.sh" "$LAB/kernel"
missing "$LAB/rootfs" "unpack Debian's root" bash "$HERE/rootfs.sh" "$LAB/rootfs"
rm -rf -- "$LAB/render" && TREE=$LAB/render render
for minor in 1.36 1.37; do
  step "build the parts of $minor" logged "parts-$minor" bash "$HERE/parts/build.sh" "$minor"
  step "pack the images of $minor" logged "images-$minor" bash "$HERE/parts/images.sh" "$minor" "$LAB/render"
done
if newer "$LAB/base.img" "$HERE/guest" "$HERE/base.sh" "$LAB/kernel/linux"; then
  step 'make the root disk' logged base bash "$HERE/base.sh" "$LAB/rootfs" "$LAB/kernel" "$LAB/base.img"
fi
if newer "$LAB/parts.img" "$LAB/parts"/1.*/bin "$LAB/parts"/1.*/cni; then
  step 'make the disk of programs' logged parts bash "$HERE/parts-disk.sh" "$LAB/parts" "$LAB/parts.img"
fi
if newer "$LAB/images.ext4" "$LAB/parts"/1.*/images; then
  step 'make the disk of images' logged images bash "$HERE/images.sh" "$LAB/parts/1.36" "$LAB/parts/1.37" "$LAB/images.ext4"
fi

trap 'stop_all; net_down' EXIT
: >"$LAB/log/runbook"
# In an order in which each goes on with the cluster of the one before it.
[ $# -gt 0 ] || set -- a b c h g f e d i
scenarios=()
for letter; do scenarios+=("$HERE/scenarios/$letter"-*.sh); done
for scenario in "${scenarios[@]}"; do
  name=$(basename -- "$scenario" .sh) begun=$EPOCHREALTIME
  say "== $name"
  # shellcheck disable=SC1090
  (. "$scenario") || die "$name failed after $(seconds "$begun") s"
  say "== $name passed in $(seconds "$begun") s"
done
