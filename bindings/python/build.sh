#!/usr/bin/env bash
# Builds the wheel into build/wheels, from any directory, unless nothing has changed since the last time.
#   EXEUNT_PROFILE   release (default: optimised and stripped) or dev
source "$(dirname "${BASH_SOURCE[0]}")/venv.sh"
profile=${EXEUNT_PROFILE:-release}
wheels=build/wheels

sources=(Cargo.toml Cargo.lock LICENSE-* README.md uniffi.toml src bindings/bindgen bindings/licences "$here/pyproject.toml" "$here/README.md" "$here/python")
made_of=$(find "${sources[@]}" -type f -not -path '*/__pycache__/*' -not -path '*/_core/*' -print0 | sort -z |
  xargs -0 sha256sum | { printf '%s\n' "$profile" "$(cargo --version)"; cat; } | sha256sum)
if [ "$(cat "$wheels/made-of" 2>/dev/null)" = "$made_of" ] && ls "$wheels"/exeunt-*.whl >/dev/null 2>&1; then
  printf 'wheel: nothing has changed: %s\n' "$wheels"/exeunt-*.whl
  exit 0
fi

# What a developer generated in the tree would be packed as well.
rm -rf "$wheels" "$here/python/exeunt/_core"
mkdir -p "$wheels"
wheels=$(cd "$wheels" && pwd)
tools=$(cd "$venv/bin" && pwd)
"$tools/python" bindings/licences/notices.py "$here/THIRD-PARTY-LICENSES"
(cd "$here" && "$tools/maturin" build --quiet --locked --profile "$profile" --out "$wheels")
wheel=$(ls "$wheels"/exeunt-*.whl)

if [ "$profile" = release ]; then
  # Stripped here and not by cargo: the generator reads the symbols that go now.
  before=$(stat -c %s "$wheel")
  "$tools/wheel" unpack --dest "$wheels/unpacked" "$wheel" >/dev/null
  library=$(ls "$wheels"/unpacked/*/exeunt/_core/libexeunt.so)
  whole=$(stat -c %s "$library")
  strip --strip-unneeded "$library"
  stripped=$(stat -c %s "$library")
  rm "$wheel"
  "$tools/wheel" pack --dest-dir "$wheels" "$wheels"/unpacked/* >/dev/null
  rm -rf "$wheels/unpacked"
  printf 'wheel: library %d bytes, stripped %d; wheel %d bytes, then %d\n' \
    "$whole" "$stripped" "$before" "$(stat -c %s "$wheel")"
fi
printf '%s\n' "$made_of" >"$wheels/made-of"
printf 'wheel: %s\n' "$wheel"
