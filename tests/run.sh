#!/usr/bin/env bash
# Every test in every language, in two lanes, on after a failure; the last line counts them all.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
# Where tests/tools.sh puts Node if the system's is too old.
export PATH="$PWD/build/node/node_modules/.bin:$PATH"

logs=build/test-logs
rm -rf "$logs"
mkdir -p "$logs"

sum() { awk '{ total += $1 } END { print total + 0 }'; }

# Seconds; several times what the slowest takes. One that waits for ever has to be named.
longest=2400

# suite NAME COUNTER COMMAND…: runs, shows all it said once it is over, counts. A suite that fails without a failing test has
# one failure all the same.
suite() {
  local name=$1 counter=$2 log="$logs/$1.log" status ok bad begun=$SECONDS
  shift 2
  printf '== %s begins\n' "$name"
  timeout --foreground --kill-after=30 "$longest" "$@" </dev/null >"$log" 2>&1
  status=$?
  [ "$status" -ne 124 ] || printf '%s: given up after %d s\n' "$name" "$longest" >>"$log"
  read -r ok bad < <("$counter" "$log")
  if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
  {
    flock 9
    printf '\n== %s\n' "$name"
    cat "$log"
    if [ "$status" -eq 0 ] && [ "$ok" -eq 0 ]; then
      printf '%s: no test was run\n' "$name"
      bad=1
    fi
    printf '%s: %d passed, %d failed, %d s\n' "$name" "$ok" "$bad" $((SECONDS - begun))
  } 9>"$logs/shown"
  printf '%s %s\n' "$ok" "$bad" >"$logs/$name.result"
}

# counted NAME WHAT: how many of them this suite says it ran.
counted() {
  local count
  count=$(sed -nE "s/^.*$1: ([0-9]+) $2.*$/\1/p" "$logs/$1.log" | tail -n 1)
  printf '%s\n' "${count:-0}"
}

# alike LEAST WHAT LANGUAGE…: each of them ran as many as the first, and no fewer than that.
alike() {
  local least=$1 what=$2 all language count
  shift 2
  all=$(counted "$1" "$what")
  for language in "$@"; do
    count=$(counted "$language" "$what")
    printf '%s: %s %s\n' "$language" "$count" "$what"
    if [ "$count" -eq "$all" ] && [ "$all" -ge "$least" ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
  done
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

# Two lanes, since most suites leave a core idle: the core and what needs a browser, and the languages.
core() {
  suite rust count_cargo cargo test --package exeunt -- --nocapture
  suite rust-without-http count_cargo cargo test --package exeunt --no-default-features --profile quick \
    --test lookups_need_a_transport --test no_interleaving_brings_a_session_back -- --nocapture
  suite crash count_plain tests/crash/run.sh
  suite crash-mutants count_plain tests/altered/mutants.py
  suite columns count_plain tests/altered/columns.py
  suite fuzz count_plain fuzz/run.sh
  suite fuzz-planted count_plain fuzz/run.sh --planted
  suite keycloak count_pytest tests/keycloak/run.sh
}

bindings() {
  suite provider count_node tests/provider/test.sh
  suite python count_pytest bindings/python/test.sh
  suite python-newest count_pytest env PYTHON=newest bindings/python/test.sh
  suite kotlin count_maven bindings/kotlin/test.sh
  suite swift count_swift bindings/swift/test.sh
  # Long after `provider` has installed the packages that it shares with this one; here, where the lane is shorter.
  suite end-to-end count_pytest demo/test.sh
}

# A lane in the background does not hear Control-C.
trap 'trap - INT TERM; kill 0' INT TERM
core &
bindings
wait

passed=0
failed=0
for name in rust rust-without-http crash crash-mutants columns fuzz fuzz-planted \
  provider python python-newest kotlin swift end-to-end keycloak; do
  read -r ok bad <"$logs/$name.result" || { ok=0 bad=1; }
  passed=$((passed + ok))
  failed=$((failed + bad))
done

printf '\n== cases\n'
alike 300 "cases" rust python kotlin swift
alike 40 "sign-outs that meet faults" rust python kotlin swift
alike 30 "transport faults" rust kotlin swift # Python ships Rust's
printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
