#!/usr/bin/env bash
# Builds target/exeunt-<version>.jar with the native library of this platform, at full optimisation.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

./generate.sh release
mvn -q -B package -DskipTests
ls -l target/exeunt-*.jar
