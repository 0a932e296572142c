#!/usr/bin/env bash
# The crash harness, optimised a little and without an HTTP of its own. Words choose scenarios: tests/crash/run.sh Entra atomic
set -euo pipefail
cd "$(dirname "$0")/../.."
exec cargo test --quiet --package exeunt --no-default-features --profile quick --test crash -- "$@"
