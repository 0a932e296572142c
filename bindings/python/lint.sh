#!/usr/bin/env bash
# Lints, formatting and types; from any directory.
source "$(dirname "${BASH_SOURCE[0]}")/venv.sh"
tools=$(cd "$venv/bin" && pwd)
cd "$here"
"$tools/ruff" check --quiet .
"$tools/ruff" format --check --quiet .
"$tools/mypy"
notices=../licences/notices.py
"$tools/ruff" check --quiet --config pyproject.toml "$notices"
"$tools/ruff" format --check --quiet --config pyproject.toml "$notices"
"$tools/mypy" "$notices"
