#!/bin/sh
# swift-format over everything written by hand, by the rules of .swift-format; the reasons are in README.md beside this.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
cd "$here/../.."
files=$(find bindings/swift/Sources/Exeunt bindings/swift/Tests -name '*.swift' -not -path '*/Generated/*' | sort)
set --
for file in Package.swift $files; do
    set -- "$@" "{repo}/$file"
done
exec "$here/in-toolchain.sh" format lint --strict --configuration '{repo}/.swift-format' "$@"
