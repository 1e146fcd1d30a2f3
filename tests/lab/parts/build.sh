#!/usr/bin/env bash
# Builds the programs of one Kubernetes minor from their Go modules, each of which is
# a folder here with its versions and sums: build.sh [MINOR]
# They end in target/lab/parts/MINOR/bin, the CNI plugins in …/cni. A part is built
# again only when its folder, its command or the Go toolchain has changed.
set -euo pipefail
parts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
minor=${1:-1.36}
[ -d "$parts/kubernetes-$minor" ] || {
  echo "usage: build.sh [MINOR]: there are 1.36 and 1.37" >&2
  exit 2
}
built=$(cd "$parts/../../.." && pwd)/target/lab/parts

version() { go list -C "$parts/$1" -m -f '{{.Version}}' "$2"; }

# What upstream's own builds put in, so that each program knows its version: kubeadm
# and kubelet decide by it.
stamps() {
  local version major=${minor%.*}
  case $1 in
    kubernetes-*)
      version=$(version "$1" k8s.io/kubernetes)
      for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
        echo "-X $package.gitVersion=$version -X $package.gitMajor=$major" \
          "-X $package.gitMinor=${minor#*.} -X $package.gitTreeState=clean"
      done
      ;;
    containerd)
      version=$(version "$1" github.com/containerd/containerd/v2)
      echo "-X github.com/containerd/containerd/v2/version.Version=$version"
      ;;
    crictl) echo "-X sigs.k8s.io/cri-tools/pkg/version.Version=$(version "$1" sigs.k8s.io/cri-tools)" ;;
    cni)
      version=$(version "$1" github.com/containernetworking/plugins)
      echo "-X github.com/containernetworking/plugins/pkg/utils/buildversion.BuildVersion=$version"
      ;;
    flannel)
      version=$(version "$1" github.com/flannel-io/flannel)
      echo "-X github.com/flannel-io/flannel/pkg/version.Version=$version"
      ;;
  esac
}

# A program of a module's own is all that is in its folder; others are its tools.
build() {
  local part=$1 start=$SECONDS out=$built/programs/$1 cgo=0 link='-s -w' what=./... tags='' hash
  ! grep -q '^tool ' "$parts/$part/go.mod" || what=tool
  case $part in
    # Its headers are no Go module's, and no file system of the lab's is of that kind.
    containerd) tags=no_btrfs ;;
    # A back end that nobody here uses is half in C.
    flannel) cgo=1 tags=netgo,osusergo link+=' -linkmode external -extldflags -static' ;;
  esac
  # Wherever the checkout is.
  local flags=(-trimpath -tags "$tags" -ldflags "$link $(stamps "$part" | tr '\n' ' ')" "$what")
  hash=$({ find "$parts/$part" -type f -print0 | sort -z | xargs -0 cat && echo "$cgo ${flags[*]}" && go version; } | sha256sum)
  [ "$hash" != "$(cat "$out/.stamp" 2>/dev/null)" ] || return 0
  rm -rf "$out"
  mkdir -p "$out"
  # Two at once, and after everything else: a machine that only builds parts loses nothing.
  CGO_ENABLED=$cgo nice -n 5 go build -C "$parts/$part" -o "$out/" -p 2 "${flags[@]}"
  # Go names a program after the last part of its path.
  case $part in
    etcd-*) mv "$out/server" "$out/etcd" ;;
    flannel) mv "$out/flannel" "$out/flanneld" && mv "$out/install_conf" "$out/install-conf" ;;
  esac
  echo "$hash" >"$out/.stamp"
  echo "$part: built in $((SECONDS - start)) s"
}

mkdir -p "$built/$minor/bin" "$built/$minor/cni"
for part in "kubernetes-$minor" "etcd-$minor" containerd cni crictl flannel flannel-cni "coredns-$minor" stand-ins; do
  build "$part"
  case $part in
    *cni) cp --update "$built/programs/$part"/* "$built/$minor/cni" ;;
    *) cp --update "$built/programs/$part"/* "$built/$minor/bin" ;;
  esac
done
