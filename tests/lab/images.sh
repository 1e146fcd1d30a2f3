#!/usr/bin/env bash
# images.sh PARTS... IMAGE: a disk of containerd's in which every image of the PARTS lies
# unpacked, as if pulled: containerd imports them here, once for all guests.
set -euo pipefail
parts=("${@:1:$#-1}") image=${*: -1}
bin=${parts[0]}/bin
work=$(mktemp --directory "$image.XXXXXX")
trap 'kill "$daemon" 2>/dev/null || true; wait; rm -rf -- "$work"' EXIT
cat >"$work/config.toml" <<END
version = 3
root = "$work/root"
state = "$work/state"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.runtime", "io.containerd.cri.v1.images"]
[grpc]
address = "$work/socket"
END
"$bin/containerd" --config "$work/config.toml" --log-level warn &
daemon=$!
ctr() { "$bin/ctr" --address "$work/socket" --namespace k8s.io "$@"; }
for ((try = 0; try < 100; try++)); do
  if ctr version >/dev/null 2>&1; then break; fi
  sleep 0.2
done
for archive in "${parts[@]/%//images/}"; do
  for tar in "$archive"*.tar; do
    # Kept by a label: as the CRI says of what it pulled.
    ctr images import --platform linux/amd64 "$tar" >&2
  done
done
ctr images list --quiet >&2
kill "$daemon"
wait "$daemon" || true
truncate --size 6G "$image.new"
mke2fs -q -F -t ext4 -d "$work/root" "$image.new"
mv -- "$image.new" "$image"
