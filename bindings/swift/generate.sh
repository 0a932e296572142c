#!/bin/sh
# Builds the core as phones ship it (without an HTTP client of its own) and writes what the Swift package needs:
#   Sources/Exeunt/Generated/  Swift          Sources/ExeuntFFI/  C header and module map
#   target/swift-lib/          libexeunt.a and nothing else: with a shared library beside it the linker would take that
# Everything it writes is ignored by git. Needs cargo; no Swift.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
cd "$here/../.."

# A profile of its own, in which nothing has that feature: switching would rebuild the crate for every other suite.
cargo build --quiet --package exeunt --lib --no-default-features --profile quick
library=target/quick/libexeunt.a

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
cargo run --quiet --package uniffi-bindgen -- generate "$library" --language swift --out-dir "$out" --no-format

# Files that did not change keep their time, so that Swift compiles only what is new.
place() {
    mkdir -p "$(dirname "$2")"
    cmp -s "$1" "$2" || cp "$1" "$2"
}
place "$out/Exeunt.swift" bindings/swift/Sources/Exeunt/Generated/Exeunt.swift
place "$out/ExeuntFFI.h" bindings/swift/Sources/ExeuntFFI/ExeuntFFI.h
place "$out/ExeuntFFI.modulemap" bindings/swift/Sources/ExeuntFFI/module.modulemap
place "$library" target/swift-lib/libexeunt.a
