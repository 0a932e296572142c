#!/usr/bin/env bash
# Lints, formatting and types of the demo; from any directory.
source "$(dirname "${BASH_SOURCE[0]}")/prepare.sh"
prepare_python test
prepare_wheel # mypy reads its types
"$venv/bin/ruff" check --quiet demo
"$venv/bin/ruff" format --check --quiet demo
"$venv/bin/mypy" --config-file demo/pyproject.toml
