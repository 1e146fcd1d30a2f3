#!/usr/bin/env bash
# Runs everything that has to pass before a change lands. Installs what the
# tests need on Debian and its kin; elsewhere it says what is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
need() { command -v "$1" >/dev/null || missing+=("$2"); }
need nix-instantiate nix-bin
need shellcheck shellcheck
need shfmt shfmt
need qemu-img qemu-utils
need dot graphviz
need git git
need curl curl
need jq jq
need pre-commit pre-commit
need patch patch
need script bsdutils
need systemd-analyze systemd
need strace strace
need time time
need unshare util-linux
need iptables iptables
need nft nftables
if [ ${#missing[@]} -gt 0 ]; then
  if ! command -v apt-get >/dev/null; then
    echo "the tests need programs that are not here; Debian has them as: ${missing[*]}" >&2
    exit 1
  fi
  sudo=()
  [ "$(id -u)" -eq 0 ] || sudo=(sudo)
  "${sudo[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq "${missing[@]}" >/dev/null
fi

# Only newer releases of Debian have it.
PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin
command -v just >/dev/null || cargo install --quiet --locked just

# No package of Debian's either, and not worth a Go compiler.
if command -v go >/dev/null && ! command -v actionlint >/dev/null; then
  GOBIN=${CARGO_HOME:-$HOME/.cargo}/bin \
    go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12 || true
fi

part() {
  local name=$1 start=$SECONDS
  shift
  echo "== $name"
  "$@"
  echo "== $name: $((SECONDS - start)) s"
}

part scripts shellcheck tests/run.sh .ci/run pipeline/*.sh release/*.sh tests/lab/parts/*.sh
if command -v actionlint >/dev/null; then
  part workflows actionlint .github/workflows/*.yml
else
  echo "== workflows: not looked at, for want of actionlint, which Go installs"
fi
part format cargo fmt --check
part lints cargo clippy --locked --all-targets --quiet -- --deny warnings
part documentation env RUSTDOCFLAGS='--deny warnings' cargo doc --locked --quiet --no-deps
if command -v mdbook >/dev/null; then part book mdbook build; fi
part build cargo test --locked --quiet --no-run
part tests cargo test --locked --no-fail-fast
