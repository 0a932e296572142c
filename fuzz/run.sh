#!/bin/sh
# Feeds each target inputs that coverage guides, on the stable toolchain. Needs a C++ compiler, for libFuzzer itself.
#
#   fuzz/run.sh               100,000 inputs a target, or 30 seconds
#   fuzz/run.sh 300           as many seconds a target
#   fuzz/run.sh -runs=500000  any limit that libFuzzer knows
#   fuzz/run.sh --planted     each target has a panic that it must find
#
# Finds are kept in target/: new inputs in grown/, crashes in artifacts/. The committed corpus is only read.
set -eu
cd "$(dirname "$0")"
targets="redirect_uri callback_url id_token metadata record"
triple=$(rustc -vV | sed -n 's/^host: //p')
# What `-Z sanitizer` would ask of LLVM, by flags that stable has. `--target` keeps them off build scripts.
RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
  -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table
  -Cllvm-args=-sanitizer-coverage-trace-compares"
RUSTFLAGS=$(echo $RUSTFLAGS)
export RUSTFLAGS

limit="-runs=100000 -max_total_time=30"
planted=
case "${1:-}" in
  "") ;;
  --planted) planted=yes limit="-runs=3000000 -max_total_time=300" ;;
  -*) limit=$1 ;;
  *) limit=-max_total_time=$1 ;;
esac
cargo build --quiet --release --target "$triple" ${planted:+--features planted}

failed=
for target in $targets; do
  work=target/fuzz${planted:+-planted}/$target
  mkdir -p "$work/grown" "$work/artifacts"
  [ -z "$planted" ] || rm -f "$work"/grown/* "$work"/artifacts/*
  log=$work/log
  begun=$(date +%s)
  if "target/$triple/release/$target" $limit -max_len=4096 -timeout=10 -seed=1 -print_final_stats=1 \
      -dict="dictionaries/$target.dict" -artifact_prefix="$work/artifacts/" \
      "$work/grown" "corpus/$target" >"$log" 2>&1; then crashed=; else crashed=yes; fi
  seconds=$(($(date +%s) - begun))
  first=$(sed -n 's/.*INITED cov: \([0-9]*\).*/\1/p' "$log" | head -n 1)
  last=$(sed -n 's/.* cov: \([0-9]*\).*/\1/p' "$log" | tail -n 1)
  inputs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -n 1)
  line="$target: ${inputs:-?} inputs in $seconds s, coverage ${first:-0} -> ${last:-0}"
  if [ -n "$planted" ]; then
    if [ -n "$crashed" ] && grep -aqx planted "$log"; then
      echo "ok $line: the planted panic was found"
    else
      echo "not ok $line: the planted panic was not found"
      failed=yes
    fi
  elif [ -n "$crashed" ]; then
    echo "not ok $line: it crashed, see fuzz/$log"
    grep -a -A 3 'panicked at\|ERROR: libFuzzer' "$log" | head -n 8
    ls "$work/artifacts"
    failed=yes
  elif [ "${last:-0}" -lt 200 ]; then
    echo "not ok $line: the code is not instrumented"
    failed=yes
  else
    echo "ok $line"
  fi
done
[ -z "$failed" ]
