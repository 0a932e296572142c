#!/usr/bin/env bash
# The end-to-end tests: real browser, real provider, the wheel as users install it; from any directory.
# Arguments go to pytest. Screenshots go to build/screenshots.
source "$(dirname "${BASH_SOURCE[0]}")/prepare.sh"
tests/tools.sh chromium
prepare_python test
prepare_wheel
prepare_provider
cd demo
exec "../$venv/bin/python" -m pytest -q "$@"
