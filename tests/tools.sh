#!/usr/bin/env bash
# Installs what a task needs and is not there, and says so. What cannot be installed is a failure.
#   tests/tools.sh base          compilers, Node, Java, Maven, Python
#   tests/tools.sh chromium      the browser of the end-to-end tests
#   tests/tools.sh cargo-deny    the checker of licences and sources
set -euo pipefail

say() { printf 'tools: %s\n' "$1" >&2; }

die() {
  say "$1"
  exit 1
}

# Debian packages, only those whose command is missing: "command:package".
debian() {
  local missing=() pair
  for pair in "$@"; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
  done
  [ "${#missing[@]}" -gt 0 ] || return 0
  command -v apt-get >/dev/null || die "missing: ${missing[*]}; install them, this is no Debian system"
  [ "$(id -u)" = 0 ] || die "missing: ${missing[*]}; run as root, or: apt-get install ${missing[*]}"
  say "installing ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

base() {
  command -v cargo >/dev/null || die "cargo is missing: install Rust 1.88 or newer with rustup (Debian's is too old)"
  debian cc:gcc c++:g++ make:make git:git python3:python3 openssl:openssl node:nodejs npm:npm javac:openjdk-17-jdk-headless \
    mvn:maven strip:binutils unzip:unzip
  python3 -c 'import ensurepip, venv' 2>/dev/null || {
    say "installing python3-venv"
    apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
  }
}

cargo_deny() {
  local version=0.20.2
  cargo deny --version 2>/dev/null | grep -qF "$version" && return 0
  say "building cargo-deny $version (some minutes, once)"
  cargo install --quiet --locked cargo-deny --version "$version"
}

case "${1:-}" in
base) base ;;
chromium) debian chromium:chromium ;;
cargo-deny) cargo_deny ;;
*) die "usage: tests/tools.sh base|chromium|cargo-deny" ;;
esac
