#!/usr/bin/env bash
# The tests against a real Keycloak: the wheel as users install it, a real browser, a realm of its own; from any directory.
# Arguments go to pytest. Keycloak comes from Maven Central (160 MB, once) into build/keycloak.
source "$(dirname "${BASH_SOURCE[0]}")/../../demo/prepare.sh"
version=26.4.7
plugin=org.apache.maven.plugins:maven-dependency-plugin:3.6.1
place=build/keycloak

prepare_keycloak() {
  [ ! -f "$place/made-of-$version" ] || return 0
  rm -rf "$place"
  mkdir -p "$place"
  say "fetching Keycloak $version"
  mvn --quiet --batch-mode "$plugin:copy" -Dartifact="org.keycloak:keycloak-quarkus-dist:$version:zip" \
    -DoutputDirectory="$PWD/$place"
  unzip -q "$place/keycloak-quarkus-dist-$version.zip" -d "$place"
  rm "$place/keycloak-quarkus-dist-$version.zip"
  mv "$place/keycloak-$version" "$place/server"
  touch "$place/made-of-$version"
}

tests/tools.sh base
tests/tools.sh chromium
prepare_python test
prepare_wheel
prepare_keycloak
cd tests/keycloak
exec "../../$venv/bin/python" -m pytest -q "$@"
