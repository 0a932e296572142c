# shellcheck shell=bash
# Sourced: goes to the repository's root and makes ready what the demo needs, saying so.
#   prepare_python [test]   build/demo-venv, with the requirements of the tests too
#   prepare_wheel           the wheel, built if anything has changed, in that environment
#   prepare_provider        the OpenID provider of tests/provider
# PYTHON chooses the interpreter, EXEUNT_PROFILE (release or dev) how the wheel is built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
venv=build/demo-venv
# Where tests/tools.sh puts Node if the system's is too old.
export PATH="$PWD/build/node/node_modules/.bin:$PATH"

say() { printf 'demo: %s\n' "$1" >&2; }

# requirements FILE: installs what it lists, unless that was done.
requirements() {
  local marker
  marker="$venv/$(basename "$1").installed"
  cmp -s "$1" "$marker" && return 0
  say "installing $(sed -nE '/^# What/q; s/^([a-z][^ ]*) .*/\1/p' "$1" | paste -sd ' ')"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$1"
  cp "$1" "$marker"
}

prepare_python() {
  local python=${PYTHON:-python3} version
  version=$("$python" -VV)
  if [ "$(cat "$venv/python" 2>/dev/null)" != "$version" ]; then
    say "making a Python environment in $venv"
    "$python" -m venv --clear "$venv"
    printf '%s\n' "$version" >"$venv/python"
  fi
  requirements demo/requirements.txt
  [ "${1:-}" != test ] || requirements demo/requirements-test.txt
}

prepare_wheel() {
  say "building the wheel, unless it is there (the first time takes some minutes)"
  bindings/python/build.sh >&2
  cmp -s build/wheels/made-of "$venv/wheel" && return 0
  say "installing $(basename build/wheels/exeunt-*.whl)"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --no-index --no-deps --force-reinstall build/wheels/exeunt-*.whl
  cp build/wheels/made-of "$venv/wheel"
}

prepare_provider() {
  local provider=tests/provider
  tests/tools.sh node
  # npm writes its own copy of the lock file when it has finished.
  [ ! "$provider/package-lock.json" -nt "$provider/node_modules/.package-lock.json" ] && return 0
  say "installing the OpenID provider: npm ci in $provider"
  (cd "$provider" && npm ci --silent --no-audit --no-fund)
}
