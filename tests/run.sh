#!/usr/bin/env bash
# Runs everything that has to pass before a change lands. Installs what the
# tests need on Debian and its kin; elsewhere they say what is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
need() { command -v "$1" >/dev/null || missing+=("$2"); }
need nix-instantiate nix-bin
need shellcheck shellcheck
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
if [ ${#missing[@]} -gt 0 ] && command -v apt-get >/dev/null; then
  sudo=()
  [ "$(id -u)" -eq 0 ] || sudo=(sudo)
  "${sudo[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq "${missing[@]}" >/dev/null
fi

# Only newer releases of Debian have it.
PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin
command -v just >/dev/null || cargo install --quiet --locked just

shellcheck tests/run.sh .ci/run pipeline/review.sh
cargo fmt --check
cargo clippy --locked --all-targets --quiet -- --deny warnings
cargo test --locked --quiet --no-fail-fast
RUSTDOCFLAGS='--deny warnings' cargo doc --locked --quiet --no-deps
