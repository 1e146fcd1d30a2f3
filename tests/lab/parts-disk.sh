#!/usr/bin/env bash
# parts-disk.sh PARTS... IMAGE: a disk of the programs of parts/, which the guests share.
set -euo pipefail
parts=("${@:1:$#-1}") image=${*: -1}
root=$(mktemp --directory "$image.XXXXXX")
trap 'rm -rf -- "$root"' EXIT
for minor in "${parts[@]}"; do
  mkdir -- "$root/${minor##*/}"
  cp --recursive --dereference -- "$minor/bin" "$minor/cni" "$root/${minor##*/}/"
done
truncate --size 3G "$image.new"
mke2fs -q -F -t ext4 -d "$root" "$image.new"
mv -- "$image.new" "$image"
