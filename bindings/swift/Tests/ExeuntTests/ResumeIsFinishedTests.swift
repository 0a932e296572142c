import Testing

@testable import Exeunt

@Suite("A resume that has begun is finished")
struct ResumeIsFinishedTests {
    private static let revoke = "https://op.example.com/revoke"

    /// A store in which alice has signed out while the network was away: both her tokens have still to be revoked.
    private static func interrupted() async throws -> ScriptedStore {
        let host = ScriptedHost(
            Script(navigator: "started"),
            entries: [
                ExactText("session:alice:refresh_token"): "a-refresh-token",
                ExactText("session:alice:access_token"): "an-access-token",
            ])
        let outcome = try await host.client(Sample.config(revocation: revoke)).signOut(Sample.request())
        #expect(outcome.signedOutLocally())
        #expect(outcome.revocations.map(\.status) == [.uncertain, .uncertain])
        #expect(outcome.kept.count { $0.purpose == .tokenRevocation } == 2)
        host.store.timePasses(120)
        return host.store
    }

    private static func client(_ store: ScriptedStore, _ transport: CancellingTransport) throws -> LogoutClient {
        try LogoutClient(config: Sample.config(revocation: revoke), store: store, transport: transport)
    }

    @Test("a task cancelled in the middle still gets its result, and nothing is left over")
    func during() async throws {
        let store = try await Self.interrupted()
        let transport = CancellingTransport()
        let client = try Self.client(store, transport)
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            for await _ in gate { break }
            return try await client.resume(limit: 10)
        }
        transport.whenCalled.withLock { $0 = { task.cancel() } }
        open.yield()
        let resumed = try await task.value
        #expect(task.isCancelled)
        #expect(transport.calls.withLock { $0 } == 2, "the second token was sent after the cancellation")
        #expect(resumed.outcomes.flatMap(\.revocations).map(\.status) == [.revoked, .revoked])
        #expect(!store.entries.values.contains { $0.contains("-token") })
        #expect(try await client.resume(limit: 10).outcomes.isEmpty)
    }

    @Test("in a task that is already cancelled it throws and touches nothing; the next one finishes")
    func before() async throws {
        let store = try await Self.interrupted()
        let transport = CancellingTransport()
        let client = try Self.client(store, transport)
        let (entries, calls) = (store.entries, store.calls)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await client.resume(limit: 10)
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(store.calls == calls)
        #expect(store.entries == entries)
        let resumed = try await client.resume(limit: 10)
        #expect(resumed.outcomes.flatMap(\.revocations).map(\.status) == [.revoked, .revoked])
    }
}

/// Calls back before each answer, which is always yes.
private final class CancellingTransport: HttpTransport {
    let whenCalled = Locked<(@Sendable () -> Void)?>(nil)
    let calls = Locked(0)

    func send(call: HttpCall) throws -> HttpAnswer {
        calls.withLock { $0 += 1 }
        whenCalled.withLock { $0 }?()
        return HttpAnswer(status: 200, headers: [], body: .init())
    }
}
