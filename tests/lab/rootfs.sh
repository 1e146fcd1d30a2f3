#!/usr/bin/env bash
# rootfs.sh FOLDER: the root that every guest starts from, with the programs that NixOS
# would have from nixpkgs: Debian's. What is Kubernetes' own comes from parts/.
set -euo pipefail
folder=${1:?FOLDER}
# The runtime's and the network's programs, then what the scripts and the scenarios call.
packages=systemd,systemd-sysv,systemd-resolved,udev,dbus,kmod,iproute2,iptables,nftables,ipset,ebtables,ethtool,conntrack,runc
packages+=,util-linux,e2fsprogs,procps,socat,curl,ca-certificates,openssl,jq,python3,iputils-ping,bind9-dnsutils
rm -rf -- "$folder.new"
mmdebstrap --quiet --mode=root --variant=minbase --include="$packages" \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  --dpkgopt='path-exclude=/usr/share/man/*' --aptopt='APT::Install-Recommends "false"' \
  trixie "$folder.new"
rm -f -- "$folder.new"/var/cache/apt/archives/*.deb
mv -- "$folder.new" "$folder"
