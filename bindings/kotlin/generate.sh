#!/usr/bin/env bash
# Builds the core, writes its Kotlin declarations to src/generated/kotlin and puts the native library where the jar
# takes it from: JNA looks for it in the class path under the name of the platform.
#
# usage: generate.sh [debug|release]      debug for tests (fast to build), release for the jar
set -euo pipefail

profile=${1:-debug}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
cd "$root"

case $profile in
    # Alone: built with the generator, the library would be linked with what only the generator needs.
    debug) cargo build --quiet --package exeunt ;;
    release) cargo build --quiet --release --package exeunt ;;
    *) echo "usage: generate.sh [debug|release]" >&2; exit 2 ;;
esac

# JNA's names of platform and library.
case $(uname -s)-$(uname -m) in
    Linux-x86_64) platform=linux-x86-64 library=libexeunt.so ;;
    Linux-aarch64) platform=linux-aarch64 library=libexeunt.so ;;
    Darwin-x86_64) platform=darwin-x86-64 library=libexeunt.dylib ;;
    Darwin-arm64) platform=darwin-aarch64 library=libexeunt.dylib ;;
    *) echo "generate.sh: $(uname -s) on $(uname -m) is not known here" >&2; exit 1 ;;
esac

bindgen=$target/debug/uniffi-bindgen
cargo build --quiet --package uniffi-bindgen

generated=$here/src/generated
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
"$bindgen" generate "$target/$profile/$library" -l kotlin -o "$fresh/kotlin" --no-format

# Warnings are errors in this module. The generated file is not ours to mend, so it alone is exempt.
source=$fresh/kotlin/dev/exeunt/exeunt.kt
sed -i.orig 's/^@file:Suppress("NAME_SHADOWING")$/@file:Suppress("warnings")/' "$source"
grep -q '^@file:Suppress("warnings")$' "$source" || { echo "generate.sh: the generator's header has changed" >&2; exit 1; }
rm "$source.orig"

# Sources that say the same stay as they are: the tests compile only what has changed.
diff -rq "$fresh/kotlin" "$generated/kotlin" >/dev/null 2>&1 || {
    rm -rf "$generated"
    mkdir -p "$generated"
    cp -R "$fresh/kotlin" "$generated/kotlin"
}
rm -rf "$generated/resources"
mkdir -p "$generated/resources/$platform"

# The notices of what is linked in travel in the jar.
bindings/licences/notices.py "$generated/resources/META-INF/licenses/THIRD-PARTY-LICENSES"

# The generator has read the symbol table; users do not need it.
cp "$target/$profile/$library" "$generated/resources/$platform/$library"
case $library in
    *.so) strip --strip-unneeded "$generated/resources/$platform/$library" ;;
    *.dylib) strip -x "$generated/resources/$platform/$library" ;;
esac
