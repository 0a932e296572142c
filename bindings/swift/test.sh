#!/bin/sh
# Builds the core, generates, runs every Swift test with warnings as errors, then builds and runs a package of its own
# that imports this one, as an app would. Prints `swift: N cases`. Arguments go to `swift test`.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
repo=$(CDPATH='' cd -- "$here/../.." && pwd)
# Here and not below, where a log would hide that Swift has to be installed first.
"$here/in-toolchain.sh" --version
"$here/generate.sh"

# SwiftPM does not see that a library found by name has changed: without this the tests would run the old core.
rm -rf "$repo"/target/swift-build/*/debug/*.xctest "$repo"/target/swift-consumer/.build/*/debug/Consumer

log=$(mktemp)
trap 'rm -f "$log"' EXIT
tests() {
    local status=0
    "$here/in-toolchain.sh" test --package-path '{repo}' --scratch-path '{repo}/target/swift-build' \
        -Xswiftc -warnings-as-errors "$@" >"$log" 2>&1 || status=$?
    grep -E '✘|^↳ [^T]|error:|^swift: |Test run with|fatalError|Fatal error' "$log" || cat "$log"
    [ "$status" -eq 0 ] || exit "$status"
}
# Slow servers hold the threads of a small pool: the sign-outs that meet them run by themselves.
[ "$#" -gt 0 ] || tests --filter SignOutsMeetFaultsTests
if [ "$#" -gt 0 ]; then tests "$@"; else tests --skip SignOutsMeetFaultsTests; fi
if [ "$#" -eq 0 ] && ! grep -Eq '^swift: [1-9][0-9]* cases$' "$log"; then
    echo "swift: the cases did not run" >&2
    exit 1
fi

consumer=$repo/target/swift-consumer
mkdir -p "$consumer/Sources/Consumer"
cat >"$consumer/Package.swift" <<'MANIFEST'
// swift-tools-version: 6.0
import PackageDescription

let package = Package(
    name: "Consumer",
    dependencies: [.package(name: "Exeunt", path: "../..")],
    targets: [.executableTarget(name: "Consumer", dependencies: [.product(name: "Exeunt", package: "Exeunt")])]
)
MANIFEST
cat >"$consumer/Sources/Consumer/main.swift" <<'PROGRAM'
import Exeunt

let store = MemoryStore(["session:alice:id_token": Secret("a-token")])
let client = try LogoutClient(
    config: ClientConfig(
        clientId: "app",
        provider: .oidc(issuer: "https://op.example.com", endpoints: Endpoints(endSession: "https://op.example.com/out")),
        home: .device, layout: .prefix(prefix: "session", separator: ":"), revokeTokens: false),
    store: store)
let started = try await client.resume(limit: 20)
guard started.outcomes.isEmpty, started.nextDue == nil else { fatalError("nothing was interrupted") }
let lease = try await client.lease(account: "alice")
let outcome = try await client.signOut(EndSessionRequest(who: .everyone, reach: .app))
guard outcome.signedOutLocally(), store.keys(prefix: "session:").isEmpty else { fatalError("still signed in") }
print("swift: a package of its own signs out:", outcome.application)

let refreshed = [Entry(key: "session:alice:access_token", value: Secret("another-token"), protect: true)]
guard try await client.save(refreshed, under: lease) == .signedOut, store.keys(prefix: "session:").isEmpty
else { fatalError("a refresh brought the session back") }
let advice = try await client.loginAdvice(account: "alice")
guard advice.parameters.isEmpty, advice.since == nil else { fatalError("the provider was not asked to end anything") }
try await client.signedIn(account: "alice")
let renewed = try await client.lease(account: "alice")
guard try await client.stillValid(renewed), try await !client.stillValid(lease),
    try await client.save(refreshed, under: renewed) == .stored
else { fatalError("the new session's lease does not hold") }
print("swift: a package of its own signs in and refreshes:", store.keys(prefix: "session:"))
PROGRAM
"$here/in-toolchain.sh" run --package-path '{repo}/target/swift-consumer' -Xswiftc -warnings-as-errors >"$log" 2>&1 || {
    cat "$log"
    exit 1
}
grep '^swift: a package of its own signs out' "$log"
grep '^swift: a package of its own signs in' "$log"
