#!/usr/bin/env bash
# Lints, formatting and types of what the tests have in Python; from any directory.
source "$(dirname "${BASH_SOURCE[0]}")/../demo/prepare.sh"
prepare_python test
prepare_wheel # mypy reads its types
"$venv/bin/ruff" check --quiet tests
"$venv/bin/ruff" format --check --quiet tests
for folder in tests/keycloak tests/altered; do
  (cd "$folder" && "../../$venv/bin/mypy" --config-file ../pyproject.toml .)
done
