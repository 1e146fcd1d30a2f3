#!/usr/bin/env bash
# Installs the nixgen that was released of the action's own version, if GitHub attests
# that the release's workflow built it from the very commit that the action is at.
# Where there is none it says why, and the action builds that commit. It reads nothing
# of the branch.
#
#   NIXGEN_ROOT         the folder of what is installed: the program is in its `bin`
#   NIXGEN_REPOSITORY   the action's own repository, OWNER/NAME
#   NIXGEN_COMMIT       its commit in full, or the tag that it was taken by
#   GH_TOKEN            what may read releases
set -euo pipefail

build() {
  printf '::notice title=nixgen::%s: nixgen is built from its source\n' "$1"
  exit 0
}

case ${RUNNER_OS:-}-${RUNNER_ARCH:-} in
  Linux-X64) target=x86_64-unknown-linux-musl ;;
  Linux-ARM64) target=aarch64-unknown-linux-musl ;;
  macOS-X64) target=x86_64-apple-darwin ;;
  macOS-ARM64) target=aarch64-apple-darwin ;;
  *) build "nothing is released for this machine" ;;
esac
if [ -z "$NIXGEN_REPOSITORY" ] || [ -z "$NIXGEN_COMMIT" ]; then
  build "where the action comes from is not known"
fi
command -v gh >/dev/null || build "gh, which verifies a release, is not here"

version=$(sed -n '/^version = /{s/.*"\(.*\)"/\1/p;q;}' "$GITHUB_ACTION_PATH/Cargo.toml")
if [[ $NIXGEN_COMMIT =~ ^[0-9a-f]{40}$ ]]; then
  source=(--source-digest "$NIXGEN_COMMIT")
else
  source=(--source-ref "refs/tags/$NIXGEN_COMMIT")
fi

name=nixgen-$target
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
cd "$work"
gh release download "v$version" --repo "$NIXGEN_REPOSITORY" --pattern "$name.tar.gz" >&2 ||
  build "there is no release v$version with $name"
gh attestation verify "$name.tar.gz" --repo "$NIXGEN_REPOSITORY" "${source[@]}" \
  --signer-workflow "$NIXGEN_REPOSITORY/.github/workflows/release.yml" \
  --deny-self-hosted-runners >&2 ||
  build "nothing attests that release v$version was built from $NIXGEN_COMMIT"

tar -xzf "$name.tar.gz"
mkdir -p -- "$NIXGEN_ROOT/bin"
install -m 755 "$name/nixgen" "$NIXGEN_ROOT/bin/nixgen"
echo "installed=true" >>"$GITHUB_OUTPUT"
