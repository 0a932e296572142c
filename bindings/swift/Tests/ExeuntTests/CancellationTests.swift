import Testing

@testable import Exeunt

@Suite("Cancellation")
struct CancellationTests {
    @Test("a call in a task that is already cancelled throws and touches nothing")
    func before() async throws {
        let host = ScriptedHost(Script(navigator: "started"), entries: Sample.entries)
        let client = try host.client(Sample.config())
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await client.signOut(Sample.request())
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(host.store.calls == 0)
        #expect(host.store.entries == Sample.entries)
        #expect(host.navigator?.navigations.isEmpty == true)
    }

    @Test("a call that has begun is finished, and its result is returned")
    func during() async throws {
        let store = CancellingStore()
        let client = try LogoutClient(config: Sample.config(), store: store)
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            for await _ in gate { break }
            return try await client.signOut(Sample.request())
        }
        store.whenCalled.withLock { $0 = { task.cancel() } }
        open.yield()
        let outcome = try await task.value
        #expect(task.isCancelled)
        #expect(outcome.signedOutLocally())
    }

    @Test("while the user is in the browser the app cancels by identifier, and a late return is still read")
    func whilePending() async throws {
        let host = ScriptedHost(Script(navigator: "started"), entries: Sample.entries)
        let client = try host.client(Sample.config())
        let outcome = try await client.signOut(Sample.request())
        #expect(outcome.provider == .pending)
        #expect(try await client.pending().map(\.id) == [outcome.id])
        let given = try await client.cancel(id: outcome.id, reason: .userCancelled)
        #expect(given.provider == .unconfirmed(because: .userCancelled))
        #expect(try await client.pending().isEmpty)
        let navigation = try #require(host.navigator?.navigations.first)
        let completion = try await client.complete(Sample.returned(from: navigation))
        guard case .matched(let late) = completion else {
            Issue.record("\(completion)")
            return
        }
        #expect(late.provider == .unconfirmed(because: .returnedWithState))
    }
}

/// A memory store that calls back before its first answer.
private final class CancellingStore: SessionStore {
    let whenCalled = Locked<(@Sendable () -> Void)?>(nil)
    private let store = MemoryStore(["session:alice:cart": Secret("3 apples")])

    func keys(prefix: String) throws -> [String] {
        whenCalled.withLock { $0 }?()
        return store.keys(prefix: prefix)
    }

    func read(keys: [String]) throws -> [Secret?] { store.read(keys: keys) }
    func commit(change: Change) throws -> Commit { store.commit(change: change) }
    func guarantee() throws -> Guarantee { store.guarantee() }
}
