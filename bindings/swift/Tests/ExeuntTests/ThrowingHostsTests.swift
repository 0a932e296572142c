import Testing

@testable import Exeunt

@Suite("Hosts that raise what they did not declare")
struct ThrowingHostsTests {
    private static let marker = "LOUD-MARKER"
    private static let loud = Failing(error: Loud(description: marker))

    private static func store(_ method: String) -> Script {
        var script = Script(navigator: "started")
        script.faults.fails = [StoreFaults.Fault(method: method, from: 1, to: nil, how: .raises(loud))]
        return script
    }

    @Test("a store that raises before the first effect makes the call fail, and says nothing of the cause")
    func storeBefore() async throws {
        let host = ScriptedHost(Self.store("keys"), entries: Sample.entries)
        let client = try host.client(Sample.config())
        let error = try #require(await refusal { try await client.signOut(Sample.request()) })
        #expect(error.code() == "host_failed")
        #expect(!everyText(of: error).contains(Self.marker))
        #expect(host.store.entries == Sample.entries)
        #expect(host.navigator?.navigations.isEmpty == true)
    }

    @Test("a locked store is retryable, and nothing was deleted")
    func storeLocked() async throws {
        var script = Script()
        let locked = Failing(error: HostError.Unavailable(reason: Self.marker))
        script.faults.fails = [StoreFaults.Fault(method: "keys", from: 1, to: nil, how: .raises(locked))]
        let host = ScriptedHost(script, entries: Sample.entries)
        let client = try host.client(Sample.config())
        let error = try #require(await refusal { try await client.signOut(Sample.request()) })
        #expect(error.isRetryable())
        #expect(!everyText(of: error).contains(Self.marker))
        #expect(host.store.entries == Sample.entries)
    }

    @Test(
        "each call about sign-ins and refreshes fails where the store does, retryably where it is locked",
        arguments: ["resume", "signedIn", "loginAdvice", "lease", "save", "stillValid"])
    func storeOfGuards(_ call: String) async throws {
        let lease = Lease(account: "alice", epoch: nil, everyone: nil)
        let locked = Failing(error: HostError.Unavailable(reason: Self.marker))
        for (how, isRetryable) in [(Self.loud, false), (locked, true)] {
            var script = Script()
            script.faults.fails = ["keys", "read", "commit", "guarantee"].map { method in
                StoreFaults.Fault(method: method, from: 1, to: nil, how: .raises(how))
            }
            let host = ScriptedHost(script, entries: Sample.entries)
            let client = try host.client(Sample.config())
            let error = await refusal {
                switch call {
                case "resume": _ = try await client.resume(limit: 1)
                case "signedIn": try await client.signedIn(account: "alice")
                case "loginAdvice": _ = try await client.loginAdvice()
                case "lease": _ = try await client.lease(account: "alice")
                case "save": _ = try await client.save([], under: lease)
                default: _ = try await client.stillValid(lease)
                }
            }
            let refused = try #require(error)
            #expect(refused.isRetryable() == isRetryable)
            #expect(!everyText(of: refused).contains(Self.marker))
            #expect(host.store.entries == Sample.entries)
        }
    }

    @Test("a store that raises in every commit never reads as signed out")
    func storeCommit() async throws {
        let host = ScriptedHost(Self.store("commit"), entries: Sample.entries)
        let client = try host.client(Sample.config())
        do {
            let outcome = try await client.signOut(Sample.request())
            #expect(!outcome.signedOutLocally())
            #expect(!everyText(of: outcome).contains(Self.marker))
        } catch {
            #expect(error is LogoutError)
            #expect(!everyText(of: error).contains(Self.marker))
        }
        #expect(host.store.entries[ExactText("session:alice:cart")] == "3 apples")
    }

    @Test("a navigator that raises is a reason in the outcome; the local session is cleared all the same")
    func navigator() async throws {
        let host = ScriptedHost(Script(navigator: "throws"), entries: Sample.entries)
        let outcome = try await host.client(Sample.config()).signOut(Sample.request())
        #expect(outcome.signedOutLocally())
        #expect(outcome.provider == .failed(because: .navigatorFailed))
    }

    @Test("a listener that raises is ignored, and still hears the next event")
    func listener() async throws {
        let host = ScriptedHost(Script(navigator: "started", listenerThrows: true), entries: Sample.entries)
        let outcome = try await host.client(Sample.config()).signOut(Sample.request())
        #expect(outcome.signedOutLocally())
        #expect(host.listener.events.map(\.kind).starts(with: [.logoutStart, .logoutSuccess]))
    }

    @Test("a transport that raises leaves a revocation uncertain")
    func transport() async throws {
        let revoke = "https://op.example.com/revoke"
        let rule = HttpRule(method: .post, url: revoke, times: nil, answer: .failure(Loud(description: Self.marker)))
        let host = ScriptedHost(
            Script(navigator: "started", rules: [rule]),
            entries: [ExactText("session:alice:refresh_token"): "a-token"])
        let outcome = try await host.client(Sample.config(revocation: revoke)).signOut(Sample.request())
        #expect(outcome.signedOutLocally())
        #expect(outcome.revocations.map(\.status) == [.uncertain])
        #expect(!everyText(of: outcome).contains(Self.marker))
    }

    @Test("a popup that cannot be closed does not spoil the completion")
    func dismissal() async throws {
        let host = ScriptedHost(Script(navigator: "started", dismissThrows: true), entries: Sample.entries)
        let client = try host.client(Sample.config())
        let request = EndSessionRequest(who: .this(account: Account(homeAccountId: "alice")), mode: .popup)
        _ = try await client.signOut(request)
        let navigation = try #require(host.navigator?.navigations.first)
        let completion = try await client.complete(Sample.returned(from: navigation))
        guard case .matched = completion else {
            Issue.record("\(completion)")
            return
        }
        #expect(host.navigator?.dismissed == 1)
    }
}
