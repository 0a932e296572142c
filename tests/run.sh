#!/usr/bin/env bash
# Every test in every language. Suites run one after the other, also after a failure; the last line counts them all.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
# Where tests/tools.sh puts Node if the system's is too old.
export PATH="$PWD/build/node/node_modules/.bin:$PATH"

logs=build/test-logs
rm -rf "$logs"
mkdir -p "$logs"
passed=0
failed=0
declare -A cases=() sign_outs=()

add() {
  passed=$((passed + $1))
  failed=$((failed + $2))
}

sum() { awk '{ total += $1 } END { print total + 0 }'; }

# suite NAME COUNTER COMMAND…: runs, shows, counts. A suite that fails without a failing test has one failure all the same.
suite() {
  local name=$1 counter=$2 log="$logs/$1.log" status ok bad begun=$SECONDS
  shift 2
  printf '\n== %s\n' "$name"
  "$@" 2>&1 | tee "$log"
  status=${PIPESTATUS[0]}
  read -r ok bad < <("$counter" "$log")
  if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
  if [ "$status" -eq 0 ] && [ "$ok" -eq 0 ]; then
    printf '%s: no test was run\n' "$name"
    bad=1
  fi
  add "$ok" "$bad"
  printf '%s: %d passed, %d failed, %d s\n' "$name" "$ok" "$bad" $((SECONDS - begun))
  local count
  count=$(sed -nE "s/^.*$name: ([0-9]+) cases.*$/\1/p" "$log" | tail -n 1)
  [ -z "$count" ] || cases[$name]=$count
  count=$(sed -nE "s/^.*$name: ([0-9]+) sign-outs that meet faults.*$/\1/p" "$log" | tail -n 1)
  [ -z "$count" ] || sign_outs[$name]=$count
}

count_cargo() {
  printf '%s %s\n' "$(sed -nE 's/^test result: .* ([0-9]+) passed; .*/\1/p' "$1" | sum)" \
    "$(sed -nE 's/^test result: .* ([0-9]+) failed; .*/\1/p' "$1" | sum)"
}
count_pytest() {
  printf '%s %s\n' "$(grep -oE '[0-9]+ passed' "$1" | grep -oE '[0-9]+' | sum)" \
    "$(grep -oE '[0-9]+ (failed|errors?)' "$1" | grep -oE '[0-9]+' | sum)"
}
count_maven() {
  local run bad
  run=$(sed -nE 's/^.*Tests run: ([0-9]+), Failures.*$/\1/p' "$1" | tail -n 1)
  bad=$(sed -nE 's/^.*Failures: ([0-9]+), Errors: ([0-9]+).*$/\1 \2/p' "$1" | tail -n 1 | awk '{ print $1 + $2 }')
  printf '%s %s\n' $((${run:-0} - ${bad:-0})) "${bad:-0}"
}
count_swift() {
  local run bad more
  run=$(sed -nE 's/^.*Executed ([0-9]+) tests?, with ([0-9]+) failures?.*$/\1/p' "$1" | tail -n 1)
  bad=$(sed -nE 's/^.*Executed ([0-9]+) tests?, with ([0-9]+) failures?.*$/\2/p' "$1" | tail -n 1)
  more=$(sed -nE 's/^.*Test run with ([0-9]+) tests? (in [0-9]+ suites? )?passed.*$/\1/p' "$1" | sum)
  printf '%s %s\n' $((${run:-0} - ${bad:-0} + ${more:-0})) "${bad:-0}"
}
count_node() {
  printf '%s %s\n' "$(sed -nE 's/^(# |ℹ )pass ([0-9]+)$/\2/p' "$1" | sum)" \
    "$(sed -nE 's/^(# |ℹ )fail ([0-9]+)$/\2/p' "$1" | sum)"
}
count_plain() {
  printf '%s %s\n' "$(grep -cE '^ok ' "$1")" "$(grep -cE '^not ok ' "$1")"
}

provider() {
  tests/tools.sh node && tests/tools.sh chromium && cd tests/provider || return
  echo "provider: installing its packages: npm ci in tests/provider"
  npm ci --silent --no-audit --no-fund && timeout 300 node --test --test-force-exit </dev/null
}

suite rust count_cargo cargo test --workspace -- --nocapture
suite rust-without-http count_cargo cargo test --no-default-features --test lookups_need_a_transport
suite crash count_plain tests/crash/run.sh
suite crash-mutants count_plain tests/crash/mutants.py
suite fuzz count_plain fuzz/run.sh
suite fuzz-planted count_plain fuzz/run.sh --planted
suite provider count_node provider
suite python count_pytest bindings/python/test.sh
suite python-newest count_pytest env PYTHON=newest bindings/python/test.sh
suite kotlin count_maven bindings/kotlin/test.sh
suite swift count_swift bindings/swift/test.sh
suite end-to-end count_pytest demo/test.sh
suite keycloak count_pytest tests/keycloak/run.sh

printf '\n== cases\n'
for language in rust python kotlin swift; do
  printf '%s: %s cases\n' "$language" "${cases[$language]:-0}"
  if [ "${cases[$language]:-0}" -eq "${cases[rust]:-0}" ] && [ "${cases[rust]:-0}" -ge 300 ]; then add 1 0; else add 0 1; fi
  printf '%s: %s sign-outs that meet faults\n' "$language" "${sign_outs[$language]:-0}"
  if [ "${sign_outs[$language]:-0}" -eq "${sign_outs[rust]:-0}" ] && [ "${sign_outs[rust]:-0}" -ge 40 ]; then add 1 0; else add 0 1; fi
done
printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
