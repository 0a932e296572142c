#!/usr/bin/env bash
# Installs what a task needs and is not there, and says so. What cannot be installed is a failure.
#   tests/tools.sh base          compilers, Node, Java, Maven, Python, each new enough
#   tests/tools.sh node          Node and npm alone
#   tests/tools.sh chromium      the browser of the end-to-end tests
#   tests/tools.sh cargo-deny    the checker of licences and sources
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PATH=$PWD/build/node/node_modules/.bin:$PATH

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

# version COMMAND PREFIX: what stands after the prefix in the command's own answer; nothing where it gives no such answer.
version() {
  local said
  said=$("$1" --version 2>/dev/null) || said=
  sed -nE "s/^$2([0-9]+(\.[0-9]+)*).*/\1/p" <<<"$said"
}

# at_least WANTED FOUND
at_least() { printf '%s\n' "$1" "$2" | sort -V -C; }

# The tests' provider needs Node 20; Debian 12 has 18.
new_node() {
  local wanted=20 node=22.23.3 found
  debian node:nodejs npm:npm
  found=$(version node v)
  at_least "$wanted" "$found" && return 0
  say "Node $wanted or newer is needed, not ${found:-what is here}: installing Node $node into build/node (200 MB, once)"
  rm -rf build/node
  npm install --prefix build/node --loglevel=error --no-audit --no-fund "node@$node" >&2 || true
  hash -r
  found=$(version node v)
  at_least "$wanted" "$found" || die "Node $node could not be installed: install Node $wanted or newer and put it first on the PATH"
}

base() {
  local rust java=17 python=3.10 found
  rust=$(sed -nE 's/^rust-version = "([0-9.]+)".*/\1/p' Cargo.toml)
  command -v cargo >/dev/null || die "cargo is missing: install Rust $rust or newer, since Debian's is too old: https://rustup.rs, then rustup default stable"
  debian cc:gcc c++:g++ make:make git:git python3:python3 openssl:openssl node:nodejs npm:npm javac:default-jdk-headless \
    mvn:maven strip:binutils unzip:unzip
  found=$(version cargo 'cargo ')
  at_least "$rust" "$found" ||
    die "cargo $rust or newer is needed, not ${found:-what is here}: rustup update stable, or install Rust with rustup"
  found=$(version javac 'javac ')
  at_least "$java" "$found" ||
    die "javac $java or newer is needed, not ${found:-what is here}: install such a JDK and put its bin first on the PATH"
  found=$(version python3 'Python ')
  at_least "$python" "$found" ||
    die "python3 $python or newer is needed, not ${found:-what is here}: install such a Python and put it first on the PATH"
  new_node
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
node) new_node ;;
chromium) debian chromium:chromium ;;
cargo-deny) cargo_deny ;;
*) die "usage: tests/tools.sh base|node|chromium|cargo-deny" ;;
esac
