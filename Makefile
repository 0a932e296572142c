# The only list of tasks. Each target installs what it needs and says so.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
export CARGO_TERM_COLOR ?= never

ANSWER ?= yes
SERVE ?= 0
MUTANT ?=
BUILD := build

.PHONY: help demo test lint bench bindings wheel kotlin swift fuzz crash columns clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: tools ## sign a real user out of a real provider, with proof (ANSWER=no declines, SERVE=1 stays for you)
	@ANSWER=$(ANSWER) SERVE=$(SERVE) demo/run.sh

test: tools ## every test in every language; the last line counts them
	@tests/run.sh

lint: tools ## formatting, lints, types, licences
	@$(MAKE) --no-print-directory -j2 lint-core lint-bindings

.PHONY: lint-core lint-bindings
lint-core:
	cargo fmt --all --check
	cargo clippy --package exeunt --all-targets -- -D warnings
	cargo clippy --package exeunt --lib --no-default-features -- -D warnings
	cargo clippy --package exeunt --test crash --test no_interleaving_brings_a_session_back -- -D warnings
	cargo clippy --package uniffi-bindgen -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --package exeunt --no-deps --quiet
	tests/tools.sh cargo-deny
	cargo deny check bans licenses sources

# Beside the other: most of it is the wheel, whose optimised build keeps one core busy.
lint-bindings:
	bindings/python/lint.sh
	bindings/kotlin/lint.sh
	bindings/swift/lint.sh
	demo/lint.sh
	tests/lint.sh

bench: tools ## how long a sign-out takes against another one, side by side; ratios
	@benches/run.sh

bindings: tools ## generated sources for all three languages
	cargo build --quiet --package exeunt
	cargo build --quiet --package uniffi-bindgen
	@for language in python kotlin swift; do \
	  target/debug/uniffi-bindgen generate target/debug/libexeunt.so --language $$language \
	    --out-dir $(BUILD)/bindings/$$language --no-format; done

wheel: tools ## the Python wheel, optimised and stripped, in build/wheels
	@bindings/python/build.sh

kotlin: tools ## the JVM jar with the native library inside
	@bindings/kotlin/build.sh

swift: tools ## the Swift package, its sources generated
	@bindings/swift/generate.sh

fuzz: tools ## longer fuzzing: SECONDS_EACH=300 make fuzz
	@fuzz/run.sh $${SECONDS_EACH:-300}

crash: tools ## kill a sign-out at every call of its host (MUTANT=journal takes that rule out, which must show)
	@$(if $(MUTANT),tests/altered/mutants.py $(MUTANT),tests/crash/run.sh)

columns: ## take away each column of each provider's row, which a case has to miss
	@tests/altered/columns.py

clean: ## everything built
	rm -rf target $(BUILD) fuzz/target tests/provider/node_modules bindings/kotlin/target

.PHONY: tools
tools:
	@tests/tools.sh base
