#!/usr/bin/env bash
# Lints, formatting and types of what tests and measurements have in Python; from any directory.
source "$(dirname "${BASH_SOURCE[0]}")/../demo/prepare.sh"
prepare_python test
prepare_wheel # mypy reads its types
"$venv/bin/ruff" check --quiet tests
"$venv/bin/ruff" format --check --quiet tests
"$venv/bin/ruff" check --quiet --config tests/pyproject.toml benches
"$venv/bin/ruff" format --check --quiet --config tests/pyproject.toml benches
"$venv/bin/mypy" --config-file tests/pyproject.toml benches
for folder in tests/keycloak tests/altered; do
  (cd "$folder" && "../../$venv/bin/mypy" --config-file ../pyproject.toml .)
done
