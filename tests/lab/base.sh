#!/usr/bin/env bash
# base.sh ROOT MODULES IMAGE: the disk that the guests' roots are copies on write of: Debian,
# the kernel's modules and the lab's own programs.
set -euo pipefail
here=$(dirname -- "$(readlink -f -- "$0")")
rootfs=$1 modules=$2 image=$3
root=$(mktemp --directory "$image.XXXXXX")
trap 'rm -rf -- "$root"' EXIT
cp --archive --reflink=auto -- "$rootfs/." "$root"
cp --archive -- "$modules/lib/modules" "$root/usr/lib/"
chroot "$root" depmod "$(ls -- "$modules/lib/modules")"
mkdir -- "$root/lab" "$root/opt/lab" "$root/opt/debian"
install -m 0755 -- "$here/guest/init" "$root/usr/local/lib/lab-init"
install -m 0755 -- "$here/guest/agent.py" "$root/usr/local/lib/lab-agent.py"
install -m 0755 -- "$here/guest/switch" "$root/usr/local/lib/lab-switch"
install -m 0644 -- "$here/guest/lab-agent.service" "$root/etc/systemd/system/"
# Root needs no sudo, and this Debian has none.
printf '#!/bin/sh\nexec "$@"\n' >"$root/usr/local/bin/sudo"
chmod +x -- "$root/usr/local/bin/sudo"

# What stands for the programs of a package are all of Debian's programs.
for program in "$root"/usr/sbin/* "$root"/usr/bin/*; do
  ln --symbolic --force -- "${program#"$root"}" "$root/opt/debian/"
done

wants=$root/etc/systemd/system/multi-user.target.wants
mkdir --parents -- "$wants"
for unit in systemd-networkd systemd-resolved; do
  ln --symbolic --force -- "/usr/lib/systemd/system/$unit.service" "$wants/"
done
ln --symbolic --force -- ../lab-agent.service "$wants/"
# NixOS renames no interface but by what is rendered; there is neither console nor disk to check.
for unit in getty@tty1.service console-getty.service e2scrub_reap.service apt-daily.timer apt-daily-upgrade.timer nftables.service; do
  ln --symbolic --force -- /dev/null "$root/etc/systemd/system/$unit"
done
ln --symbolic --force -- /run/systemd/resolve/stub-resolv.conf "$root/etc/resolv.conf"
: >"$root/etc/machine-id"
printf 'microvm:x:400:\nkvm:x:302:\n' >>"$root/etc/group"
printf 'microvm:x:400:302::/var/empty:/usr/sbin/nologin\n' >>"$root/etc/passwd"

truncate --size 6G "$image.new"
mke2fs -q -F -t ext4 -L nixos -d "$root" "$image.new"
mv -- "$image.new" "$image"
