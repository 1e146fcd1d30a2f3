#!/usr/bin/env bash
# Packs what was built for each target, with the manual and the completions, and
# writes the checksums. Of the same programs it makes the same bytes.
#
#   release/archives.sh BUILT DIST    # BUILT/TARGET/nixgen
set -euo pipefail
cd "$(dirname "$0")/.."
built=$1
dist=$2
date=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}

staging=$(mktemp -d)
trap 'rm -rf -- "$staging"' EXIT

# All of them say the same of themselves; this one runs where it is packed.
native=$staging/nixgen
install -m 755 "$built/x86_64-unknown-linux-musl/nixgen" "$native"
mkdir -p "$staging/completions" "$dist"
"$native" man "$staging/man"
"$native" completions bash >"$staging/completions/nixgen.bash"
"$native" completions fish >"$staging/completions/nixgen.fish"
"$native" completions zsh >"$staging/completions/_nixgen"

for target in {aarch64,x86_64}-{apple-darwin,unknown-linux-musl}; do
  name=nixgen-$target
  install -D -m 755 "$built/$target/nixgen" "$staging/$name/nixgen"
  cp -r CHANGELOG.md LICENSE README.md "$staging/completions" "$staging/man" "$staging/$name"
  tar --create --directory "$staging" --sort name --mtime "@$date" --format gnu \
    --owner 0 --group 0 --numeric-owner --mode u=rwX,go=rX "$name" |
    gzip -n -9 >"$dist/$name.tar.gz"
done
(cd "$dist" && sha256sum nixgen-*.tar.gz >SHA256SUMS)
