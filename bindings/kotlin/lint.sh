#!/usr/bin/env bash
# Checks the hand-written Kotlin with ktlint by the rules of .editorconfig. Generated code is not ours to format.
#
# usage: lint.sh [--format]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

version=1.8.0
jar=target/lint/ktlint-cli-$version-all.jar
[ -f "$jar" ] || {
    echo "kotlin: fetching ktlint $version from Maven Central" >&2
    mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy \
        -Dartifact="com.pinterest.ktlint:ktlint-cli:$version:jar:all" -DoutputDirectory=target/lint
}

# ktlint's embedded compiler reaches into the JDK.
java --add-opens java.base/java.lang=ALL-UNNAMED -jar "$jar" "$@" 'src/main/**/*.kt' 'src/test/**/*.kt'

long=$(find src/main src/test \( -name '*.kt' -o -name '*.java' \) -exec wc -l {} + | awk '$2 != "total" && $1 > 400')
[ -z "$long" ] || { echo "longer than 400 lines, so two ideas: $long" >&2; exit 1; }
