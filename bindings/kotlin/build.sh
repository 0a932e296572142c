#!/usr/bin/env bash
# Builds target/exeunt-<version>.jar with the native library of this platform, at full optimisation.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

./generate.sh release
echo "kotlin: Maven builds the jar; what $HOME/.m2 lacks comes from Maven Central" >&2
mvn -q -B package -DskipTests

# Whoever passes the jar on passes the licences on. The tests compare their texts.
for jar in target/exeunt-*.jar; do
    for licence in LICENSE-MIT LICENSE-APACHE; do
        jar tf "$jar" | grep -xF "META-INF/$licence" >/dev/null ||
            { echo "build.sh: $jar lacks META-INF/$licence" >&2; exit 1; }
    done
    unpacked=$(mktemp -d)
    whole=$PWD/$jar
    (cd "$unpacked" && jar xf "$whole" META-INF/licenses)
    ../licences/notices.py --check "$unpacked/META-INF/licenses/THIRD-PARTY-LICENSES"
    rm -r "$unpacked"
done
ls -l target/exeunt-*.jar
