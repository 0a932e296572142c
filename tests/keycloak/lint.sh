#!/usr/bin/env bash
# Lints, formatting and types of these tests; from any directory.
source "$(dirname "${BASH_SOURCE[0]}")/../../demo/prepare.sh"
prepare_python test
prepare_wheel # mypy reads its types
"$venv/bin/ruff" check --quiet tests/keycloak
"$venv/bin/ruff" format --check --quiet tests/keycloak
cd tests/keycloak
"../../$venv/bin/mypy" .
