# shellcheck shell=bash
# Sourced: goes to the repository's root and makes the tools of requirements-dev.txt available in build/python-venv.
# PYTHON chooses the interpreter, which then has an environment of its own.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
here=bindings/python
python=${PYTHON:-python3}
venv=build/python-venv
[ -z "${PYTHON:-}" ] || venv+=-$("$python" -c 'import platform; print(platform.python_version())')

wanted=$({ "$python" -VV; cat "$here/requirements-dev.txt"; } | sha256sum)
if [ "$(cat "$venv/made-of" 2>/dev/null)" != "$wanted" ]; then
  printf 'python: making %s with %s\n' "$venv" \
    "$(sed -nE 's/^([a-zA-Z][^ =<>~;[]*).*/\1/p' "$here/requirements-dev.txt" | paste -sd ' ')" >&2
  "$python" -m venv --clear "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/requirements-dev.txt"
  printf '%s\n' "$wanted" >"$venv/made-of"
fi
