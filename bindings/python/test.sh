#!/usr/bin/env bash
# Builds the wheel, installs it, and runs the tests against what was installed; from any directory.
#   EXEUNT_PROFILE   release (default) or dev
#   PYTHON           the interpreter; "newest" is the newest to be had here
# Arguments go to pytest.
if [ "${PYTHON:-}" = newest ]; then
  PYTHON=$("$(dirname "${BASH_SOURCE[0]}")/newest.sh")
  export PYTHON
  printf 'python: the newest here is %s\n' "$("$PYTHON" --version)"
  [ "$("$PYTHON" --version)" != "$(python3 --version)" ] || printf 'python: python3 is that one as well\n'
fi
source "$(dirname "${BASH_SOURCE[0]}")/venv.sh"
"$here/build.sh"
if ! cmp -s build/wheels/made-of "$venv/installed"; then
  "$venv/bin/pip" install --quiet --disable-pip-version-check --no-index --no-deps --force-reinstall build/wheels/exeunt-*.whl
  cp build/wheels/made-of "$venv/installed"
fi
cd "$here"
exec "../../$venv/bin/python" -m pytest -q "$@"
