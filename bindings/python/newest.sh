#!/usr/bin/env bash
# The newest Python here, on the PATH or kept by pyenv, that can make an environment.
set -euo pipefail
shopt -s nullglob
kept=("${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.*/bin/python3)
for python in "$(command -v python3)" $(compgen -c python3. | grep -E '^python3\.[0-9]+$' | sort -u) "${kept[@]}"; do
  version=$("$python" -c 'import ensurepip, platform, venv; print(platform.python_version())' 2>/dev/null) || continue
  printf '%s %s\n' "$version" "$(command -v "$python")"
done | sort -V | tail -n 1 | cut -d ' ' -f 2-
