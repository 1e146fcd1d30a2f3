#!/usr/bin/env bash
# kernel.sh FOLDER: User Mode Linux, a kernel that is a program: guests without KVM and
# without emulation. Debian's own lacks nf_tables, SMP and cpusets, so it is built from
# Debian's source package with kernel.config; FOLDER/linux and FOLDER/lib/modules come of it.
set -euo pipefail
here=$(dirname -- "$(readlink -f -- "$0")")
mkdir --parents -- "$1"
folder=$(readlink -f -- "$1")
readonly PACKAGE=linux-source-7.2 SUITE=forky

# Package lists of that suite alone, beside the machine's own.
apt=$folder/apt
mkdir --parents -- "$apt/lists/partial" "$apt/archives/partial"
# shellcheck disable=SC2016
mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | head -n 1)
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "${LAB_MIRROR:-$mirror}" "$SUITE" >"$apt/sources.list"
options=(-o "Dir::Etc::SourceList=$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
  -o "Dir::State::Lists=$apt/lists" -o "Dir::Cache::Archives=$apt/archives" -o APT::Sandbox::User=root)
apt-get "${options[@]}" update
(cd -- "$apt/archives" && apt-get "${options[@]}" download "$PACKAGE")

rm -rf -- "$folder/source"
mkdir -- "$folder/source"
dpkg-deb --fsys-tarfile "$apt/archives/$PACKAGE"_*.deb |
  tar --extract --to-stdout "./usr/src/$PACKAGE.tar.xz" | tar --extract --xz --strip-components 1 --directory "$folder/source"
cd -- "$folder/source"
# Its raw sockets hear what they have sent themselves: a bridge behind one loops. The bypass
# that prevents it is for the socket that sends.
sed --in-place 's/qdisc_bypass(vp->fds->rx_fd)/qdisc_bypass(vp->fds->tx_fd)/' arch/um/drivers/vector_kern.c
# Threads of a program take turns by a mutex, and would spin on the one whose turn it is while
# the machine runs something else: half of a guest's time, as `perf` saw it.
sed --in-place '/select ARCH_SUPPORTS_ATOMIC_RMW/d' arch/um/Kconfig arch/x86/um/Kconfig
make ARCH=um KCONFIG_ALLCONFIG="$here/kernel.config" alldefconfig
while read -r line; do
  [[ $line != CONFIG_* ]] || grep --quiet --line-regexp --fixed-strings -- "$line" .config || {
    printf 'kernel.sh: %s is not to be had\n' "$line" >&2
    exit 1
  }
done <"$here/kernel.config"
make ARCH=um --jobs "$(nproc)" linux modules
make ARCH=um INSTALL_MOD_PATH="$folder" modules_install
mv -- linux "$folder/linux.new"
strip --strip-debug "$folder/linux.new"
mv -- "$folder/linux.new" "$folder/linux"
rm -rf -- "$folder/source" "$apt"
