#!/usr/bin/env bash
# Packs what build.sh built into images, each an OCI archive that `ctr images import`
# takes: images.sh MINOR TREE…. They are named as this minor's kubeadm names them, and
# as the manifests of the rendered trees do, so that no node has to pull any.
set -euo pipefail
[ $# -ge 2 ] || {
  echo "usage: images.sh MINOR TREE…" >&2
  exit 2
}
minor=$1 trees=("${@:2}")
parts=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)/target/lab/parts
bin=$parts/$minor/bin images=$parts/$minor/images base=$parts/base
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Debian's programs that kube-proxy and flannel run, and their libraries, unpacked only:
# nothing of it is configured, so iptables is linked by hand, to what writes nftables.
base() {
  [ ! -e "$base.tar" ] || return 0
  mmdebstrap --quiet --variant=extract \
    --include=coreutils,busybox,iptables,nftables,conntrack,netbase trixie "$work/root" >&2
  ln -s usr/bin usr/sbin usr/lib usr/lib64 "$work/root"
  # flannel's image is Alpine's: 90-verify.sh asks for names by its nslookup.
  ln -sf busybox "$work/root/usr/bin/sh"
  ln -sf busybox "$work/root/usr/bin/nslookup"
  for name in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
    ln -sf xtables-nft-multi "$work/root/usr/sbin/$name"
  done
  rm -rf "$work"/root/usr/share "$work"/root/var
  pack "$work/root" >"$base.part"
  mv "$base.part" "$base.tar"
}

pack() { tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --create --directory "$1" .; }

blob() {
  local digest
  digest=$(sha256sum "$1" | cut -d ' ' -f 1)
  ln -f "$1" "$work/image/blobs/sha256/$digest" 2>/dev/null || cp "$1" "$work/image/blobs/sha256/$digest"
  jq --null-input --compact-output --arg type "application/vnd.oci.image.$2" --arg digest "sha256:$digest" \
    --argjson size "$(stat --format %s "$1")" '{mediaType: $type, digest: $digest, size: $size}'
}

# image NAME CONFIG UNDER FILE=PATH…: an image of these programs at these paths, over
# the layer UNDER unless it is empty.
image() {
  local name=$1 config=$2 layers=(${3:+"$3"}) ids=() file layer archive
  archive=$images/$(printf %s "$name" | tr -c 'A-Za-z0-9.-' _).tar
  shift 3
  echo "$name"
  if [ -e "$archive" ]; then
    [ -n "$(find "${BASH_SOURCE[0]}" "${layers[@]}" "${@%%=*}" -newer "$archive")" ] || return 0
  fi
  rm -rf "$work/image" "$work/layer"
  mkdir -p "$work/image/blobs/sha256" "$work/layer"
  for file in "$@"; do
    install -D "${file%=*}" "$work/layer/${file#*=}"
  done
  pack "$work/layer" >"$work/layer.tar"
  layers+=("$work/layer.tar")
  for layer in "${layers[@]}"; do
    ids+=("sha256:$(sha256sum "$layer" | cut -d ' ' -f 1)")
  done
  jq --null-input --argjson config "$config" '{architecture: "amd64", os: "linux", config: $config,
    rootfs: {type: "layers", diff_ids: $ARGS.positional}}' --args "${ids[@]}" >"$work/config.json"
  {
    blob "$work/config.json" config.v1+json
    for layer in "${layers[@]}"; do blob "$layer" layer.v1.tar; done
  } | jq --slurp '{schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: .[0], layers: .[1:]}' >"$work/manifest.json"
  # Under the very name, be it one with a digest of what this image stands in for, and
  # then without its tag: that is what containerd looks up, and it checks no more.
  blob "$work/manifest.json" manifest.v1+json | jq --arg name "$(sed 's/:[^:/]*@/@/' <<<"$name")" \
    '{schemaVersion: 2, manifests: [. + {annotations: {"io.containerd.image.name": $name}}]}' >"$work/image/index.json"
  echo '{"imageLayoutVersion": "1.0.0"}' >"$work/image/oci-layout"
  pack "$work/image" >"$archive.part"
  mv "$archive.part" "$archive"
}

PATHS='"Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]'

# What stands at the path that upstream's image has it at, by the image's name.
pack_image() {
  case $1 in
    */kube-apiserver:* | */kube-controller-manager:* | */kube-scheduler:*)
      local program=${1##*/}
      image "$1" "{$PATHS}" '' "$bin/${program%:*}=usr/local/bin/${program%:*}"
      ;;
    */kube-proxy:*) image "$1" "{$PATHS}" "$base.tar" "$bin/kube-proxy=usr/local/bin/kube-proxy" ;;
    */etcd:*)
      image "$1" "{$PATHS}" '' "$bin/etcd=usr/local/bin/etcd" \
        "$bin/etcdctl=usr/local/bin/etcdctl" "$bin/etcdutl=usr/local/bin/etcdutl"
      ;;
    */coredns:*) image "$1" '{"Entrypoint": ["/coredns"]}' '' "$bin/coredns=coredns" ;;
    */pause:*) image "$1" '{"Entrypoint": ["/pause"]}' '' "$bin/pause=pause" ;;
    */flannel:*)
      image "$1" "{$PATHS}" "$base.tar" "$bin/flanneld=opt/bin/flanneld" "$bin/install-conf=opt/bin/install-conf"
      ;;
    */flannel-cni-plugin:*) image "$1" "{$PATHS}" "$base.tar" "$parts/$minor/cni/flannel=flannel" ;;
    */kube-vip:*) image "$1" '{"Entrypoint": ["/kube-vip"]}' '' "$bin/kube-vip=kube-vip" ;;
    */k8s-device-plugin:*) image "$1" '{"Entrypoint": ["/device-plugin"]}' '' "$bin/device-plugin=device-plugin" ;;
    */ollama[:@]*) image "$1" '{"Entrypoint": ["/ollama"]}' '' "$bin/ollama=ollama" ;;
    *) echo "nothing stands in for $1" ;;
  esac
}

mkdir -p "$images"
base
{
  "$bin/kubeadm" config images list --kubernetes-version "$("$bin/kubeadm" version --output short)"
  grep --recursive --no-filename --only-matching --perl-regexp '^\s*image: "?\K[^"\s]+' \
    "${trees[@]/%//k8s}" "${trees[@]/%//bootstrap}"
} | sort --unique | while read -r name; do pack_image "$name"; done
