#!/usr/bin/env bash
# The tests of the provider itself; from any directory.
set -euo pipefail
cd "$(dirname "$0")/../.."
# Where tests/tools.sh puts Node if the system's is too old.
export PATH="$PWD/build/node/node_modules/.bin:$PATH"
tests/tools.sh node
tests/tools.sh chromium
cd tests/provider
echo "provider: installing its packages: npm ci in tests/provider"
npm ci --silent --no-audit --no-fund
exec node --test --test-force-exit
