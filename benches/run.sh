#!/usr/bin/env bash
# How speeds compare, measured side by side in one run, in the optimised wheel; from any directory.
source "$(dirname "${BASH_SOURCE[0]}")/../demo/prepare.sh"
prepare_python
prepare_wheel
exec "$venv/bin/python" benches/sign_out.py
