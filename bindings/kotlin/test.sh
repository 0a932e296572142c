#!/usr/bin/env bash
# Generates the Kotlin code and runs every test. Needs cargo, a JDK (17 or later), Maven and Maven Central.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

./generate.sh debug
mvn -q -B test
